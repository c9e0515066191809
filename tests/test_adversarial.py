import math

import numpy as np
import pytest
import tensorflow as tf

from vgan import spec

TEMPLATE = "vgan.adversarial.{}"
EACH_PAIR = pytest.mark.parametrize("name", spec.names(TEMPLATE))
LOG3 = math.log(3)


def pair(name):
    return spec.build(spec.parse(name), TEMPLATE)


def logits(*values):
    return tf.constant([values], tf.float32)


def test_bce_by_hand():
    # softplus(0) = log 2, softplus(log 3) = log 4, softplus(-log 3) = log 4/3.
    bce = pair("bce")
    generator = bce.generator(logits(0, LOG3, -LOG3))
    np.testing.assert_allclose(generator, [np.log([2, 4 / 3, 4])], rtol=1e-6)
    discriminator = bce.discriminator(logits(0, LOG3, -LOG3, LOG3), logits(0, -LOG3, LOG3, LOG3))
    np.testing.assert_allclose(discriminator, [np.log([4, 16 / 9, 16, 16 / 3])], rtol=1e-6)


@EACH_PAIR
def test_one_term_for_each_logit(name):
    real, fake = tf.zeros([3, 2]), tf.ones([3, 2])
    assert pair(name).generator(fake).shape == (3, 2)
    assert pair(name).discriminator(real, fake).shape == (3, 2)


@EACH_PAIR
def test_finite_far_out(name):
    for real_value in (-1e4, 0, 1e4):
        for fake_value in (-1e4, 0, 1e4):
            real, fake = logits(real_value), logits(fake_value)
            with tf.GradientTape(persistent=True) as tape:
                tape.watch([real, fake])
                generator = pair(name).generator(fake)
                discriminator = pair(name).discriminator(real, fake)
            found = [generator, discriminator, tape.gradient(generator, fake)]
            found += tape.gradient(discriminator, [real, fake])
            assert all(np.isfinite(value).all() for value in found)


@EACH_PAIR
def test_the_players_pull_apart(name):
    real = fake = logits(0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(fake)
        generator = pair(name).generator(fake)
        of_fake = pair(name).discriminator(logits(0), fake)
        of_real = pair(name).discriminator(real, logits(0))
    assert tape.gradient(generator, fake) < 0
    assert tape.gradient(of_fake, fake) > 0
    assert tape.gradient(of_real, real) < 0
