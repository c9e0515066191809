"""What the detectors see, and that they say so once, after a while."""

import re

import numpy as np
import pytest
from absl import logging

from vgan.metrics import copying
from vgan.models.game import detectors as gan_detectors
from vgan.models.synthesizer import Detector
from vgan.training.health import DETECTORS, PATIENCE, Health


def moving(number, speed, first=0, frames=8, size=16):
    """Textured planes that move right by `speed` pixels a frame: uint8 [N, T, H, W, 3]."""
    x = np.arange(size)[None, :] - speed * np.arange(frames)[:, None]
    videos = []
    for seed in range(first, first + number):
        random = np.random.default_rng(seed)
        waves = sum(np.sin(2 * np.pi * (x / length + random.uniform())) for length in (8, 16))
        rows = np.cos(2 * np.pi * (np.arange(size) / 8 + random.uniform()))
        plane = waves[:, None, :] + rows[:, None]
        colour = random.uniform(10, 40, 3)
        videos.append(plane[..., None] * colour + random.uniform(100, 150))
    return np.uint8(np.clip(videos, 2, 253))


REAL, HELD_OUT, MADE = moving(4, 1), moving(4, 1, first=10), moving(4, 1, first=20)


WRONG = Detector(("wrong", "here"), 0.0, 1.0, "{of} is {value:.1f}. Try something else")


class Model:
    """A family that brings a detector of its own, and knows what else helps."""

    def detectors(self):
        return [WRONG]

    def advice(self):
        return {("health", "loop"): "or what this family knows"}

    def symptoms(self, means):
        return {("wrong", "here"): means.get(("terms", "player", "term"), 0.5)}


def made_health(made=MADE, real=REAL, held_out=HELD_OUT, statistics=dict):
    def known():
        return copying.thumbnails(real)

    return Health(Model(), lambda: made, statistics, real, held_out, known)


def checked(made, report=None, step=50, logits=0.5):
    found = {("logits/held_out", "conv3d"): logits}
    values = made_health(made, statistics=lambda: found).check(step, report or {})
    return {"/".join(path): value for path, value in values.items()}


def test_clips_like_real_ones_are_well():
    values = checked(MADE)
    assert 0.7 < values["health/diversity"] < 1.5
    assert 0.7 < values["health/copying"] < 1.5
    assert values["health/motion"] == pytest.approx(1, abs=0.2)
    assert values["health/near_static"] == 0
    assert values["health/saturated"] == pytest.approx(0, abs=0.01)
    assert values["logits/held_out/conv3d"] == 0.5


@pytest.mark.parametrize(
    ("name", "made", "value"),
    [
        ("diversity", MADE[:1].repeat(4, 0), 0),
        ("copying", REAL, 0),
        ("copying", REAL[:, :, :, ::-1], 0),
        ("motion", MADE[:, :1].repeat(8, 1), 0),
        ("near_static", MADE[:, :1].repeat(8, 1), 1),
        ("saturated", np.where(MADE > 128, 255, 0).astype(np.uint8), 1),
        ("loop", MADE[:, [0, 1, 2, 3, 0, 1, 2, 3]], 1),
    ],
)
def test_what_each_sees(name, made, value):
    assert checked(made)[f"health/{name}"] == pytest.approx(value, abs=0.02)


def test_flicker_and_fast_motion():
    flicker = np.clip(MADE.astype(int) + 20 * (-1) ** np.arange(8)[:, None, None, None], 0, 255)
    assert checked(flicker.astype(np.uint8))["health/flicker"] > 30
    assert checked(moving(4, 2, first=20))["health/motion"] > 1.5


def test_what_the_family_makes_of_what_the_steps_report():
    report = {("terms", "player", "term"): 0.7, ("gradient_norm", "player"): 2.0}
    values = checked(MADE, report)
    assert values["wrong/here"] == 0.7
    assert not [name for name in values if "gradient" in name]


def test_clips_of_one_frame():
    one = [videos[:, :1] for videos in (MADE, REAL, HELD_OUT)]
    values = made_health(*one).check(50, {})
    assert all(np.isfinite(value) for value in values.values())
    assert ("health", "motion") not in values and values["health", "diversity"] > 0.5


@pytest.fixture
def warnings(monkeypatch):
    said = []
    monkeypatch.setattr(logging, "warning", lambda text, *values: said.append(text % values))
    return said


OF_A_FAMILY = [*DETECTORS, WRONG, *gan_detectors.DETECTORS]


@pytest.mark.parametrize("detector", OF_A_FAMILY, ids=lambda d: "/".join(d.path))
def test_each_warns_once_after_a_while(detector, warnings, monkeypatch):
    monkeypatch.setattr(Health, "_compare", lambda self, made: {})
    monkeypatch.setattr(Model, "detectors", lambda self: [detector])
    monkeypatch.setattr(Model, "symptoms", lambda self, means: {})
    detectors = made_health()
    path = detector.path if len(detector.path) > 1 else (*detector.path, "conv3d")
    wrong = detector.most + 1 if np.isfinite(detector.most) else detector.least - 0.01
    well = min(detector.most, 1.0) if np.isfinite(detector.most) else detector.least + 0.01
    for step in range(0, 2 * PATIENCE, 100):
        detectors.check(step, {path: wrong})
    assert len(warnings) == 1
    assert re.match(rf"step {PATIENCE}: ", warnings[0]) and "Try " in warnings[0]
    detectors.check(2 * PATIENCE, {path: well})
    for step in range(3 * PATIENCE, 4 * PATIENCE + 1, 100):
        detectors.check(step, {path: wrong})
    assert len(warnings) == 2


def test_a_family_says_what_else_helps(warnings):
    detectors = made_health(MADE[:, [0, 1, 2, 3, 0, 1, 2, 3]])
    for step in (0, PATIENCE):
        detectors.check(step, {})
    (text,) = (text for text in warnings if "repeat themselves" in text)
    assert text.endswith("Try more steps, or what this family knows")


@pytest.mark.parametrize(("last", "said"), [(250.0, 1), (150.0, 0), (0.01, 1), (0.05, 0)])
def test_gradients_by_their_median(last, said, warnings):
    detectors = made_health()
    for step, norm in enumerate([1.0, 2.0, 4.0] * 10):
        detectors.check(step, {("gradient_norm", "generator"): norm})
    for step in (1000, 1000 + PATIENCE):
        detectors.check(step, {("gradient_norm", "generator"): last})
    assert len([text for text in warnings if "gradient of the generator" in text]) == said


def test_what_passes_soon_is_not_said(warnings):
    detectors = made_health()
    for step in range(0, 2 * PATIENCE, 100):
        value = 9.0 if step % PATIENCE else 0.5
        detectors.check(step, {("terms", "player", "term"): value})
    assert not [text for text in warnings if "here is" in text]
