"""What TensorBoard shows of a run."""

import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from vgan.training.summaries import Summaries

CRITICS = ["conv3d", "frames2d"]


def read(folder):
    accumulator = EventAccumulator(str(folder), size_guidance={"tensors": 0})
    accumulator.Reload()
    return {
        tag: {e.step: tf.make_ndarray(e.tensor_proto) for e in accumulator.Tensors(tag)}
        for tag in accumulator.Tags()["tensors"]
    }


@pytest.fixture(scope="module")
def shown(full_run):
    """{tag: {step: value}} of a run with every kind of term."""
    return read(full_run[0] / "summaries")


def test_every_term_has_its_name_and_is_shown_when_it_is_due(shown):
    always = [f"terms/{p}/{c}" for p in ("generator", "discriminator") for c in CRITICS]
    for tag in always:
        assert list(shown[tag]) == [1, 2, 3, 4, 5, 6, 7]
    lazy = [f"terms/discriminator/r1/{critic}" for critic in CRITICS]
    for tag in [*lazy, "terms/generator/motion"]:
        assert list(shown[tag]) == [1, 3, 5, 7]
    assert {tag for tag in shown if tag.startswith("terms/")} == {
        *always,
        *lazy,
        "terms/generator/motion",
    }


@pytest.mark.parametrize(
    "tag",
    [
        *(f"logits/{kind}/{critic}" for kind in ("real", "fake") for critic in CRITICS),
        "gradient_norm/generator",
        "gradient_norm/discriminator",
        "speed/clips_per_second",
        "cost/input",
        "cost/flow",
        "cost/health",
    ],
)
def test_scalars_of_every_step(shown, tag):
    assert list(shown[tag]) == [1, 2, 3, 4, 5, 6, 7]
    assert all(np.isfinite(value) for value in shown[tag].values())


def test_flow_costs_something_when_it_is_due(shown):
    assert shown["cost/flow"][3] > 0
    assert shown["cost/flow"][4] == 0


def test_motion_of_made_clips_beside_that_of_real_ones(shown):
    for name in ("magnitude", "acceleration", "change", "warp_error", "occluded", "near_static"):
        assert list(shown[f"motion/{name}/fake"]) == [1, 2, 3, 4, 5, 6, 7]
        assert len(set(map(float, shown[f"motion/{name}/real"].values()))) == 1
    assert shown["motion/change/real"][1] > 1


def test_config_as_text(shown, full):
    ((step, text),) = shown["config"].items()
    assert step == 0
    for name in full:
        assert f"    --{name}=" in text.item().decode()


@pytest.mark.parametrize(("tag", "steps"), [("real", [0]), ("fake", [0, 4, 7])])
def test_clips_play(shown, tag, steps):
    assert list(shown[tag]) == steps
    for width, height, data in shown[tag].values():
        with Image.open(io.BytesIO(data)) as image:
            assert image.format == "GIF"
            assert image.size == (int(width), int(height))
            assert image.n_frames > 1


def test_made_clips_change_as_training_goes_on(shown):
    gifs = [value[2] for value in shown["fake"].values()]
    assert len(set(gifs)) == 3


def test_starting_at_nothing_again_shows_it_once(tmp_path):
    for text in ("--steps=1", "--steps=2"):
        summaries = Summaries(tmp_path, 0, fps=8)
        summaries.config(text)
        summaries.scalars(3, {"terms/generator/bce": 1.0})
        summaries.flush()
    found = read(tmp_path)
    assert found["config"][0].item() == b"    --steps=2\n"
    # The number of the writer, the last but one part, is what sets those of one second apart.
    files = sorted(tmp_path.iterdir(), key=lambda path: int(path.name.split(".")[-2]))
    assert len(files) == 2
    assert len(list(tf.data.TFRecordDataset([str(files[0])]))) == 1  # The version alone.
