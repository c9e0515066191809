"""Holds what is promised of the prose: short lines, short maps, and names that exist."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
    cwd=ROOT, capture_output=True, text=True, check=True,
).stdout.split()  # fmt: skip
EACH = pytest.mark.parametrize("name", FILES)

MOST_LINES = {"README.md": 120, "WORKSPACE.md": 130}
INSTALL_AND_TRAIN = (
    "python3 -m venv .venv && .venv/bin/pip install -q -e . &&\n"
    "  .venv/bin/python -m vgan.train --flagfile=experiments/base.flags"
)
INSTALL_AND_TEST = (
    'python3 -m venv .venv && .venv/bin/pip install -q -e ".[test]" && .venv/bin/python -m pytest'
)
BLOCK = re.compile(r"^```\w*\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def missing_paths(prose):
    """Paths of ours in code that lead nowhere from the root."""
    code = BLOCK.findall(prose) + re.findall(r"`([^`]+)`", BLOCK.sub("", prose))
    for word in sorted(set(re.findall(r"[\w./*<>-]+/[\w./*<>-]*", "\n".join(code)))):
        ours = re.match(r"(vgan|data_prep|experiments|tests|\.ci)/", word) or word.endswith(".py")
        likeness = re.sub(r"ROOM|NAME|<[^>]*>", "*", word).rstrip("./")
        if ours and not any(ROOT.glob(likeness)):
            yield word


def missing_modules(prose):
    """What `python -m` is to run of ours that is no command."""
    for module in sorted(set(re.findall(r"-m ((?:vgan|data_prep)\.\w+)", prose))):
        if not any(ROOT.glob(module.replace("NAME", "*").replace(".", "/") + ".py")):
            yield module


def broken_links(name, prose):
    """Links and pictures that lead nowhere, but for those to the web."""
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if ":" not in target and not ((ROOT / name).parent / target).exists():
            yield target


@EACH
def test_lines_are_short(name):
    lines = enumerate(text(name).splitlines(), 1)
    long = [number for number, line in lines if len(line) > 100]
    assert not long, f"{name}, lines {long}: at most 100 columns"


@pytest.mark.parametrize("name", MOST_LINES)
def test_what_is_read_first_is_short(name):
    assert len(text(name).splitlines()) <= MOST_LINES[name]


def test_the_two_commands_are_blocks_of_their_own():
    blocks = [block.strip() for block in BLOCK.findall(text("README.md"))]
    assert INSTALL_AND_TRAIN in blocks
    lines = text("README.md").splitlines()
    assert next(line for line in lines if "-m pytest" in line) == INSTALL_AND_TEST  # As .ci/run.


@EACH
def test_paths_exist(name):
    assert not list(missing_paths(text(name)))


@EACH
def test_modules_exist(name):
    assert not list(missing_modules(text(name)))


@EACH
def test_links_lead_somewhere(name):
    assert not list(broken_links(name, text(name)))


@EACH
def test_numbers_have_a_leading_zero(name):
    assert not re.findall(r"(?<![\w.)\]\"'])\.\d+", text(name))


def test_what_is_wrong_is_seen():
    prose = (
        "`vgan/nothing.py`, `vgan/models/NAME/family.py`, `losses/none.py`, [a](b.md), ![](c.png)\n"
        "```bash\npython -m vgan.nothing --output=experiments/none.csv\n```\n"
    )
    missing = ["experiments/none.csv", "losses/none.py", "vgan/nothing.py"]
    assert list(missing_paths(prose)) == missing
    assert list(missing_modules(prose)) == ["vgan.nothing"]
    assert list(broken_links("README.md", prose)) == ["b.md", "c.png"]
