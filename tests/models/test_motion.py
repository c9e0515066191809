"""What a generator knows of its motion, through training, drawing and serving."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

import vgan
from vgan.core.clip import Batch
from vgan.core.errors import UsageError
from vgan.models.ensemble import Ensemble
from vgan.models.game.turn import TurnCosts
from vgan.models.motion import knows_motion, with_motion
from vgan.runs import building
from vgan.runs.config import ExperimentConfig
from vgan.runs.plan import Plan
from vgan.sampling.model import live
from vgan.serving import saved_model

LAYERED = "layered(latent_dim=8, channels=4, objects=2)"
CRITICS = "conv3d(channels=4) + flow_fields(channels=4)"


def built(tiny, **changed):
    plan = Plan.of(ExperimentConfig(**tiny | {"width": 16, "generator": LAYERED} | changed))
    labels = ("a", "b", "c") if plan.config.conditional else ()
    return building.build(plan, plan.config, len(labels)), plan.card(8.0, labels)


@pytest.fixture(scope="module")
def model(tiny):
    return built(tiny)


@pytest.fixture(scope="module")
def drawn(model):
    return live(*model).sample(9, seed=3, with_motion=True)


def test_videos_are_those_drawn_without(model, drawn):
    np.testing.assert_array_equal(drawn.videos, live(*model).sample(9, seed=3))
    assert drawn.flow.shape == (9, 3, 8, 16, 2) and drawn.flow.dtype == np.float32
    assert drawn.masks.shape == (9, 4, 8, 16, 2) and drawn.masks.dtype == np.float32
    assert drawn.flow.any() and 0 <= drawn.masks.min() < drawn.masks.max() <= 1


def test_a_conv3d_knows_none(tiny):
    other, card = built(tiny, generator="conv3d(latent_dim=8, channels=4)")
    assert not knows_motion(other.generator)
    with pytest.raises(UsageError, match="doesn't know how its videos move"):
        live(other, card).sample(1, with_motion=True)


def test_an_export_gives_the_same(model, drawn, tmp_path):
    saved_model.export(*model, tmp_path / "1")
    found = vgan.load(tmp_path).sample(9, seed=3, with_motion=True)
    for name in found._fields:
        np.testing.assert_array_equal(getattr(found, name), getattr(drawn, name))
    served = tf.saved_model.load(str(tmp_path / "1"))
    assert "sample_with_motion" in served.signatures and "complete" not in served.signatures


def test_completed_clips_too(tiny, tmp_path):
    model, card = built(tiny, task="interpolation(every=2)", conditional=False)
    rng = np.random.default_rng(0)
    videos = rng.integers(0, 256, (3, *card.clip.shape), np.uint8)
    live_one = live(model, card)
    shown = live_one.show(videos)
    found = live_one.complete(*shown, with_motion=True)
    np.testing.assert_array_equal(found.videos, live_one.complete(*shown))
    np.testing.assert_array_equal(found.videos[:, ::2], videos[:, ::2])
    saved_model.export(model, card, tmp_path / "1")
    exported = vgan.load(tmp_path).complete(*shown, with_motion=True)
    for name in found._fields:
        np.testing.assert_array_equal(getattr(exported, name), getattr(found, name))


def test_each_of_an_ensemble_tells_of_its_own(tiny):
    members = [built(tiny, seed=seed)[0] for seed in (0, 1)]
    ensemble = Ensemble(members)
    latents = tf.random.stateless_normal([6, *ensemble.latent_shape], [0, 1])
    given = latents, tf.zeros([6, 4, 8, 16, 0]), tf.zeros([6], tf.int32)
    video, flow, masks = ensemble.sample_with_motion(*given)
    np.testing.assert_array_equal(video, ensemble.sample(*given))
    each = [member.sample_with_motion(*given) for member in members]
    for row, member in enumerate(ensemble.chosen(latents).numpy()):
        np.testing.assert_array_equal(flow[row], each[member][1][row])
        np.testing.assert_array_equal(masks[row], each[member][2][row])


def batch(tiny):
    rng = np.random.default_rng(1)
    video = rng.uniform(-1, 1, (4, 4, 8, 16, 3)).astype(np.float32)
    return Batch(tf.constant(video), tf.zeros([4, 4, 8, 16, 0]), tf.zeros([4], tf.int32))


@pytest.mark.parametrize("changed", [{}, {"diff_augment": "shift + cutout"}, {"r1_gamma": 1.0}])
@pytest.mark.parametrize("updates", ["simultaneous", "one_stage"])
def test_a_critic_of_flow_moves_the_generator(tiny, changed, updates):
    """By the flow that the generator knows: its paths are what the critic's gradient reaches."""
    flags = {"discriminator": "flow_fields(channels=4)", "updates": updates, "r1_interval": 1}
    gan, _ = built(tiny, **flags | changed)
    samples = tf.range(4, dtype=tf.int64)
    gradients, report = gan.gradients(batch(tiny), 0, samples, gan.turn(0))
    assert set(report.terms["generator"]) == {"flow_fields"}
    found = {
        weight.path: np.array(tf.convert_to_tensor(of))
        for weight, of in zip(gan.players()["generator"], gradients["generator"], strict=True)
        if of is not None
    }
    reached = {path for path, of in found.items() if np.any(of)}
    paths = next(v for v in gan.generator.trainable_variables if v.shape == (8 + 32 + 16, 128))
    ground = gan.generator.get_layer("ground").input._keras_history.operation.kernel
    assert all(np.isfinite(of).all() for of in found.values())
    assert paths.path in reached and ground.path not in reached
    assert max(float(tf.reduce_max(tf.abs(of))) for of in gradients["discriminator"]) > 0


