"""The variational family, with critics and without."""

import json

import numpy as np
import pytest
import tensorflow as tf

from vgan.core import randomness
from vgan.core.clip import Batch, Seen
from vgan.core.errors import UsageError
from vgan.models.codec import put_back
from vgan.models.vae.vae import Bound
from vgan.runs import building
from vgan.runs.checkpoints import Checkpoints
from vgan.runs.config import ExperimentConfig
from vgan.runs.plan import Plan

FLAGS = {
    "data": "shapes(num_videos=8)",
    "frames": 4,
    "height": 8,
    "width": 8,
    "batch_size": 2,
    "model": "vae()",
    "generator": "conv3d(latent_dim=3, channels=2)",
    "encoder": "conv3d(channels=2)",
}


def build(**changes):
    plan = Plan.of(ExperimentConfig(**FLAGS | changes))
    return building.build(plan, plan.config, 0)


@pytest.fixture(scope="module")
def batch():
    video = tf.random.stateless_uniform([2, 4, 8, 8, 3], [1, 2], -1, 1)
    return Batch(video, video[..., :0], tf.zeros([2], tf.int32))


def report(model, batch, step=0):
    return model.gradients(batch, 0, tf.range(2, dtype=tf.int64), model.turn(step))


def test_without_critics_one_player_learns_what_it_encodes(batch):
    model = build()
    gradients, found = report(model, batch)
    assert list(gradients) == ["generator"] == list(model.players())
    assert set(found.terms["generator"]) == {"reconstruction", "divergence"}
    encoder = {v.path for v in model.encoder.trainable_variables}
    assert {v.path for v in model.players()["generator"]} > encoder
    # All of it learns: the encoder from how clips are rebuilt.
    assert all(float(tf.norm(g)) > 0 for g in gradients["generator"])


def test_with_critics_noise_is_judged_too(batch):
    model = build(discriminator="2*conv3d(channels=2)", r1_gamma=1.0)
    gradients, found = report(model, batch)
    assert set(gradients) == {"generator", "discriminator"}
    assert set(found.terms["generator"]) == {"reconstruction", "divergence", "conv3d"}
    assert set(found.terms["discriminator"]) == {"conv3d", "r1/conv3d"}


def test_every_second_clip_is_rebuilt_and_the_others_are_of_noise(batch):
    model = build(discriminator="conv3d(channels=2)")
    latents, made = [], model.made
    model.made = lambda costs, given: latents.append(given) or made(costs, given)
    report(model, batch)
    samples = tf.range(2, dtype=tf.int64)
    noise = randomness.normal(0, randomness.TRAINING, samples, [3])
    np.testing.assert_array_equal(latents[0][1], noise[1])
    mean, log_variance = model.encoder(list(batch[:3]))
    off = (latents[0][0] - mean[0]) / tf.exp(0.5 * log_variance[0])
    expected = randomness.normal(0, randomness.POSTERIOR, samples, [3])[0]
    np.testing.assert_allclose(off, expected, atol=1e-5)


def test_free_bits_are_heard(batch):
    """An untrained encoder says next to nothing: with 2 bits free of 3 latents, 6 bits count."""
    _, found = report(build(model="vae(free_bits=2.0)"), batch)
    expected = 6 * np.log(2) / (4 * 8 * 8 * 3)
    np.testing.assert_allclose(found.terms["generator"]["divergence"], [expected] * 2, rtol=1e-5)


def test_what_is_given_is_no_part_of_the_bound(batch):
    """Half of each frame is given: errors and divergences are of the other half."""
    known = np.zeros([2, 4, 8, 8, 1], np.float32)
    known[:, :, :4] = 1
    given = batch._replace(condition=tf.concat([batch.video * known, known], -1))
    model = build(task="inpainting(share=0.5)")
    _, found = report(model, given)
    said, terms = found.statistics["vae"], found.terms["generator"]
    np.testing.assert_allclose(terms["divergence"], said["bits"] * np.log(2) / 384, rtol=1e-5)
    whole = model.made

    def black(costs, latents):
        return Seen(put_back(tf.zeros_like(whole(costs, latents).video), given.condition))

    model.made = black
    _, found = report(model, given)
    error = np.mean(np.square(batch.video[:, :, 4:]), (1, 2, 3, 4))
    np.testing.assert_allclose(found.statistics["vae"]["psnr"], 10 * np.log10(4 / error), rtol=1e-4)


