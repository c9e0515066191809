"""When each player moves, on which weights, at what rate, and what it is shown on the way."""

import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.models.game.small_game import (
    CLIPS,
    SAMPLES,
    SEED,
    SIZE,
    critics_total,
    equal,
    flat,
    generator_total,
    l1,
    made,
    make,
    make_batch,
    networks,
)
from vgan.core import randomness
from vgan.core.clip import Seen, to_float
from vgan.core.errors import UsageError
from vgan.data.pipeline import Clips
from vgan.models.game import adversarial, diff_augment, penalties
from vgan.models.game.updates import ratio
from vgan.models.parts import Weighted
from vgan.models.synthesizer import Turn
from vgan.networks.critic import Critic, random_frames, whole_clip
from vgan.tasks.task import Task
from vgan.training import loop


@pytest.fixture(scope="module")
def batch():
    return make_batch()


@pytest.fixture(scope="module")
def still():
    """Networks for games that move nothing."""
    return networks()


def sgd(scale=None):
    if scale is None:
        return keras.optimizers.SGD(0.1)
    return keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.1), initial_scale=scale)


def disguise():
    changes = [diff_augment.brightness(), diff_augment.shift(0.5), diff_augment.cutout(0.6)]
    return diff_augment.DiffAugment(changes)


ALONE = {"losses": [], "penalties": []}
EXACT = {
    "bce": adversarial.bce(),
    "minimax": adversarial.bce(minimax=True),
    "smoothed": adversarial.bce(label=0.9),
    "least squares": adversarial.least_squares(),
    "wasserstein": adversarial.wasserstein(),
    "relativistic": adversarial.relativistic(),
}


def beside():
    """All that comes beside the adversarial pair, and another loss scale for each player."""
    return {
        "penalties": [
            Weighted("r1", penalties.r1, 0.7, every=2),
            Weighted("r2", penalties.r2, 0.3),
            Weighted("slope", penalties.one_lipschitz, 0.4),
        ],
        "disguise": disguise(),
        "instance_noise": lambda step: 0.1,
        "optimizers": [sgd(512.0), sgd(32.0)],
    }


@pytest.mark.parametrize(
    ("pair", "changes"),
    [("bce", beside), ("relativistic", beside), *((pair, lambda: ALONE) for pair in EXACT)],
)
def test_one_stage_gives_the_gradients_of_two(batch, still, pair, changes):
    found, terms = [], []
    for updates in ("simultaneous", "one_stage"):
        gan = make(updates=updates, adversarial=EXACT[pair], **still, **changes())
        gradients, report = gan.gradients(batch, SEED, SAMPLES, gan.turn(0))
        found.append(gradients)
        terms.append(flat(report.terms))
    for player in ("generator", "discriminator"):
        for one, other in zip(found[0][player], found[1][player], strict=True):
            if one is None:  # The bias of a logit under a loss of differences.
                assert other is None or not np.any(other)
            else:
                atol = 1e-4 * np.abs(one).max()
                np.testing.assert_allclose(other, one, rtol=1e-4, atol=atol)
    assert np.abs(found[0]["generator"][0]).max() > 0.01
    assert terms[0].keys() == terms[1].keys()
    for name, value in terms[0].items():
        np.testing.assert_allclose(terms[1][name], value, rtol=1e-5, atol=1e-6)


class Counting(Critic):
    """Counts the backward passes that start at its logits."""

    backward = 0

    def judge(self, inputs, label):
        @tf.custom_gradient
        def counted(logits):
            def back(gradient):
                self.backward += 1
                return gradient

            return tf.identity(logits), back

        verdict = super().judge(inputs, label)
        return verdict._replace(logits=counted(verdict.logits))


@pytest.mark.parametrize(("updates", "passes"), [("simultaneous", 3), ("one_stage", 2)])
def test_one_stage_goes_back_through_the_critics_once(batch, still, updates, passes):
    part = Counting(still["critics"][0].part.network, whole_clip)
    parts = still | {"critics": [Weighted("clips", part)]}
    gan = make(**parts, penalties=[], updates=updates)
    gan.gradients(batch, SEED, SAMPLES, gan.turn(0))
    assert part.backward == passes  # Real clips, made ones, and made ones for the generator.


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        ("bce", -np.exp([[1.0, -2.0]])),  # -sigmoid(-f) / sigmoid(f) = -exp(-f)
        ("minimax", [[-1, -1]]),
        ("smoothed", -np.exp([[1.0, -2.0]])),
        ("least squares", [[2, 0.5]]),  # (f - 1) / f
        ("wasserstein", [[-1, -1]]),
        ("relativistic", -np.exp([[1.5, -3.0]])),  # -exp(real - f)
    ],
)
def test_ratio_by_hand(pair, expected):
    fake, real = tf.constant([[-1.0, 2.0]]), tf.constant([[0.5, -1.0]])
    np.testing.assert_allclose(ratio(EXACT[pair], fake, real), expected, rtol=1e-5)


