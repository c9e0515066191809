import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.models.game.small_game import (
    CLIPS,
    LATENT,
    SAMPLES,
    SEED,
    SIZE,
    critics_total,
    equal,
    flat,
    generator_total,
    judged,
    l1,
    made,
    make,
    make_batch,
)
from tests.models.variables import values
from vgan.models.parts import Weighted


@pytest.fixture(scope="module")
def batch():
    return make_batch()


@pytest.fixture(scope="module")
def first(batch):
    """A model and what its step 0, where all is due, gives."""
    gan = make()
    return gan, gan.gradients(batch, SEED, SAMPLES, gan.turn(0))


@pytest.mark.parametrize("step", [0, 1])
@pytest.mark.parametrize(
    ("player", "total"), [("generator", generator_total), ("discriminator", critics_total)]
)
def test_gradients_are_those_of_each_players_own_total(first, batch, player, total, step):
    gan, _ = first
    found, (_, _) = gan.gradients(batch, SEED, SAMPLES, gan.turn(step))
    variables = gan.players()[player]
    with tf.GradientTape() as tape:
        value = total(gan, batch, lazy=step == 0)
    expected = tape.gradient(value, variables, unconnected_gradients="zero")
    assert set(found) == {"generator", "discriminator"}
    for variable, one, other in zip(variables, found[player], expected, strict=True):
        scale = 1e-5 * np.abs(other).max()
        np.testing.assert_allclose(
            one if one is not None else 0 * other, other, rtol=1e-4, atol=scale + 1e-8,
            err_msg=variable.path,
        )  # fmt: skip


def test_every_variable_belongs_to_one_player(first):
    players = first[0].players()
    numbers = {player: len(variables) for player, variables in players.items()}
    assert numbers == {"generator": 2, "discriminator": 2 * 4}
    assert len({id(v) for variables in players.values() for v in variables}) == 10


def test_gradients_move_no_state(batch):
    gan = make()
    before = values(gan)
    gan.gradients(batch, SEED, SAMPLES, gan.turn(0))
    assert equal(values(gan), before)


def test_terms_and_statistics_are_per_clip(first):
    _, (_, report) = first
    terms, statistics = map(flat, report)
    assert set(terms) == {
        "generator/clips", "generator/frames", "generator/l1", "generator/watched",
        "discriminator/clips", "discriminator/frames",
        "discriminator/r1/clips", "discriminator/r1/frames",
    }  # fmt: skip
    assert set(statistics) == {
        "logits/real/clips", "logits/fake/clips", "logits/real/frames", "logits/fake/frames",
        "logits/sign/clips", "logits/sign/frames",
        "watched/number",
    }  # fmt: skip
    for value in (*terms.values(), *statistics.values()):
        assert value.shape == (CLIPS,) and value.dtype == tf.float32


def test_terms_are_unweighted_and_in_the_order_of_the_clips(first, batch):
    gan, (_, report) = first
    terms, statistics = map(flat, report)
    clips, frames = gan.critic_modules
    fake = made(gan, batch)
    np.testing.assert_allclose(terms["generator/l1"], l1(fake, batch, 0, 0), rtol=1e-5)
    logits = judged(frames, fake, batch)
    np.testing.assert_allclose(statistics["logits/fake/frames"], np.mean(logits, 1), rtol=1e-5)
    expected = np.log1p(np.exp(-logits)).mean(1)
    np.testing.assert_allclose(terms["generator/frames"], expected, rtol=1e-5)
    real, fake = (judged(clips, v, batch).numpy()[:, 0] for v in (batch.video, fake))
    expected = np.log1p(np.exp(-real)) + np.log1p(np.exp(fake))
    np.testing.assert_allclose(terms["discriminator/clips"], expected, rtol=1e-5)


def test_lazy_terms_take_turns(first):
    gan = first[0]
    due = [set(gan.turn(step).due) for step in range(13)]
    for name, every in (("l1", 4), ("watched", 3), ("r1", 2)):
        assert [step for step in range(13) if name in due[step]] == list(range(0, 13, every))
    assert len({gan.turn(step) for step in range(120)}) <= 6, "each turn is compiled once"


