"""Models that learn on the latents of a compressor."""

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

import vgan
from vgan.core.errors import CheckpointError, UsageError
from vgan.data import pipeline
from vgan.data.opening import open_windows
from vgan.runs import building, codecs, trained
from vgan.runs.config import ExperimentConfig
from vgan.runs.plan import Plan
from vgan.runs.workdir import Workdir
from vgan.sampling.model import live
from vgan.training import loop
from vgan.training import run as training

SIZE = {"data": "shapes(num_videos=16)", "frames": 8, "height": 16, "width": 16, "batch_size": 2}
ONCE = {"steps": 1, "sample_interval": 1}
CODEC = {"model": "autoencoder()", "task": "rebuilding", "compressor": "haar3d(channels=4)"}
GAN = {"generator": "conv3d(latent_dim=4, channels=2)", "discriminator": "conv3d(channels=2)"}
FLOW = {"model": "flow()", "denoiser": "denoiser3d(channels=4)", "sampler": "euler(steps=2)"}


@pytest.fixture(scope="module")
def codec(train_once):
    return train_once(SIZE | CODEC | ONCE)[0]


@pytest.fixture(scope="module")
def run(codec, tmp_path_factory):
    workdir = tmp_path_factory.mktemp("flow") / "run"
    lent = shutil.copytree(codec, workdir.parent / "lent")
    flags = SIZE | FLOW | ONCE | {"task": "prediction(given=4)"}
    vgan.fit(flags | {"codec": str(lent)}, workdir)
    shutil.rmtree(lent)
    return workdir


def build(codec, **flags):
    plan = Plan.of(ExperimentConfig(**SIZE | flags | {"codec": str(codec)}))
    return building.build(plan, plan.config, 0)


def test_latents_are_those_of_the_compressor_and_come_back_as_its_clips(codec):
    latents, compressor = build(codec, **GAN).codec, trained.restore(codec).model
    video = tf.random.stateless_uniform([2, 8, 16, 16, 3], [1, 2], -1, 1)
    found = latents.encode(video)
    assert found.shape == (2, 2, 4, 4, 4) and latents.clip.shape == (2, 4, 4, 4)
    expected = np.clip(compressor.compressed(video) / 3, -1, 1)
    np.testing.assert_array_equal(found, expected)
    label = tf.zeros([2], tf.int32)
    restored = compressor.restored(tf.constant(3 * expected), label)
    np.testing.assert_allclose(latents.decode(found), restored, atol=1e-6)


def test_what_is_given_is_a_hint_and_says_how_much_of_a_place_is_known(codec):
    latents = build(codec, **GAN).codec
    video = tf.random.stateless_uniform([1, 8, 16, 16, 3], [1, 2], -1, 1)
    known = np.zeros([1, 8, 16, 16, 1], np.float32)
    known[:, :4], known[:, 4:6, :4, :4] = 1, 1
    found = latents.shown(tf.concat([video, known], -1))
    np.testing.assert_array_equal(found[..., :-1], latents.encode(video))
    share = np.zeros([1, 2, 4, 4])
    share[:, 0], share[:, 1, 0, 0] = 0.5, 0.25
    np.testing.assert_array_equal(found[..., -1], share)
    assert latents.shown(tf.zeros([2, 8, 16, 16, 0])).shape == (2, 2, 4, 4, 0)


def test_a_codec_that_can_not_be_read_is_named(codec, tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"")
    with pytest.raises(CheckpointError, match="^--codec=.*a.mp4: no run with a checkpoint"):
        build(tmp_path / "a.mp4", **GAN)
    broken = shutil.copytree(codec, tmp_path / "broken")
    for file in broken.glob("checkpoints/*.data*"):
        file.unlink()
    with pytest.raises(CheckpointError, match="^--codec=.*broken: checkpoints .*none can be read"):
        build(broken, **GAN)


def test_the_codec_does_not_learn(codec):
    model = build(codec, **GAN)
    theirs = {id(v) for network in model.codec.sampling_networks for v in network.variables}
    assert theirs and not any(id(v) in theirs for vs in model.players().values() for v in vs)


@pytest.mark.parametrize(
    "flags",
    [
        GAN | {"diff_augment": "shift + cutout", "r1_gamma": 1.0},
        GAN | {"model": "vae()", "encoder": "conv3d(channels=2)"},
        FLOW | {"model": "diffusion(target='noise')"},  # What is along a path; `run` is of flow().
        {"model": "few_steps(steps=2)", "discriminator": GAN["discriminator"]},
    ],
    ids=["gan", "vae_gan", "diffusion", "few_steps"],
)
def test_each_family_learns_on_latents(codec, flags):
    plan = Plan.of(ExperimentConfig(**SIZE | flags | {"codec": str(codec)}))
    model = building.build(plan, plan.config, 0)
    windows = open_windows(SIZE["data"], plan.config.clip, 1, "train")
    (clips,) = pipeline.batches(windows, 2, 0).take(1)
    step = loop.compile_step(model, plan.task, 0).python_function
    report = loop.by_path(step(clips, turn=model.turn(0)))
    assert all(np.isfinite(value) for value in report.values())
    assert live(model, plan.card(8.0, ())).sample(2).shape == (2, 8, 16, 16, 3)