def test_where_the_critics_loss_is_flat_the_ratio_is_finite():
    fake, real = tf.constant([[0.0, 0.5]]), tf.constant([[1.0, 1.0]])
    np.testing.assert_array_equal(ratio(EXACT["least squares"], fake, real), [[0, -1]])
    assert np.isfinite(ratio(EXACT["bce"], fake - 200.0, real)).all()


def test_one_stage_is_refused_where_it_would_not_be_exact(still):
    with pytest.raises(UsageError, match="--updates=one_stage: not exact with an adversarial pair"):
        make(**still, adversarial=adversarial.hinge(), updates="one_stage")
    plain = still["critics"][0].part
    tangled = Critic(plain.network, plain.view, entangled="batch norm")
    parts = still | {"critics": [Weighted("plain", plain), Weighted("tangled", tangled)]}
    with pytest.raises(UsageError, match=r"not exact with tangled \(batch norm\): each logit"):
        make(**parts, updates="one_stage")
    make(**parts, updates="alternating")


def test_who_alone_moves_is_no_matter_of_one_stage(batch, still):
    one, two = (make(**still, **ALONE, updates=u) for u in ("one_stage", "simultaneous"))
    for player in ("generator", "discriminator"):
        turn = Turn(players=(player,))
        found = [gan.gradients(batch, SEED, SAMPLES, turn)[0] for gan in (one, two)]
        assert set(found[0]) == {player}
        assert equal(found[0][player], found[1][player])


def descend(variables, total):
    with tf.GradientTape() as tape:
        value = total()
    for variable, gradient in zip(variables, tape.gradient(value, variables), strict=True):
        if gradient is not None:
            variable.assign_sub(0.1 * gradient)