def test_flow_between_given_frames_is_the_real_clips(tiny):
    """As its pixels are: else a critic could tell made from real by what is given."""
    flags = {"discriminator": CRITICS, "task": "prediction(given=2)", "conditional": False}
    gan, _ = built(tiny, **flags)
    known = np.zeros((4, 4, 8, 16, 1), np.float32)
    known[:, :2] = 1
    video = batch(tiny).video
    given = batch(tiny)._replace(condition=tf.concat([video * known, known], -1))
    costs = TurnCosts(given, 0, tf.range(4, dtype=tf.int64), gan.turn(0))
    real, fake, _ = gan.shown(costs, gan.generate(costs))
    np.testing.assert_array_equal(fake.flow[:, 0], real.flow[:, 0])
    assert np.abs(fake.flow[:, 1] - real.flow[:, 1]).max() > 0


def test_a_critic_of_flow_needs_a_generator_that_knows_it(tiny):
    with pytest.raises(UsageError, match="flow_fields.*knows none. Use --generator=layered"):
        built(tiny, generator="conv3d(latent_dim=8, channels=4)", discriminator=CRITICS)


def test_flow_is_disguised_as_its_clip(tiny):
    """A clip moved by a shift has its flow moved alike."""
    flags = {"discriminator": CRITICS, "diff_augment": "shift(share=0.5)"}
    gan, _ = built(tiny, **flags)
    places = np.zeros((4, 4, 8, 16, 3), np.float32)
    places[:, :, 3, 5] = 1
    flow = tf.constant(places[:, :-1, ..., :2])
    video, given, moved = gan._view._disguised(
        tf.constant(places), tf.zeros([4, 4, 8, 16, 0]), flow, _costs()
    )
    np.testing.assert_array_equal(moved, video[:, :-1, ..., :2])
    assert given.shape[-1] == 0 and (np.array(video) != places).any()


def _costs():
    return dataclasses.make_dataclass("Costs", ["seed", "samples"])(7, tf.range(4, dtype=tf.int64))


def test_held_out_clips_and_inversion_have_no_flow_of_their_own(tiny):
    gan, _ = built(tiny, discriminator=CRITICS)
    samples = tf.range(4, dtype=tf.int64)
    found = gan.held_out(batch(tiny), 0, samples)["logits/held_out"]
    assert set(found) == {"conv3d", "flow_fields"}
    video = batch(tiny).video
    costs = gan.implausibility(
        video, video[:, ::-1], tf.zeros([4, 4, 8, 16, 0]), tf.zeros([4], tf.int32), 0, samples
    )
    assert costs.shape == [4] and np.isfinite(costs).all()


def test_the_outputs_are_the_layers_inputs(model):
    gan, _ = model
    assert len(with_motion(gan.generator).outputs) == 3
    assert with_motion(gan.generator).weights == gan.generator.weights
