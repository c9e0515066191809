import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from vgan.core.clip import Batch
from vgan.core.errors import UsageError
from vgan.models.codec import hint
from vgan.models.cycle.predictor import predicted, predictor
from vgan.runs import building
from vgan.runs.config import ExperimentConfig
from vgan.runs.plan import Plan

DATA = "unpaired(target='shapes(num_videos=8)', source='shapes(num_videos=8, textured=True)')"
SMALL = {
    "model": "cycle(pool=0)",
    "task": "translation",
    "data": DATA,
    "frames": 3,
    "height": 8,
    "width": 8,
    "generator": "unet3d(channels=2, latent_dim=2)",
    "discriminator": "frames2d(channels=2)",
    "batch_size": 2,
    "r1_gamma": 1.0,
}
SAMPLES = tf.range(2, dtype=tf.int64)


def build(**changes):
    plan = Plan.of(ExperimentConfig(**(SMALL | changes)))
    return building.build(plan, plan.config, 0)


@pytest.fixture(scope="module")
def batch():
    target, source = (
        tf.constant(np.random.default_rng(n).uniform(-1, 1, (2, 3, 8, 8, 3)), tf.float32)
        for n in range(2)
    )
    return Batch(target, hint(source), tf.zeros([2], tf.int32))


def affine(gain, offset):
    """A stand-in for a generator: gain * what is given + offset."""
    latents = keras.Input((2 + 3 * 8 * 8,))
    condition, label = keras.Input((3, 8, 8, 4)), keras.Input((), dtype="int32")
    return keras.Model([latents, condition, label], gain * condition[..., :3] + offset)


def terms_of(model, batch):
    _, report = model.gradients(batch, 0, SAMPLES, model.turn(0))
    return {
        player: {name: value.numpy() for name, value in of.items()}
        for player, of in report.terms.items()
    }


def with_generators(model, there, back):
    """A model whose two generators are replaced."""
    model._ways = [(there, there), (back, back)]
    return model


def test_cycle_and_identity_by_hand(batch):
    """G(x) = x / 2 + 0.25 and F(y) = -y: F(G(s)) - s = -1.5 s - 0.25, G(F(t)) - t likewise."""
    model = with_generators(build(), affine(0.5, 0.25), affine(-1.0, 0.0))
    found = terms_of(model, batch)["generator"]
    target, source = batch.video.numpy(), batch.condition.numpy()[..., :3]
    by_hand = {
        "cycle": np.abs(-(0.5 * source + 0.25) - source),
        "back_cycle": np.abs(0.5 * -target + 0.25 - target),
        "identity": np.abs(0.5 * target + 0.25 - target),
        "back_identity": np.abs(-source - source),
    }
    for name, values in by_hand.items():
        np.testing.assert_allclose(found[name], values.mean((1, 2, 3, 4)), rtol=1e-5)


def test_generators_that_undo_each_other_pay_nothing_for_the_way(batch):
    model = with_generators(build(), affine(2.0, 0.0), affine(0.5, 0.0))
    found = terms_of(model, batch)["generator"]
    np.testing.assert_allclose([found["cycle"], found["back_cycle"]], 0, atol=1e-6)


def test_each_way_has_critics_of_its_own_target(batch):
    model = build()
    found = terms_of(model, batch)
    assert {"frames2d", "back_frames2d", "r1/frames2d", "r1/back_frames2d"} == set(
        found["discriminator"]
    )
    # R1 is of real clips alone: of the target's, and of the source's.
    other = batch._replace(condition=hint(-batch.condition[..., :3]))
    changed = terms_of(model, other)["discriminator"]
    np.testing.assert_array_equal(changed["r1/frames2d"], found["discriminator"]["r1/frames2d"])
    assert (changed["r1/back_frames2d"] != found["discriminator"]["r1/back_frames2d"]).all()


def test_both_generators_learn_from_either_cycle(batch):
    """Where there was no source, the way there would learn of the way back's cycle alone."""
    found = []
    for cycle in (0.0, 5.0):
        model = build(model=f"cycle(pool=0, identity=0.0, cycle={cycle})", r1_gamma=0.0)
        gradients, _ = model.gradients(batch, 0, SAMPLES, model.turn(0))
        found.append(gradients["generator"])
        assert len(found[-1]) == 2 * len(model.generator.trainable_variables)
    half = len(found[0]) // 2
    for part in (slice(half), slice(half, None)):
        pairs = zip(found[0][part], found[1][part], strict=True)
        assert any((np.asarray(a) != np.asarray(b)).any() for a, b in pairs)