def test_its_terms_are_the_bound(batch):
    """By the statistics: PSNR and bits are those of the terms."""
    _, found = report(build(), batch)
    terms, said = found.terms["generator"], found.statistics["vae"]
    numbers = 4 * 8 * 8 * 3
    np.testing.assert_allclose(terms["divergence"], said["bits"] * np.log(2) / numbers, rtol=1e-5)
    bound = -(terms["reconstruction"] + terms["divergence"]) / np.log(2)
    np.testing.assert_allclose(said["bound"], bound, rtol=1e-5)
    error = 4 / 10 ** (said["psnr"] / 10)
    surprise = 0.5 * np.log(2 * np.pi * np.e * error)
    np.testing.assert_allclose(terms["reconstruction"], surprise, rtol=1e-4)


def test_the_weight_of_the_divergence_rises():
    bound = Bound(beta=4.0, warmup=3)
    assert [float(bound.weight(step)) for step in (0, 1, 3, 9)] == [1.0, 2.0, 4.0, 4.0]


def test_beta_is_heard(batch):
    """The totals of two betas differ, so their gradients do; the terms don't."""
    low, high = (report(build(model=f"vae(beta={beta})"), batch) for beta in (1.0, 900.0))
    for name, value in low[1].terms["generator"].items():
        np.testing.assert_array_equal(value, high[1].terms["generator"][name])
    pairs = zip(low[0]["generator"], high[0]["generator"], strict=True)
    assert any(np.abs(one - other).max() > 1e-4 for one, other in pairs)


def test_losses_are_of_what_is_rebuilt(batch):
    model = build(losses="3*motion(estimator='farneback', every=1)")
    _, found = report(model, batch)
    assert "motion" in found.terms["generator"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": "vae(beta=-1)"}, "--model=vae.beta=-1.: must be"),
        ({"model": "vae(free_bits=-1.0)"}, "--model=vae.free_bits=-1.0.: must be"),
        ({"model": "vae(warmup=-1)"}, "--model=vae.warmup=-1.: must be"),
        ({"r1_gamma": 1.0}, "--r1_gamma=1.0: --model=vae.. has no critics"),
        ({"encoder": "frames2d()"}, "frames2d"),
        ({"height": 9}, "--height=9"),
        ({"model": "gan"}, "--encoder=.*has no use for it"),
    ],
)
def test_what_it_says_of_bad_input(changes, message):
    with pytest.raises(UsageError, match=message):
        build(**changes)


def test_latents_of_clips(batch):
    model = build()
    mean, _ = model.encoder_average([batch.video, batch.condition, batch.label])
    np.testing.assert_array_equal(model.encode(*batch[:3]), mean)
    assert mean.shape == (2, 3)


def test_held_out_clips_are_rebuilt_by_the_averages(batch):
    model, samples = build(), tf.range(2, dtype=tf.int64)
    found = model.held_out(batch, 0, samples)["vae/held_out"]
    assert set(found) == {"bits", "bound", "psnr", "active"}
    for variable in model.encoder_average.trainable_variables:
        variable.assign(0.9 * variable)
    other = model.held_out(batch, 0, samples)["vae/held_out"]
    assert np.abs(found["bits"] - other["bits"]).max() > 1e-6


def test_what_draws_alone_encodes_as_the_whole_does(batch, tmp_path):
    whole = build()
    Checkpoints(tmp_path, whole, keep=2).save(1)
    plan = Plan.of(ExperimentConfig(**FLAGS))
    alone = building.build_sampler(plan, plan.config, 0)
    Checkpoints(tmp_path, alone, keep=2).restore()
    assert alone.encodes
    np.testing.assert_array_equal(alone.encode(*batch[:3]), whole.encode(*batch[:3]))


def test_real_clips_that_come_back_are_scored(command, no_page, as_flags, tmp_path):
    flags = FLAGS | {"data": "shapes(num_videos=160)", "steps": 1, "height": 16, "width": 16}
    run = tmp_path / "run"
    done = command("vgan.train", *as_flags(flags), f"--workdir={run}")
    assert done.code == 0, done.err
    about = [f"--workdir={run}", "--num_videos=16", f"--cache={tmp_path}/cache"]
    done = command("vgan.evaluate", *about, before=no_page)
    assert done.code == 0, done.err
    found = json.loads((run / "evaluation" / "1" / "scores.json").read_text())["scores"]
    assert 0 < found["rebuilt_psnr"]["value"] < 40 and "rebuilt_ssim" in found
