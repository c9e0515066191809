import math
import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from vgan.core import randomness, spec
from vgan.core.clip import Batch
from vgan.core.errors import UsageError
from vgan.models.game import adversarial, penalties
from vgan.models.game.gan import Gan
from vgan.models.game.rules import Rules
from vgan.models.parts import Weighted
from vgan.networks.critic import Critic, whole_clip

TEMPLATE = "vgan.models.game.adversarial.{}"
EACH_PAIR = pytest.mark.parametrize("name", spec.names(TEMPLATE))
LOG3 = math.log(3)


def pair(name):
    return spec.build(spec.parse(name), TEMPLATE)


def logits(*values):
    return tf.constant([values], tf.float32)


def test_bce_by_hand():
    # softplus(0) = log 2, softplus(log 3) = log 4, softplus(-log 3) = log 4/3.
    bce = pair("bce")
    generator = bce.generator(logits(0, LOG3, -LOG3), None)
    np.testing.assert_allclose(generator, [np.log([2, 4 / 3, 4])], rtol=1e-6)
    discriminator = bce.discriminator(logits(0, LOG3, -LOG3, LOG3), logits(0, -LOG3, LOG3, LOG3))
    np.testing.assert_allclose(discriminator, [np.log([4, 16 / 9, 16, 16 / 3])], rtol=1e-6)


def test_bce_minimax_by_hand():
    minimax = pair("bce(minimax=True)")
    np.testing.assert_allclose(
        minimax.generator(logits(0, LOG3), logits(5, 5)), [-np.log([2, 4])], rtol=1e-6
    )


def test_least_squares_by_hand():
    found = pair("least_squares")
    np.testing.assert_allclose(found.generator(logits(0, 1, 3), None), [[0.5, 0, 2]])
    np.testing.assert_allclose(found.discriminator(logits(1, 3), logits(0, -2)), [[0, 4]])
    smooth = pair("least_squares(label=0.5)")
    np.testing.assert_allclose(smooth.generator(logits(0.5, 1.5), None), [[0, 0.5]])
    np.testing.assert_allclose(smooth.discriminator(logits(1.5), logits(2)), [[2.5]])


@pytest.mark.parametrize("name", ["bce", "least_squares"])
@pytest.mark.parametrize("label", [0, -1, 1.1])
def test_labels_out_of_range(name, label):
    with pytest.raises(UsageError, match=rf"{name}\(label={label}\): must be a number above 0"):
        pair(f"{name}(label={label})")


def test_bce_with_a_smooth_label_by_hand():
    smooth = pair("bce(label=0.75)")
    # 3/4 log 4/3 + 1/4 log 4 + log 2 at a real logit of log 3, the best one.
    found = smooth.discriminator(logits(LOG3), logits(0))
    expected = 0.75 * np.log(4 / 3) + 0.25 * np.log(4) + np.log(2)
    np.testing.assert_allclose(found, [[expected]], rtol=1e-6)
    real = logits(LOG3)
    with tf.GradientTape() as tape:
        tape.watch(real)
        value = smooth.discriminator(real, logits(0))
    np.testing.assert_allclose(tape.gradient(value, real), [[0]], atol=1e-6)


def test_hinge_by_hand():
    found = pair("hinge")
    np.testing.assert_allclose(found.generator(logits(2, -3), None), [[-2, 3]])
    real, fake = logits(1, 0.5, -2, 4), logits(-1, 0, 3, -4)
    np.testing.assert_allclose(found.discriminator(real, fake), [[0, 1.5, 7, 0]])


def test_wasserstein_by_hand():
    found = pair("wasserstein")
    np.testing.assert_allclose(found.generator(logits(2, -3), None), [[-2, 3]])
    np.testing.assert_allclose(found.discriminator(logits(1, 5), logits(3, -2)), [[2, -7]])


def test_relativistic_by_hand():
    found = pair("relativistic")
    real, fake = logits(0, LOG3, 7), logits(0, 0, 7 + LOG3)
    np.testing.assert_allclose(found.discriminator(real, fake), [np.log([2, 4 / 3, 4])], rtol=1e-5)
    np.testing.assert_allclose(found.generator(fake, real), [np.log([2, 4, 4 / 3])], rtol=1e-5)


@EACH_PAIR
def test_one_term_for_each_logit(name):
    real, fake = tf.zeros([3, 2]), tf.ones([3, 2])
    assert pair(name).generator(fake, real).shape == (3, 2)
    assert pair(name).discriminator(real, fake).shape == (3, 2)


@EACH_PAIR
def test_finite_far_out(name):
    for real_value in (-1e4, 0, 1e4):
        for fake_value in (-1e4, 0, 1e4):
            real, fake = logits(real_value), logits(fake_value)
            with tf.GradientTape(persistent=True) as tape:
                tape.watch([real, fake])
                generator = pair(name).generator(fake, real)
                discriminator = pair(name).discriminator(real, fake)
            found = [generator, discriminator, tape.gradient(generator, fake)]
            found += tape.gradient(discriminator, [real, fake])
            assert all(np.isfinite(value).all() for value in found)


