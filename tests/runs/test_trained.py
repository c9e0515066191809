"""Trained models: one checkpoint, several together, and clips of another length."""

import json
import shutil
import types

import numpy as np
import pytest
import tensorflow as tf

from vgan.core.errors import CheckpointError, UsageError
from vgan.models.ensemble import Ensemble
from vgan.runs import trained
from vgan.runs.checkpoints import Checkpoints
from vgan.runs.config import ExperimentConfig
from vgan.training import loop, run


def averaged(path, step):
    """The averaged weights of a step."""
    model = trained.restore(path).model
    Checkpoints(path / "checkpoints", model, keep=2).restore(step)
    return model.average.get_weights()


def test_the_last_checkpoint_that_is_good(tiny_run, tmp_path):
    found = trained.restore(tiny_run)
    assert (found.step, found.card.fps, len(found.card.labels)) == (4, 8.0, 12)
    assert found.config.clip.shape == (4, 8, 8, 3)
    for one, other in zip(found.model.average.weights, averaged(tiny_run, 4), strict=True):
        np.testing.assert_array_equal(one, other)
    path = shutil.copytree(tiny_run, tmp_path / "run")
    (path / "checkpoints" / "ckpt-4.data-00000-of-00001").write_bytes(b"")
    assert trained.restore(path).step == 2


def test_an_average_of_weights(tiny_run):
    found = trained.restore(tiny_run, "average(last=2)")
    assert found.step == 4
    two, four = averaged(tiny_run, 2), averaged(tiny_run, 4)
    assert max(np.abs(a - b).max() for a, b in zip(two, four, strict=True)) > 1e-5
    for weight, *each in zip(found.model.average.get_weights(), two, four, strict=True):
        np.testing.assert_allclose(weight, np.mean(each, 0), atol=1e-7)
    (network,) = found.model.sampling_networks
    assert network is found.model.average, "it is what is sampled from and exported"


def test_an_ensemble_draws_from_each_of_them(tiny_run, tmp_path):
    found = trained.restore(tiny_run, "ensemble(last=3)")
    assert isinstance(found.model, Ensemble) and found.step == 4
    for member, step in zip(found.model.members, (4, 2, 0), strict=True):
        for one, other in zip(member.average.weights, averaged(tiny_run, step), strict=True):
            np.testing.assert_array_equal(one, other)
    together = trained.load(tiny_run, "ensemble(last=2)").sample(16, seed=3)
    path, equal = shutil.copytree(tiny_run, tmp_path / "run"), []
    for step in (4, 2):
        alone = trained.load(path).sample(16, seed=3)
        equal.append((together == alone).all((1, 2, 3, 4)))
        for file in (path / "checkpoints").glob(f"ckpt-{step}.*"):
            file.unlink()
    assert (equal[0] ^ equal[1]).all() and min(map(np.sum, equal)) >= 3


def test_damaged_checkpoints_are_not_mixed_in(tiny_run, tmp_path):
    path = shutil.copytree(tiny_run, tmp_path / "run")
    (data,) = (path / "checkpoints").glob("ckpt-2.data*")
    data.write_bytes(data.read_bytes()[:100])
    found = trained.restore(path, "average(last=2)")
    four, zero = averaged(tiny_run, 4), averaged(tiny_run, 0)
    for weight, *each in zip(found.model.average.get_weights(), four, zero, strict=True):
        np.testing.assert_allclose(weight, np.mean(each, 0), atol=1e-7)
    with pytest.raises(CheckpointError, match="keeps 2 that fit"):
        trained.restore(path, "average(last=3)")


@pytest.mark.parametrize(
    ("checkpoint", "kind", "error"),
    [
        ("average(last=4)", CheckpointError, r"--checkpoint=average\(last=4\), but it keeps 3"),
        ("ensemble(last=9)", CheckpointError, "keeps 3 that fit. Take fewer, or train with a"),
        ("best", CheckpointError, "no best checkpoint"),
        ("average", UsageError, "--checkpoint=average: unknown. Choose last, best"),
        ("first", UsageError, "--checkpoint=first: unknown"),
    ],
)
def test_checkpoints_that_are_not_there(tiny_run, checkpoint, kind, error):
    with pytest.raises(kind, match=error):
        trained.restore(tiny_run, checkpoint)


