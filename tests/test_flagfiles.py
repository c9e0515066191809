"""Every experiment that is shipped: its flagfile is sound, and a tiny step of it can be done."""

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest

from vgan.data import pipeline
from vgan.data.opening import open_windows
from vgan.runs import building
from vgan.runs.plan import Plan
from vgan.runs.stages import stages_of
from vgan.training import loop

ROOT = Path(__file__).parents[1]
FLAGFILES = sorted((ROOT / "experiments").glob("*.flags"))


def test_there_are_experiments():
    assert "base.flags" in [path.name for path in FLAGFILES]


@pytest.mark.parametrize("path", FLAGFILES, ids=lambda path: path.stem)
def test_lines_say_what_they_seem_to(path):
    first, *lines = path.read_text().splitlines()
    assert first.startswith("# "), "says what it is"
    for line in lines:
        # absl takes a '#' for a comment in the first column only, and skips what has no dashes.
        assert re.fullmatch(r"(#.*|--\w+(=(\S(.*\S)?)?)?|)", line), line
        assert line.startswith("#") or not re.search(r"\s#", line), line


@pytest.mark.parametrize("path", FLAGFILES, ids=lambda path: path.stem)
def test_a_step_at_its_size(path, parse, monkeypatch):
    monkeypatch.chdir(ROOT)  # Flagfiles name each other from here.
    trained_for_a_step(dataclasses.replace(parse(f"--flagfile={path}"), stages=""))


@pytest.mark.parametrize("name", [p.stem for p in FLAGFILES if "--stages=" in p.read_text()])
def test_a_first_stage_can_be_trained(name, parse, monkeypatch):
    monkeypatch.chdir(ROOT)
    config = parse(f"--flagfile=experiments/{name}.flags")
    trained_for_a_step(dataclasses.replace(stages_of(config)[0].config, stages=""))


def narrow(config):
    """Its networks have few channels, its batches two clips of shapes; sizes stay."""
    networks = {
        name: re.sub(r"channels=\d+", "channels=4", getattr(config, name))
        for name in ("generator", "discriminator", "encoder", "compressor", "denoiser")
    }
    drawn = config.data.startswith(("shapes", "pairs", "unpaired", "mixture"))
    data = {} if drawn else {"data": "shapes()", "frame_step": 1}
    return dataclasses.replace(config, **data, **networks, batch_size=2)


def trained_for_a_step(config):
    config = narrow(config)
    windows = open_windows(config.data, config.clip, 1, "train")
    plan = Plan.of(config)
    model = building.build(plan, config, len(windows.labels) if config.conditional else 0)
    step = loop.compile_step(model, plan.task, config.seed).python_function  # Or it is traced.
    batches = pipeline.batches(windows, config.batch_size, config.seed, 0, config.augment).take(1)
    turn = model.turn(0)  # All that is lazy is due.
    for clips in batches:
        report = loop.by_path(step(clips, turn=turn))
        assert all(np.isfinite(value) for value in report.values()), report
    terms = [path for path in report if path[0] == "terms"]
    assert {path[1] for path in terms} == set(turn.players) and len(terms) >= len(turn.due)
    assert int(model.steps) == 1