def test_a_run_keeps_its_codec_and_draws_clips_and_completes_them(run):
    model = vgan.load(run)
    videos = model.complete(*model.show(model_clips(model)))
    np.testing.assert_array_equal(videos[:, :4], model_clips(model)[:, :4])
    (export,) = (run / "export").iterdir()
    exported = vgan.load(export)
    shown = model.show(model_clips(model), seed=3)
    np.testing.assert_array_equal(exported.complete(*shown), model.complete(*shown))


def model_clips(model):
    return np.random.default_rng(0).integers(0, 256, (2, *model.clip.shape), np.uint8)


def test_it_goes_on_without_the_folder_that_it_was_given(run, codec, tmp_path, monkeypatch):
    flags, begun = Workdir(run).read_config()["config"], []
    again = shutil.copytree(run, tmp_path / "again")
    assert not Path(flags["codec"]).exists()
    monkeypatch.setattr(training, "_train_stage", lambda *given: begun.append(given))
    monkeypatch.setattr(training.saved_model, "export", lambda *given: None)
    vgan.fit(flags | {"steps": 2}, again)
    ((_, model, stage, start, *_),) = begun
    assert (start, stage.last) == (1, 2)
    networks = model.codec.sampling_networks, trained.restore(codec).model.sampling_networks
    for one, other in zip(*networks, strict=True):
        for value, expected in zip(one.get_weights(), other.get_weights(), strict=True):
            np.testing.assert_array_equal(value, expected)


def test_another_codec_is_another_experiment(run, codec):
    flags = Workdir(run).read_config()["config"]
    with pytest.raises(CheckpointError, match="another experiment: --codec"):
        vgan.fit(flags | {"codec": str(codec)}, run)


def test_a_copy_that_no_run_used_is_replaced(codec, tmp_path):
    """What was killed before its configuration was written may begin with another codec."""
    workdir = Workdir(tmp_path / "run")
    (workdir.codec / "checkpoints").mkdir(parents=True)
    config = ExperimentConfig(codec=str(codec))
    assert codecs.kept(workdir, config) == config
    codecs.keep(workdir, config)
    workdir.config_json.write_text("{}")
    assert Path(codecs.kept(workdir, config).codec) == workdir.codec
    assert (workdir.codec / "checkpoints" / "ckpt-1.index").exists()


def test_networks_that_learnt_on_other_latents_are_no_beginning(run, codec):
    model, config = build(codec, **FLOW), trained.restore(run).config
    plan = Plan.of(dataclasses.replace(config, codec=str(codec), init_from=str(run)))
    codecs.check_same(plan, model, building.build_codec)
    kernel = model.codec.encoder_average.trainable_weights[0]
    kernel.assign_add(tf.ones_like(kernel))
    with pytest.raises(UsageError, match="--init_from.*another codec.*Give --codec="):
        codecs.check_same(plan, model, building.build_codec)


def test_critics_on_latents_send_gradients_to_pixels(codec):
    latents = build(codec, **GAN).codec
    video = tf.random.stateless_uniform([1, 8, 16, 16, 3], [1, 2], -1, 1)
    with tf.GradientTape() as tape:
        tape.watch(video)
        total = tf.reduce_sum(latents.encode(video))
    assert float(tf.norm(tape.gradient(total, video))) > 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"height": 32, "width": 32}, "compresses clips of 16x16, but --height=32"),
        ({"losses": "0.1*l1", "task": "prediction(given=4)"}, "--losses=0.1.l1: is of pixels"),
        ({"generator": "layered(channels=4)"}, "--generator=layered.*: moves pixels"),
        ({"discriminator": "conv3d() + compensated()"}, "--discriminator=.*: is of pixels"),
        ({"diff_augment": "shift + saturation"}, "--diff_augment=.*: is of pixels"),
    ],
)
def test_what_it_says_of_bad_input(codec, changes, message):
    with pytest.raises(UsageError, match=message):
        build(codec, **GAN | changes)


def test_a_compressor_of_latents_there_is_not(codec):
    with pytest.raises(UsageError, match="compresses clips itself"):
        build(codec, **CODEC)


def test_a_codec_that_is_none(tmp_path, tiny_run):
    with pytest.raises(CheckpointError, match="no run with a checkpoint"):
        build(tmp_path, **GAN)
    with pytest.raises(UsageError, match="--model=gan.*, which compresses nothing"):
        build(tiny_run, **GAN)