@pytest.mark.parametrize(
    ("turns", "generator", "discriminator", "l1", "r1"),
    [
        ({"discriminator": 3}, [0, 3, 6, 9, 12], range(13), [0, 12], range(0, 13, 2)),
        ({"generator": 2}, range(13), range(0, 13, 2), [0, 4, 8, 12], [0, 4, 8, 12]),
    ],
)
def test_several_turns_of_one_player(turns, generator, discriminator, l1, r1):
    """Lazy terms count the turns of their own player: l1 each fourth, R1 each second."""
    gan = make(turns=turns)
    found = [gan.turn(step) for step in range(13)]
    for name, expected in (("generator", generator), ("discriminator", discriminator)):
        assert [n for n, turn in enumerate(found) if name in turn.players] == list(expected)
    for name, expected in (("l1", l1), ("r1", r1)):
        assert [n for n, turn in enumerate(found) if name in turn.due] == list(expected)


def test_who_waits_stays_as_he_is(batch):
    gan = make(turns={"discriminator": 3})
    before = {player: [np.array(v) for v in vs] for player, vs in gan.players().items()}
    gradients, (_, statistics) = gan.gradients(batch, SEED, SAMPLES, gan.turn(1))
    assert set(gradients) == set(gan.gradient_norms(gradients)) == {"discriminator"}
    gan.apply(gradients)
    gan.generator.trainable_variables[0].assign_add(tf.ones_like(before["generator"][0]))
    average = [np.array(v) for v in gan.average.trainable_variables]
    gan.after_step(statistics, gan.turn(1))
    assert equal(average, gan.average.trainable_variables)
    assert equal(before["generator"][1:], gan.players()["generator"][1:])
    assert not equal(before["discriminator"], gan.players()["discriminator"])


def test_what_is_not_due_is_not_computed(first, batch):
    gan, (all_gradients, _) = first
    gradients, report = gan.gradients(batch, SEED, SAMPLES, gan.turn(1))
    terms, statistics = map(flat, report)
    assert not [name for name in (*terms, *statistics) if "l1" in name or "watched" in name]
    assert not [name for name in terms if "r1" in name]
    assert not equal(gradients["generator"], all_gradients["generator"])


def test_apply_moves_each_player_down_its_own_gradient(batch):
    gan = make()
    gradients, (_, _) = gan.gradients(batch, SEED, SAMPLES, gan.turn(0))
    before = {player: [np.array(v) for v in vs] for player, vs in gan.players().items()}
    average = values(gan.average)
    gan.apply(gradients)
    for player, variables in gan.players().items():
        triples = zip(before[player], gradients[player], variables, strict=True)
        for old, gradient, new in triples:
            step = 0 if gradient is None else 0.1 * gradient
            np.testing.assert_allclose(new, old - step, rtol=1e-6, atol=1e-7)
        assert not equal(before[player], [np.array(v) for v in variables])
    assert equal(values(gan.average), average)
    assert int(gan.steps) == 0


def test_the_average_starts_as_the_generator(first):
    gan = first[0]
    assert equal(values(gan.average), values(gan.generator))
    latents = tf.ones([2, LATENT])
    given = [tf.zeros([2, *SIZE[:3], 0]), tf.zeros([2], tf.int32)]
    np.testing.assert_array_equal(gan.sample(latents, *given), gan.generator([latents, *given]))


def test_the_average_follows_by_a_ramp():
    # Decays (1 + n) / (10 + n) = 0.1, 2/11, 3/12 and, from there on, no more than 0.22.
    gan = make(ema_decay=0.22)
    for mean, value in zip(
        gan.average.trainable_variables, gan.generator.trainable_variables, strict=True
    ):
        mean.assign(tf.zeros_like(mean))
        value.assign(tf.ones_like(value))
    expected = 0.0
    for number, decay in enumerate((1 / 10, 2 / 11, 0.22, 0.22)):
        assert int(gan.steps) == number
        gan.after_step({}, gan.turn(0))
        expected = decay * expected + (1 - decay)
        for mean in gan.average.trainable_variables:
            np.testing.assert_allclose(mean, expected * np.ones(mean.shape), rtol=1e-5)
    for value in gan.generator.trainable_variables:
        np.testing.assert_array_equal(value, np.ones(value.shape))


