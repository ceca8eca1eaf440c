"""Completion, in real shells with a terminal: what is typed before a tab becomes what is there behind it."""
# SPDX-License-Identifier: Apache-2.0
import contextlib
import os
import pathlib
import pty
import select
import signal
import time

import pytest

from chrootshim import COMMAND, chrootshim, environment

COMPLETION = pathlib.Path(__file__).resolve().parents[2] / "shim/command/completion"
DEADLINE = 60

# In each, Control-G writes the line to a file; $LINE is its name.
START = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], f"""\
        PS1=; source /usr/share/bash-completion/bash_completion
        source {COMPLETION}/chrootshim.bash
        bind 'set completion-query-items 0'; bind 'set page-completions off'; bind 'set bell-style none'
        show() {{ printf %s "$READLINE_LINE" >"$LINE.new"; mv "$LINE.new" "$LINE"; READLINE_LINE=; }}
        bind -x '"\\C-g": show'
        """),
    "zsh": (["zsh", "-f", "-i"], f"""\
        PROMPT=; RPROMPT=; unsetopt beep prompt_sp list_ambiguous
        fpath=({COMPLETION} $fpath); autoload -Uz compinit; compinit -u -D
        LISTMAX=10000; zstyle ':completion:*' menu no
        show() {{ print -rn -- $BUFFER >"$LINE.new"; mv "$LINE.new" "$LINE"; BUFFER=; }}
        zle -N show; bindkey '^G' show
        """),
}

# Typed, and what it becomes, but for what a shell puts behind it until more is typed.
CASES = [
    ("chrootshim che", "chrootshim check"),
    ("chrootshim --vers", "chrootshim --version"),
    ("chrootshim check --isol", "chrootshim check --isolation"),
    ("chrootshim check --js", "chrootshim check --json"),
    ("chrootshim check --isolation name", "chrootshim check --isolation namespace"),
    ("chrootshim check --isolation=name", "chrootshim check --isolation=namespace"),
    ("chrootshim check --self-link t", "chrootshim check --self-link true"),
    ("chrootshim check --log sys", "chrootshim check --log syslog"),
    ("chrootshim check --log TREE/err", "chrootshim check --log TREE/error.log"),
    ("chrootshim check --config TREE/set", "chrootshim check --config TREE/settings.conf"),
    ("chrootshim check --jail TREE/jai", "chrootshim check --jail TREE/jail/"),
    ("chrootshim check --services memc", "chrootshim check --services memcached"),
    ("chrootshim check --services dns:memc", "chrootshim check --services dns:memcached"),
    ("chrootshim check --services=dns:memc", "chrootshim check --services=dns:memcached"),
    ("chrootshim check --services sear", "chrootshim check --services search-of-ours"),
    ("chrootshim check --keep-capabilities dac_r", "chrootshim check --keep-capabilities dac_read_search"),
    ("chrootshim check --expose TREE/set", "chrootshim check --expose TREE/settings.conf"),
    ("chrootshim check --expose /etc:TREE/set", "chrootshim check --expose /etc:TREE/settings.conf"),
    ("chrootshim status --wai", "chrootshim status --wait"),
    ("chrootshim status --wait --nag", "chrootshim status --wait --nagios"),
    ("chrootshim status --pid 1999999", "chrootshim status --pid 1999999"),
    ("chrootshim populate --program chrootsh", "chrootshim populate --program chrootshim"),
    ("chrootshim populate --program TREE/err", "chrootshim populate --program TREE/error.log"),
    ("chrootshim populate --service memc", "chrootshim populate --service memcached"),
    ("chrootshim init ngi", "chrootshim init nginx"),
    ("chrootshim init --jail TREE/jail php", "chrootshim init --jail TREE/jail php-fpm"),
    ("chrootshim init nginx --dry", "chrootshim init nginx --dry-run"),
    ("chrootshim check -- chrootsh", "chrootshim check -- chrootshim"),
    ("chrootshim check --nonsen", "chrootshim check --nonsen"),
    ("chrootshim check --fatal-status ", "chrootshim check --fatal-status"),
    ("chrootshim nonsense --isol", "chrootshim nonsense --isol"),
]


@contextlib.contextmanager
def shell(name, tree):
    """A shell at a terminal of its own; gives the function that types a text and returns the line."""
    words, start = START[name]
    (tree / "start").write_text(start)
    line = tree / "line"
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tree)
        os.execvpe(words[0], words, environment(
            PATH=f"{os.path.dirname(COMMAND)}:{os.environ['PATH']}", TERM="vt100", LINE=str(line),
            CHROOTSHIM_CONFIG=str(tree / "settings.conf"), HOME=str(tree), INPUTRC="/dev/null"))

    def becomes(text):
        line.unlink(missing_ok=True)
        os.write(terminal, text.encode() + b"\x07")
        end = time.monotonic() + DEADLINE
        said = b""
        while not line.exists():
            assert time.monotonic() < end, said
            if select.select([terminal], [], [], 0.05)[0]:
                said += os.read(terminal, 65536)
        return line.read_text()

    try:
        os.write(terminal, f". {tree}/start\n".encode())
        assert becomes("ready") == "ready"
        yield becomes
    finally:
        os.kill(pid, signal.SIGKILL)
        os.close(terminal)
        os.waitpid(pid, 0)


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    tree = tmp_path_factory.mktemp("shell")
    (tree / "settings.conf").write_text('services = ( { name = "search-of-ours"; expose = [ "/run/x" ]; } );\n')
    (tree / "error.log").touch()
    (tree / "jail").mkdir()
    return tree


@pytest.fixture(scope="module", params=sorted(START))
def becomes(request, tree):
    with shell(request.param, tree) as function:
        yield function


@pytest.mark.parametrize("typed, expected", CASES)
def test_a_tab(becomes, tree, typed, expected):
    line = becomes(typed.replace("TREE", str(tree)) + "\t")
    assert line.replace(str(tree), "TREE").rstrip(" :=") == expected
