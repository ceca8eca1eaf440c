"""examples/processes.svg is what examples/picture draws of a real server."""
# SPDX-License-Identifier: Apache-2.0
import os
import pathlib
import subprocess
from xml.etree import ElementTree

from conftest import EXAMPLES

BUILD = pathlib.Path(os.environ["SHIM_LIBRARY"]).parents[1]


def test_the_shipped_picture_is_drawn_of_real_processes(tmp_path):
    drawn = tmp_path / "processes.svg"
    result = subprocess.run([EXAMPLES / "picture", drawn, BUILD], capture_output=True, text=True,
                            stdin=subprocess.DEVNULL, timeout=600)
    assert result.returncode == 0, result.stdout + result.stderr
    assert drawn.read_bytes() == (EXAMPLES / "processes.svg").read_bytes()


def test_it_says_who_is_where():
    """In the jail's column stand the workers, and what they start, and nobody else."""
    svg = {"svg": "http://www.w3.org/2000/svg"}
    root = ElementTree.parse(EXAMPLES / "processes.svg").getroot()
    titles = [(element.text, int(element.get("x"))) for element in root.findall("svg:text", svg)
              if element.get("class") == "title"]
    border = next(int(element.get("x")) for element in root.findall("svg:rect", svg)
                  if element.get("class") == "jail")
    inside = [text for text, x in titles if x > border]
    outside = [text for text, x in titles if x < border]
    assert inside == ["The jail", "worker", "worker", "CGI daemon", "CGI script"]
    assert outside == ["The machine", "master", "piped logger", "shim-refresher"]
