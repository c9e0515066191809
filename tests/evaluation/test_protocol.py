"""What an evaluation says about itself, and what it warns of."""

import types

import pytest
from absl import logging

from vgan.core.clip import ClipSpec
from vgan.evaluation import protocol


def opened(fps=25.0, count=600, labels=("a", "b")):
    """Stands for an Evaluator."""
    windows = types.SimpleNamespace(
        fps=fps, labels=labels, fingerprint="f1", clip=ClipSpec(16, 32, 32)
    )
    sets = {"train": [0] * count, "test": [0] * count}
    return types.SimpleNamespace(windows={"train": windows, "test": windows}, sets=sets)


def made(**changes):
    usual = {"draw": None, "number": 600, "clip": None, "origin": "export 'x'", "data": "d"}
    usual |= {"frame_step": 1, "fps": 25.0, "lossy": []}
    return protocol.Made(**usual | changes)


def classifier(step=1, labels=("a", "b")):
    about = {"frame_step": step, "data": "my_data"}
    return types.SimpleNamespace(labels=labels, about=about)


@pytest.fixture
def warned(monkeypatch):
    said = []
    monkeypatch.setattr(logging, "warning", lambda text, *values: said.append(text % values))
    return said


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            (made(lossy=["h264 yuv420p"]), opened(), None),
            "export 'x' are compressed (h264",
        ),
        ((made(fps=12.5), opened(), None), "makes 12.5 frames a second, the real clips have 25"),
        ((made(number=511), opened(), None), "511 clips on a side"),
        ((made(), opened(count=40), None), "40 clips on a side"),
        ((made(), opened(), classifier(step=2)), "other data: my_data with --frame_step=2"),
        ((made(), opened(), classifier(labels=("a", "c"))), "other data: my_data"),
    ],
)
def test_warnings(arguments, text, warned):
    protocol.warn(*arguments)
    (said,) = warned
    assert text in said


@pytest.mark.parametrize("given", [made(), made(fps=None), made(fps=26.0)])
def test_nothing_to_warn_of(given, warned):
    protocol.warn(given, opened(), classifier())
    assert not warned