def test_spectral_norms_move_and_the_average_takes_them_over():
    gan = make()
    rng = np.random.default_rng(0)
    networks = [gan.generator, *(part.network for part in gan.critic_modules)]
    for network in networks:
        for variable in network.trainable_variables:
            variable.assign(rng.normal(size=variable.shape))
    before = [[np.array(v) for v in network.non_trainable_variables] for network in networks]
    gan.after_step({}, gan.turn(0))
    for network, old in zip(networks, before, strict=True):
        now = [np.array(v) for v in network.non_trainable_variables]
        assert len(now) == 2 and not any(map(np.array_equal, now, old))
    assert equal(
        [np.array(v) for v in gan.average.non_trainable_variables],
        [np.array(v) for v in gan.generator.non_trainable_variables],
    )


def test_a_loss_is_handed_its_own_statistics(batch):
    gan = make()
    _, (_, statistics) = gan.gradients(batch, SEED, SAMPLES, gan.turn(0))
    gan.after_step(statistics, gan.turn(0))
    (watched,) = gan.loss_modules
    assert float(watched.seen) == sum(range(12, 12 + CLIPS))
    gan.after_step({"logits/real": {"clips": tf.zeros([CLIPS])}}, gan.turn(0))
    assert float(watched.seen) == sum(range(12, 12 + CLIPS)), "it was not due"


def test_norms_are_free_of_loss_scaling(batch):
    plain, scaled = (
        make(),
        make(lambda: keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD())),
    )
    found = []
    for gan in (plain, scaled):
        gradients, (_, _) = gan.gradients(batch, SEED, SAMPLES, gan.turn(1))
        found.append((gradients, gan.gradient_norms(gradients)))
    for player in ("generator", "discriminator"):
        (gradients, norms), (large, scaled_norms) = found
        np.testing.assert_allclose(norms[player], tf.linalg.global_norm(gradients[player]))
        np.testing.assert_allclose(scaled_norms[player], norms[player], rtol=1e-4)
        assert tf.linalg.global_norm(large[player]) > 1000 * norms[player]


def test_the_whole_state_is_in_a_checkpoint(batch, tmp_path):
    gan = make(lambda: keras.optimizers.Adam(0.01))

    def step(model, samples):
        gradients, (_, statistics) = model.gradients(batch, SEED, samples, model.turn(0))
        model.apply(gradients)
        model.after_step(statistics, model.turn(0))

    step(gan, SAMPLES)
    path = tf.train.Checkpoint(gan=gan).write(str(tmp_path / "saved"))
    step(gan, SAMPLES + CLIPS)
    other = make(lambda: keras.optimizers.Adam(0.01))
    tf.train.Checkpoint(gan=other).read(path).assert_consumed()
    assert int(other.steps) == 1
    step(other, SAMPLES + CLIPS)
    assert equal(values(other), values(gan))
    assert float(gan.loss_modules[0].seen) == sum(range(12, 12 + 2 * CLIPS))


def test_the_weights_of_critics_are_clipped_after_a_step(batch):
    free, bound = make(), make(weight_clip=0.05)
    for gan in (free, bound):
        gradients, (_, statistics) = gan.gradients(batch, SEED, SAMPLES, gan.turn(0))
        gan.apply(gradients)
        gan.after_step(statistics, gan.turn(0))
    players = [gan.players() for gan in (free, bound)]
    assert equal(*(player["generator"] for player in players))
    for one, other in zip(*(player["discriminator"] for player in players), strict=True):
        np.testing.assert_allclose(other, np.clip(one, -0.05, 0.05), atol=1e-7)
    assert max(np.abs(weight).max() for weight in players[0]["discriminator"]) > 0.1


def test_penalties_see_what_was_made(batch):
    seen = []

    def look(critic, real, fake, batch, seed, samples):
        del critic, batch, seed, samples
        seen.append((real, fake))
        return tf.zeros([CLIPS])

    gan = make(penalties=[Weighted("look", look)])
    gan.gradients(batch, SEED, SAMPLES, gan.turn(0))
    for real, fake in seen:
        np.testing.assert_array_equal(real.video, batch.video)
        np.testing.assert_allclose(fake.video, made(gan, batch), rtol=1e-5, atol=1e-6)
    assert len(seen) == 2