def test_alternating_moves_the_generator_on_the_critics_new_weights(batch):
    video = tf.cast((batch.video + 1) * 127, tf.uint8)
    batch = batch._replace(video=to_float(video))
    gan, by_hand, at_once = make(updates="alternating"), make(), make()
    reports = [
        loop.compile_step(model, Task("generation"), SEED).python_function(
            Clips(video, video[..., :0], batch.label, SAMPLES), turn=model.turn(0)
        )
        for model in (gan, at_once)
    ]
    players = by_hand.players()
    descend(players["discriminator"], lambda: critics_total(by_hand, batch, lazy=True))
    descend(players["generator"], lambda: generator_total(by_hand, batch, lazy=True))
    for player, variables in gan.players().items():
        for found, expected in zip(variables, players[player], strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
    found, other = (model.players()["generator"][0].numpy() for model in (gan, at_once))
    assert np.abs(found - other).max() > 3e-4
    assert equal(gan.players()["discriminator"], at_once.players()["discriminator"])
    assert reports[0].keys() == reports[1].keys(), "terms and norms of both players"
    assert int(gan.steps) == 1


def test_alternating_is_a_round_for_each_player(still):
    gan = make(**still, updates="alternating", turns={"discriminator": 3})
    first, second = gan.turn(0), gan.turn(1)
    assert [turn.players for turn in first.rounds()] == [("discriminator",), ("generator",)]
    assert {turn.due for turn in first.rounds()} == {first.due}
    assert [turn.players for turn in second.rounds()] == [("discriminator",)]
    together = make(**still).turn(0)
    assert together.rounds() == [together]


def look_at(**changes):
    """A game whose penalty keeps what the critics were shown."""
    seen = []

    def look(critic, real, fake, batch, seed, samples):
        del critic, seed, samples
        seen.append((real.video.numpy(), fake.video.numpy(), batch.condition.numpy()))
        return tf.zeros([CLIPS])

    return make(penalties=[Weighted("look", look)], **changes), seen


def test_noise_on_what_critics_see(batch, still):
    gan, seen = look_at(**still, instance_noise=lambda step: 0.2 / (1 + tf.cast(step, tf.float32)))
    for steps in (0, 1):
        gan.steps.assign(steps)
        gan.gradients(batch, SEED, SAMPLES, gan.turn(0))
    gan.gradients(batch, SEED, SAMPLES, gan.turn(0))
    for number, clean in enumerate((batch.video, made(gan, batch))):
        draws = randomness.normal(SEED, randomness.NOISE, 2 * SAMPLES + number, SIZE)
        for deviation, shown in ((0.2, seen[0]), (0.1, seen[2])):
            np.testing.assert_allclose(shown[number] - clean, deviation * draws, atol=1e-5)
        np.testing.assert_array_equal(seen[4][number], seen[2][number])  # Nothing moved.
    latents = randomness.normal(SEED, randomness.TRAINING, SAMPLES, SIZE)
    real, fake = (seen[0][n] - clean for n, clean in enumerate((batch.video, made(gan, batch))))
    for one, other in ((real, fake), (real, latents), (fake, latents)):
        assert abs(np.corrcoef(np.ravel(one), np.ravel(other))[0, 1]) < 0.2


def test_critics_see_changed_clips_and_other_losses_do_not(batch, still):
    kept = []

    def keep(video, batch, seed, samples):
        del seed, samples
        kept.append((video, batch.video))
        return tf.zeros([CLIPS])

    gan, seen = look_at(**still, disguise=disguise(), losses=[Weighted("keep", keep)])
    gan.gradients(batch, SEED, SAMPLES, gan.turn(0))
    fake = made(gan, batch)
    for shown, clean in zip(seen[0], (batch.video, fake), strict=False):
        expected, _ = gan.disguise(clean, batch.condition, SEED, SAMPLES)
        np.testing.assert_allclose(shown, expected, atol=1e-6)
        assert np.abs(shown - clean).max() > 0.1
    np.testing.assert_allclose(kept[0][0], fake, atol=1e-6)
    np.testing.assert_array_equal(kept[0][1], batch.video)


def test_verdicts_are_those_on_what_critics_are_shown(batch, still):
    gan = make(**still, disguise=disguise())
    _, (_, statistics) = gan.gradients(batch, SEED, SAMPLES, gan.turn(0))
    for name, found in gan.held_out(batch, SEED, SAMPLES)["logits/held_out"].items():
        np.testing.assert_allclose(found, statistics["logits/real"][name], rtol=1e-5)
    plain = make(**still).held_out(batch, SEED, SAMPLES)["logits/held_out"]
    assert np.abs(plain["clips"] - statistics["logits/real"]["clips"]).max() > 0.01


def test_the_strength_follows_all_critics_and_counts_each_clip_once():
    gan = make(disguise=diff_augment.DiffAugment([diff_augment.cutout()], target=0.5))
    (strength,) = (v for v in gan.variables if v is gan.disguise.strength)  # Is in checkpoints.

    def after(clips, frames):
        signs = {"clips": clips, "frames": frames}
        of_clips = {name: tf.fill([CLIPS], sign) for name, sign in signs.items()}
        gan.after_step({"logits/sign": of_clips}, gan.turn(0))
        return float(strength) * diff_augment.CLIPS_TO_FULL_STRENGTH

    np.testing.assert_allclose(after(1.0, 1.0), CLIPS, rtol=1e-5)
    np.testing.assert_allclose(after(1.0, 0.5), 2 * CLIPS, rtol=1e-5)
    np.testing.assert_allclose(after(1.0, -0.5), CLIPS, rtol=1e-5)
    gan.after_step({}, Turn(players=("generator",)))
    np.testing.assert_allclose(float(strength), CLIPS / 20_000, rtol=1e-5)


@pytest.mark.parametrize("scale", [None, 64.0])
def test_the_rate_is_that_of_the_step(batch, scale, tmp_path):
    def fresh():
        rate = lambda step: 0.1 * (1.0 + tf.cast(step, tf.float32))  # noqa: E731
        return make(optimizers=[sgd(scale), sgd(scale)], learning_rate=rate, **ALONE)

    def step(gan):
        turn = gan.turn(1)
        gradients, (_, statistics) = gan.gradients(batch, SEED, SAMPLES, turn)
        before = {p: [np.array(v) for v in vs] for p, vs in gan.players().items()}
        gan.apply(gradients)
        gan.after_step(statistics, turn)
        return before, gradients

    gan = fresh()
    for number in range(3):
        if number == 2:
            path = tf.train.Checkpoint(gan=gan).write(str(tmp_path / "saved"))
        before, gradients = step(gan)
        for player, variables in gan.players().items():
            triples = zip(before[player], gradients[player], variables, strict=True)
            for old, gradient, new in triples:
                moved = 0.1 * (1 + number) * gradient / (scale or 1.0)
                np.testing.assert_allclose(new, old - moved, rtol=1e-4, atol=1e-6)
    again = fresh()
    tf.train.Checkpoint(gan=again).read(path).assert_consumed()
    step(again)
    assert equal(again.players()["generator"], gan.players()["generator"])


def classifier(name, classes):
    """A critic of two frames a clip that also tells the class."""
    x, label = keras.Input(SIZE[1:]), keras.Input((), dtype="int32")
    flat = keras.layers.Flatten()(x)
    outputs = [keras.layers.Dense(1)(flat), keras.layers.Dense(classes)(flat)]
    network = keras.Model([x, label], outputs, name=name)
    return Critic(network, random_frames(2), "class logits", class_weight=0.3)


def test_both_players_pay_for_clips_whose_class_is_not_told(batch, still):
    labels = np.int32([0, 1, 2, 0, 1, 2])
    batch = batch._replace(label=tf.constant(labels))
    random.seed(1)
    gan = make(**still | {"critics": [Weighted("aux", classifier("aux", 3), 0.5)]}, **ALONE)
    gradients, report = gan.gradients(batch, SEED, SAMPLES, gan.turn(0))
    terms = flat(report.terms)
    assert set(terms) == {
        f"{player}/{name}"
        for player in ("generator", "discriminator")
        for name in ("aux", "classes/aux")
    }
    (part,) = gan.critic_modules

    def entropies(video):
        shown = part.inputs(Seen(video), batch.condition, SEED, SAMPLES)
        _, logits = part.network([shown, tf.repeat(batch.label, 2)])
        chosen = tf.nn.log_softmax(tf.reshape(logits, [CLIPS, 2, 3]))
        return -tf.reduce_mean(tf.gather(chosen, labels, axis=2, batch_dims=1), 1)

    def total(video, sign):
        shown = part.inputs(Seen(video), batch.condition, SEED, SAMPLES)
        logits, _ = part.network([shown, tf.repeat(batch.label, 2)])
        return 0.5 * (
            tf.reduce_mean(tf.math.softplus(sign * logits)) + 0.3 * tf.reduce_mean(entropies(video))
        )

    np.testing.assert_allclose(
        terms["discriminator/classes/aux"], entropies(batch.video), rtol=1e-5
    )
    np.testing.assert_allclose(
        terms["generator/classes/aux"], entropies(made(gan, batch)), rtol=1e-5
    )
    with tf.GradientTape() as tape:
        wish = total(made(gan, batch), -1)
    expected = tape.gradient(wish, gan.players()["generator"])
    for one, other in zip(gradients["generator"], expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-7)
    head = [v for v in gan.players()["discriminator"] if v.shape == (12, 3)]
    with tf.GradientTape() as tape:
        cost = total(batch.video, -1)
    position = [v is head[0] for v in gan.players()["discriminator"]].index(True)
    np.testing.assert_allclose(
        gradients["discriminator"][position], tape.gradient(cost, head)[0], rtol=1e-4, atol=1e-7
    )


class Costly(keras.layers.Layer):
    """Asks for the mean square of what it is shown."""

    def call(self, x):
        self.add_loss(0.4 * keras.ops.mean(keras.ops.square(x)))
        return x


@pytest.mark.parametrize("updates", ["simultaneous", "one_stage"])
def test_what_the_generators_layers_ask_for_is_paid(batch, still, updates):
    plain = still["generator"]
    asking = keras.Model(plain.inputs, Costly()(plain.output))
    found = []
    for asks in (False, True):
        players = still | ({"generator": asking} if asks else {})
        gan = make(**players, losses=[Weighted("l1", l1)], penalties=[], updates=updates)
        for _ in range(1 + asks):  # The second time no more than the first.
            gradients, report = gan.gradients(batch, SEED, SAMPLES, gan.turn(0))
        terms = flat(report.terms)
        found.append(gradients["generator"])
        assert ("generator/regularisation" in terms) == asks
    with tf.GradientTape() as tape:
        asked = 0.4 * tf.reduce_mean(made(gan, batch) ** 2)
    np.testing.assert_allclose(terms["generator/regularisation"], np.full(CLIPS, asked), rtol=1e-5)
    expected = tape.gradient(asked, gan.players()["generator"])
    for one, other, extra in zip(*found, expected, strict=True):
        np.testing.assert_allclose(other - one, extra, rtol=1e-3, atol=1e-6)
