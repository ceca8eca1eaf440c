"""Draws a server's processes, as `chrootshim status --json` tells of them, as SVG: who is where.

No number of a process is in it: the same processes give the same picture.
"""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import sys
from html import escape

WIDTH, BOX_WIDTH, BOX_HEIGHT, GAP, MARGIN, HEAD = 720, 250, 86, 20, 24, 58
COLUMNS = ("outside", "inside")

STYLE = """\
text { font-family: system-ui, sans-serif; font-size: 13px; fill: #24292f }
.title { font-weight: 600; font-size: 15px }
.faint { fill: #57606a }
.machine { fill: #f6f8fa; stroke: #8c959f }
.jail { fill: #ddf4ff; stroke: #0969da; stroke-width: 2 }
.process { fill: #ffffff; stroke: #8c959f }
.line { stroke: #57606a; stroke-width: 1.5; fill: none }
.head { fill: #57606a }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.faint { fill: #9198a1 }
.machine { fill: #161b22; stroke: #6e7681 }
.jail { fill: #0c2d4a; stroke: #4493f8 }
.process { fill: #0d1117; stroke: #6e7681 }
.line { stroke: #9198a1 }
.head { fill: #9198a1 }
}"""

ORDER = ["master", "helper", "refresher", "worker", "CGI daemon", "program"]
TITLES = {"master": "master", "helper": "piped logger", "refresher": "shim-refresher", "worker": "worker",
          "CGI daemon": "CGI daemon", "program": "CGI script"}


def kind_of(process, processes):
    """Its role; a worker that has started a program is the daemon of mod_cgid."""
    if process["role"] == "worker" and any(
            other["role"] == "program" and other["parent"] == process["pid"] for other in processes):
        return "CGI daemon"
    return process["role"]


def rights_of(process):
    if process["capabilities"]["effective"]:
        return "has capabilities"
    return "no capability" + (", no new privileges" if process["no_new_privs"] else "")


def facts_of(process):
    """What the kernel's record says, a line each."""
    root = process["root"]["path"] if process["root"] else "?"
    return [f"{os.path.basename(process['program'] or process['name'])}, user {process['user']['name']}",
            "its / is the jail" if process["jailed"] else f"its / is {'the machine’s' if root == '/' else root}",
            rights_of(process)]


def text(x, y, words, style=""):
    return f'<text x="{x}" y="{y}"{style and f" class={chr(34)}{style}{chr(34)}"}>{escape(words)}</text>'


def rectangle(x, y, width, height, style):
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="8" class="{style}"/>'


def box(x, y, title, facts):
    yield rectangle(x, y, BOX_WIDTH, BOX_HEIGHT, "process")
    yield text(x + 12, y + 22, title, "title")
    for number, fact in enumerate(facts):
        yield text(x + 12, y + 42 + 17 * number, fact, "faint")


def arrow(x1, y1, x2, y2):
    """From a box to the left side of another; beside them, if both stand in one column."""
    middle = (x1 + x2) // 2 if x1 != x2 else x1 - MARGIN
    yield f'<path class="line" d="M{x1} {y1}C{middle} {y1} {middle} {y2} {x2 - 8} {y2}"/>'
    yield f'<path class="head" d="M{x2} {y2}l-10 -5v10z"/>'


def draw(processes):
    known = sorted(((kind_of(process, processes), process) for process in processes),
                   key=lambda item: (ORDER.index(item[0]), facts_of(item[1])))
    columns = {"outside": [item for item in known if not item[1]["jailed"]],
               "inside": [item for item in known if item[1]["jailed"]]}
    rows = max(len(column) for column in columns.values())
    height = MARGIN + HEAD + rows * (BOX_HEIGHT + GAP) + MARGIN
    left = {"outside": 2 * MARGIN, "inside": WIDTH - 3 * MARGIN - BOX_WIDTH}
    place = {process["pid"]: (left[name], MARGIN + HEAD + number * (BOX_HEIGHT + GAP))
             for name in COLUMNS for number, (_, process) in enumerate(columns[name])}

    yield (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
           f'height="{height}" role="img">')
    yield "<title>A jailed Apache: its master, loggers and the refresher outside, its workers inside</title>"
    yield f"<style>\n{STYLE}\n</style>"
    yield rectangle(1, 1, WIDTH - 2, height - 2, "machine")
    yield text(2 * MARGIN, MARGIN + 12, "The machine", "title")
    yield text(2 * MARGIN, MARGIN + 32, "pidfile, logs, modules, configuration", "faint")
    yield rectangle(left["inside"] - MARGIN, MARGIN // 2 + 4, BOX_WIDTH + 2 * MARGIN, height - MARGIN - 8, "jail")
    yield text(left["inside"], MARGIN + 12, "The jail", "title")
    yield text(left["inside"], MARGIN + 32, "pages, scripts, and what is exposed", "faint")
    for kind, process in known:
        yield from box(*place[process["pid"]], TITLES[kind], facts_of(process))
        if process["parent"] in place:
            x, y = place[process["pid"]]
            from_x, from_y = place[process["parent"]]
            yield from arrow(from_x + (BOX_WIDTH if from_x != x else 0), from_y + BOX_HEIGHT // 2,
                             x, y + BOX_HEIGHT // 2)
    yield "</svg>"


def main():
    server, = json.load(sys.stdin)["servers"]
    print("\n".join(draw(server["processes"])))


main()