def test_with_a_pool_critics_see_earlier_clips_and_the_generators_do_not(batch):
    plain, pooled = build(), build(model="cycle(pool=4)")
    terms = [terms_of(model, batch) for model in (plain, pooled)]
    for player in terms[0]:  # Nothing is in the pool yet, and the weights are the same.
        for name, value in terms[0][player].items():
            np.testing.assert_allclose(terms[1][player][name], value, rtol=1e-4, atol=1e-6)
    pooled.pools[0].keep(tf.ones([4, 3, 8, 8, 3]))
    later = terms_of(pooled, batch)
    np.testing.assert_array_equal(later["generator"]["frames2d"], terms[1]["generator"]["frames2d"])
    assert (later["discriminator"]["frames2d"] != terms[1]["discriminator"]["frames2d"]).any()
    gradients, _ = pooled.gradients(batch, 0, SAMPLES, pooled.turn(0))
    pooled.apply(gradients)
    assert [int(pool.held) for pool in pooled.pools] == [6, 2]


def test_a_prediction_is_of_the_two_frames_before(batch):
    """A fresh predictor repeats the later frame; its clips begin with the real ones."""
    found = predicted(predictor((3, 8, 8, 3)), batch.video).numpy()
    video = batch.video.numpy()
    np.testing.assert_array_equal(found[:, :2], video[:, :2])
    np.testing.assert_array_equal(found[:, 2], video[:, 1])
    model = with_generators(
        build(model="cycle(pool=0, recycle=2.0)"), affine(1.0, 0.0), affine(1.0, 0.0)
    )
    terms = terms_of(model, batch)["generator"]
    source = batch.condition.numpy()[..., :3]
    for name, clips in (("predictor", video), ("recycle", source)):
        by_hand = np.abs(clips[:, 1] - clips[:, 2]).mean((1, 2, 3))
        np.testing.assert_allclose(terms[name], by_hand, rtol=1e-5)


def test_one_sided_there_is_no_way_back(batch):
    model = build(model="cycle(one_sided=True, pool=0)", losses="commuting(reach=1)")
    found = terms_of(model, batch)["generator"]
    assert set(found) == {"commuting", "identity", "frames2d"}
    assert set(model.networks()) == {"generator", "average", "critic_modules", "predictors"}
    plan = Plan.of(ExperimentConfig(**(SMALL | {"model": "cycle(one_sided=True)"})))
    with pytest.raises(UsageError, match="--back: .*no way back"):
        building.build_sampler(plan, plan.config, 0, back=True)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"task": "denoising()"}, "Give --task=translation"),
        ({"losses": "l1"}, "--losses=l1: .*--model=cycle.* knows none"),
        ({"model": "cycle(one_sided=True, cycle=5.0)"}, "has no way back"),
        ({"model": "cycle(recycle=1.0)", "frames": 2}, "predicts each frame by two"),
        ({"model": "cycle(pool=-1)"}, "pool=-1"),
        ({"model": "cycle(identity=-1.0)"}, "identity=-1"),
        ({"updates": "one_stage"}, "--updates=one_stage: .*no use"),
    ],
)
def test_what_is_no_translation_is_refused(changes, told):
    with pytest.raises(UsageError, match=told):
        build(**changes)


def test_classes_are_refused():
    plan = Plan.of(ExperimentConfig(**SMALL))
    with pytest.raises(UsageError, match="--conditional: .*knows no classes"):
        building.build(plan, dataclasses.replace(plan.config), 3)


def test_losses_that_remake_are_of_families_that_can():
    config = ExperimentConfig(
        **{"frames": 4, "height": 8, "width": 8, "model": "vae()", "task": "denoising()"},
        generator="unet3d(channels=2)",
        encoder="conv3d(channels=2)",
        losses="commuting()",
    )
    plan = Plan.of(config)
    with pytest.raises(UsageError, match="--losses=commuting: .*--model=gan or cycle"):
        building.build(plan, config, 0)
    config = dataclasses.replace(config, model="gan", encoder="conv3d()", task="generation")
    plan = Plan.of(config)
    with pytest.raises(UsageError, match="--losses=commuting: .*hides some"):
        building.build(plan, config, 0)


def test_a_restoring_gan_can_be_asked_to_commute():
    config = ExperimentConfig(
        **{"frames": 4, "height": 8, "width": 8, "task": "denoising()"},
        generator="unet3d(channels=2, latent_dim=2)",
        discriminator="frames2d(channels=2)",
        losses="commuting()",
    )
    plan = Plan.of(config)
    model = building.build(plan, config, 0)
    video = tf.zeros([2, 4, 8, 8, 3])
    batch = Batch(video, plan.task(video, 0, SAMPLES), tf.zeros([2], tf.int32))
    _, report = model.gradients(batch, 0, SAMPLES, model.turn(0))
    assert report.terms["generator"]["commuting"].shape == (2,)