def test_what_is_no_run(tmp_path):
    with pytest.raises(CheckpointError, match="neither a workdir with a checkpoint nor an export"):
        trained.load(tmp_path)


def test_a_plain_generator_makes_clips_of_one_length(tiny_run):
    for frames in (5, 8):
        with pytest.raises(UsageError, match=f"--frames={frames}: .* makes clips of 4 frames only"):
            trained.restore(tiny_run, frames=frames)
    with pytest.raises(UsageError, match="--frames=8: an export makes clips of one length"):
        trained.load(tiny_run / "export", frames=8)
    assert trained.restore(tiny_run, frames=4).config.frames == 4


@pytest.fixture(scope="module")
def recurrent(tiny, tmp_path_factory):
    """The workdir of a run of two steps with a recurrent generator."""
    path = tmp_path_factory.mktemp("recurrent") / "run"
    generator = "recurrent(content_dim=4, motion_dim=2, channels=4)"
    changes = {"steps": 2, "generator": generator, "conditional": False}
    compiled = loop.compile_step
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "compile_step", lambda *of: compiled(*of).python_function)
        patch.setattr(
            run.monitors, "health", lambda *of: types.SimpleNamespace(check=lambda *of: {})
        )
        patch.setattr(run.previews.Previews, "show", lambda *of: None)
        patch.setattr(run.saved_model, "export", lambda *of: None)
        run.train(ExperimentConfig(**tiny | changes), path)
    return path


def test_a_recurrent_generator_makes_longer_and_shorter_clips(recurrent):
    """Also where the critics couldn't judge clips of that length."""
    short = trained.restore(recurrent)
    latents = np.random.default_rng(0).normal(size=(3, 4 + 9 * 2)).astype(np.float32)
    label = tf.zeros([3], tf.int32)

    def sample(model, frames):
        return model.sample(
            tf.constant(latents[:, : 4 + 2 * frames]), tf.zeros([3, frames, 8, 8, 0]), label
        )

    expected = sample(short.model, 4)
    for frames in (9, 2):
        found = trained.restore(recurrent, frames=frames)
        assert found.config.clip.shape == (frames, 8, 8, 3)
        assert (found.step, found.card.fps) == (2, short.card.fps)
        videos = sample(found.model, frames)
        assert videos.shape == (3, frames, 8, 8, 3)
        same = min(frames, 4)
        np.testing.assert_allclose(videos[:, :same], expected[:, :same], atol=1e-5)
    assert trained.load(recurrent, frames=9).sample(2).shape == (2, 9, 8, 8, 3)
    mixed = trained.load(recurrent, "ensemble(last=2)", frames=9).sample(2)
    assert mixed.shape == (2, 9, 8, 8, 3)


def test_the_configuration_that_was_trained_is_kept(recurrent):
    about = json.loads((recurrent / "config.json").read_text())["config"]
    assert vars(trained.restore(recurrent).config) == about


def test_drawing_needs_none_of_what_judges(tiny_run, tmp_path, monkeypatch):
    path = shutil.copytree(tiny_run, tmp_path / "run")
    config = json.loads((path / "config.json").read_text())
    config["config"]["losses"] = "style(network='vgg19')"
    (path / "config.json").write_text(json.dumps(config))

    def load(*unused, **named):
        raise AssertionError("the weights of VGG19 were asked for")

    monkeypatch.setattr("keras.applications.VGG19", load)
    np.testing.assert_array_equal(
        trained.load(path).sample(2, seed=1), trained.load(tiny_run).sample(2, seed=1)
    )


def test_a_checkpoint_that_is_swept_while_it_is_read(tiny_run, tmp_path, monkeypatch):
    path = shutil.copytree(tiny_run, tmp_path / "run")
    read, swept = Checkpoints.restore, []

    def restore(self, step=None):
        if len(swept) < most:  # As a trainer does that saves and sweeps meanwhile.
            swept.append(step)
            for file in (path / "checkpoints").glob(f"ckpt-{step}.*"):
                file.unlink()
        return read(self, step)

    monkeypatch.setattr(Checkpoints, "restore", restore)
    most = 1
    assert trained.restore(path).step == 2 and swept == [4]
    most = 3
    with pytest.raises(CheckpointError):
        trained.restore(path)
