"""What is said of the memory that a step takes."""

import math
import types

import pytest
import tensorflow as tf

from tests.training.test_accumulation import built
from vgan.core.errors import UsageError
from vgan.data.opening import open_windows
from vgan.models.synthesizer import Report, Turn
from vgan.runs.config import ExperimentConfig
from vgan.training import memory

MIB = 2**20


def large(numbers):
    """A tensor of so many float32, made of a tensor, and the sum of it."""
    return tf.reduce_sum(tf.tile(numbers[:1], [4 * MIB]) + 1.0)


def test_the_most_that_is_taken_is_counted():
    """Of a pool that was used before, TensorFlow takes pieces of less than twice the size."""
    for parts in (1, 3):
        with memory.peak() as found:
            kept = [tf.zeros([4 * MIB]) for _ in range(parts)]
            del kept
        assert 16 * parts * MIB <= found[0] < 32 * parts * MIB


@pytest.mark.parametrize("accumulate", [1, 4])
def test_a_step_takes_what_the_gradients_of_clips_do(accumulate):
    """Of one clip, or of two in turn; beside a part are the others' pixels."""
    plan, model = built(batch_size=8, accumulate=accumulate)

    def gradients(batch, seed, samples, turn):
        assert batch.video.shape[0] == 1 and turn.players == ("generator",)
        return {"generator": [large(tf.reshape(batch.video, [-1]))]}, Report({}, {})

    stand_in = types.SimpleNamespace(
        codec=model.codec,
        flow_estimator=None,
        turn=lambda step: Turn(("generator",)),
        players=lambda: {"generator": []},
        gradients=gradients,
    )
    windows = open_windows(plan.config.data, plan.config.clip, 1, "train")
    about = stand_in, plan.task, windows, plan.config
    one, three = (memory.of_step(*about, together) for together in (1, 3))
    pixels = 2 * 4 * math.prod(plan.config.clip.shape) * (accumulate > 1)
    assert 16 * MIB <= one - 7 * pixels < 36 * MIB
    assert 2.5 < (three - 5 * pixels) / (one - 7 * pixels) < 3.5


@pytest.mark.parametrize(
    ("flags", "advice"),
    [
        ({"accumulate": 2}, "Give --accumulate=8, --recompute, a smaller --height"),
        ({"accumulate": 8, "recompute": True}, "Give a smaller --height and --width, or narrower"),
    ],
)
def test_what_does_not_fit_is_refused(monkeypatch, capsys, flags, advice):
    config = ExperimentConfig(batch_size=8, frames=16, height=256, width=256, **flags)
    monkeypatch.setattr(memory, "of_step", lambda *about: 3 * 2**30)
    monkeypatch.setattr(memory, "available", lambda: 2 * 2**30)
    with pytest.raises(UsageError, match="--batch_size=8: .* about 3.0 GiB, and 2.0 GiB") as error:
        memory.check(None, None, None, config)
    assert advice in str(error.value)
    monkeypatch.setattr(memory, "available", lambda: 4 * 2**30)
    memory.check(None, None, None, config)
    told = "a step of 8 clips of 16x256x256 takes about 3.0 GiB of 4.0 GiB\n"
    assert capsys.readouterr().out == told


def test_a_device_that_is_full():
    with pytest.raises(UsageError, match="the device has too little .* 16x32x32. Give --accum"):
        with memory.enough(ExperimentConfig()):
            raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")
    with pytest.raises(tf.errors.ResourceExhaustedError), memory.enough(ExperimentConfig()):
        raise tf.errors.ResourceExhaustedError(None, None, "No space left on device")


def test_workers_take_shares_of_clips(monkeypatch):
    def check(clips, **several):
        on = types.SimpleNamespace(**several)
        config = ExperimentConfig(batch_size=clips, frames=16, height=256, width=256)
        memory.check(None, None, None, config, on)

    monkeypatch.setattr(memory, "of_step", lambda *about: about[-1] * 2**30)
    monkeypatch.setattr(memory, "available", lambda: 3 * 2**30)
    check(8, workers=4, devices=1)
    with pytest.raises(UsageError, match="about 4.0 GiB.*Give --accumulate=1?2, "):
        check(8, workers=2, devices=2)


def test_small_clips_cost_no_time(monkeypatch):
    monkeypatch.setattr(memory, "of_step", None)
    memory.check(None, None, None, ExperimentConfig())


def test_what_a_container_may_take_counts(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    assert memory.available() > MIB
    (tmp_path / "memory.max").write_text(f"{3 * MIB}\n")
    (tmp_path / "memory.current").write_text(f"{2 * MIB}\n")
    (tmp_path / "memory.stat").write_text(f"anon 5\ninactive_file {MIB}\n")
    assert memory.available() == 2 * MIB
    (tmp_path / "memory.max").write_text("max\n")
    assert memory.available() > 3 * MIB