@EACH_PAIR
def test_the_players_pull_apart(name):
    real = fake = logits(0.5)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(fake)
        generator = pair(name).generator(fake, logits(0.5))
        of_fake = pair(name).discriminator(logits(0.5), fake)
        of_real = pair(name).discriminator(real, logits(0.5))
    assert tape.gradient(generator, fake) < 0
    assert tape.gradient(of_fake, fake) > 0
    assert tape.gradient(of_real, real) < 0


SHIPPED = {
    "bce": {"r1": 0.1},
    "bce(minimax=True)": {"r1": 0.1},
    "least_squares": {"r1": 0.1},
    "hinge": {"r1": 0.1},
    "relativistic": {"r1": 0.1, "r2": 0.1},
    # Of the paper's 10, a slope of the wrong sign can't get over 0 on a line.
    "wasserstein": {"one_lipschitz": 0.1},
    "wasserstein with clipping": {"weight_clip": 0.2},
}


@pytest.mark.parametrize("name", SHIPPED)
def test_each_brings_a_gaussian_to_its_place(name):
    """Made numbers are a shift of noise, real ones have the mean 2; the regulariser is its own."""
    gan = line_gan(name, SHIPPED[name])

    @tf.function(autograph=False)
    def step(number, turn):
        samples = number * 64 + tf.range(64, dtype=tf.int64)
        real = 2 + randomness.normal(1, randomness.TRAINING, samples, [1, 1, 1, 1])
        batch = Batch(real, tf.zeros([64, 1, 1, 1, 0]), tf.zeros([64], tf.int32))
        gradients, (_, statistics) = gan.gradients(batch, 0, samples, turn)
        gan.apply(gradients)
        gan.after_step(statistics, turn)

    for number in range(300):
        step(tf.constant(number, tf.int64), gan.turn(number))
    (shift,) = gan.average.trainable_variables
    assert float(shift[0]) == pytest.approx(2, abs=0.1)


class Shift(keras.layers.Layer):
    """x + a number that is learnt."""

    def build(self, shape):
        self.shift = self.add_weight(shape=(1,), initializer="zeros")

    def call(self, x):
        return x + self.shift


def line_gan(name, regularisers):
    """A Gan on single numbers, as clips of one pixel."""
    random.seed(0)

    def generator():
        latents, condition = keras.Input((1, 1, 1, 1)), keras.Input((1, 1, 1, 0))
        label = keras.Input((), dtype="int32")
        return keras.Model([latents, condition, label], Shift()(latents))

    clip, label = keras.Input((1, 1, 1, 1)), keras.Input((), dtype="int32")
    x = keras.layers.Dense(32, activation="leaky_relu")(keras.layers.Flatten()(clip))
    x = keras.layers.Dense(32, activation="leaky_relu")(x)
    logit = keras.layers.Reshape(())(keras.layers.Dense(1)(x))
    critic = Critic(keras.Model([clip, label], logit), whole_clip)
    rates, critic_turns = ((0.1, 0.05), 5) if "wasserstein" in name else ((0.02, 0.02), 1)
    penalised = {n: weight for n, weight in regularisers.items() if n != "weight_clip"}
    optimizers = [keras.optimizers.Adam(rate, 0.0, 0.99) for rate in rates]
    rules = Rules(
        critics=[Weighted("clip", critic)],
        adversarial=pair(name.removesuffix(" with clipping")),
        losses=[],
        penalties=[Weighted(n, getattr(penalties, n), w) for n, w in penalised.items()],
        ema_decay=0.98,
        weight_clip=regularisers.get("weight_clip", 0.0),
        turns={"generator": 1, "discriminator": critic_turns},
    )
    return Gan(generator(), generator(), optimizers, rules)


@pytest.mark.parametrize(
    ("pair", "middle"),
    [
        (adversarial.bce(), 0),
        (adversarial.hinge(), 0),
        (adversarial.least_squares(label=0.9), 0.45),
    ],
)
def test_halfway_between_real_and_made(pair, middle):
    """There the critic gains as much by moving a real clip's logit up as a made one's down."""
    assert pair.middle == middle
    at = [np.float32(value) for value in (middle, middle + 0.2, middle - 0.2)]
    real_up = pair.discriminator(at[1], at[0]) - pair.discriminator(at[0], at[0])
    fake_down = pair.discriminator(at[0], at[2]) - pair.discriminator(at[0], at[0])
    np.testing.assert_allclose(real_up, fake_down, atol=1e-6)
    assert real_up < 0


def test_pairs_that_only_tell_more_from_less():
    assert adversarial.wasserstein().middle is adversarial.relativistic().middle is None
