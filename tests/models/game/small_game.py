"""A game so small that its gradients can be worked out anew."""

import random

import keras
import numpy as np
import tensorflow as tf

from vgan.core import randomness
from vgan.core.clip import Batch, Seen
from vgan.models.game import adversarial, penalties
from vgan.models.game.gan import Gan
from vgan.models.game.rules import Rules
from vgan.models.parts import Loss, Weighted
from vgan.networks.critic import Critic, random_frames, whole_clip
from vgan.networks.layers import weighted

SIZE, LATENT, CLIPS, SEED = (4, 2, 2, 3), 5, 6, 9
SAMPLES = tf.range(12, 12 + CLIPS, dtype=tf.int64)


def generator():
    latents = keras.Input((LATENT,), name="latents")
    condition = keras.Input((*SIZE[:3], 0), name="condition")
    label = keras.Input((), dtype="int32", name="label")
    x = weighted(keras.layers.Dense, int(np.prod(SIZE)), spectral_norm=True)(latents)
    x = keras.layers.Activation("tanh")(x)
    return keras.Model([latents, condition, label], keras.layers.Reshape(SIZE)(x))


def critic(name, shape, view):
    x, label = keras.Input(shape), keras.Input((), dtype="int32")
    y = weighted(keras.layers.Dense, 8, spectral_norm=True)(keras.layers.Flatten()(x))
    y = keras.layers.Dense(1)(keras.layers.Activation("tanh")(y))
    network = keras.Model([x, label], keras.layers.Flatten()(y), name=name)
    return Critic(network, view)


def l1(video, batch, seed, samples):
    del seed, samples
    return tf.reduce_mean(abs(video - batch.video), [1, 2, 3, 4])


class Watched(tf.Module):
    """A loss with statistics and a state."""

    def __init__(self):
        super().__init__()
        self.seen = tf.Variable(0.0, trainable=False)

    def __call__(self, video, batch, seed, samples):
        del batch, seed
        numbers = tf.cast(samples, tf.float32)
        return tf.reduce_mean(video**2, [1, 2, 3, 4]), {"number": numbers}

    def after_step(self, statistics):
        (numbers,) = statistics.values()
        self.seen.assign_add(tf.reduce_sum(numbers))


def networks():
    random.seed(3)
    clip_critic = critic("of_clips", SIZE, whole_clip)
    frame_critic = critic("of_frames", SIZE[1:], random_frames(2))
    return {
        "critics": [Weighted("clips", clip_critic), Weighted("frames", frame_critic, 0.5)],
        "generator": generator(),
        "average": generator(),
    }


def make(optimizer=lambda: keras.optimizers.SGD(0.1), **changes):
    watched = Watched()
    parts = {
        "adversarial": adversarial.bce(),
        "losses": [
            Weighted("l1", Loss(l1), 2.0, every=4),
            Weighted("watched", Loss(watched, state=watched), 0.3, every=3),
        ],
        "penalties": [Weighted("r1", penalties.r1, 0.7, every=2)],
        "ema_decay": 0.999,
        "optimizers": [optimizer(), optimizer()],
        "disguise": None,
    }
    if not {"critics", "generator", "average"} <= changes.keys():
        parts |= networks()  # They take the most time.
    parts |= changes
    if "turns" in changes:
        parts["turns"] = {"generator": 1, "discriminator": 1} | changes["turns"]
    parts["losses"] = [
        loss if isinstance(loss.part, Loss) else loss._replace(part=Loss(loss.part))
        for loss in parts["losses"]
    ]
    with_state = [parts.pop(name) for name in ("generator", "average", "optimizers", "disguise")]
    return Gan(*with_state[:3], Rules(**parts), with_state[3])


def flat(nested):
    """Values of a dict of dicts by both names."""
    return {f"{outer}/{name}": v for outer, of in nested.items() for name, v in of.items()}


def make_batch():
    video = tf.random.stateless_uniform([CLIPS, *SIZE], [1, 2], -1, 1)
    return Batch(video, tf.zeros([CLIPS, *SIZE[:3], 0]), tf.zeros([CLIPS], tf.int32))


def equal(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def made(gan, batch):
    latents = randomness.normal(SEED, randomness.TRAINING, SAMPLES, [LATENT])
    return gan.generator([latents, batch.condition, batch.label])


def judged(part, video, batch):
    return part.judge(part.inputs(Seen(video), batch.condition, SEED, SAMPLES), batch.label).logits


def squared_gradient(part, batch):
    """Half the squared gradient a frame, worked out anew."""
    with tf.GradientTape() as tape:
        shown = part.inputs(Seen(batch.video), batch.condition, SEED, SAMPLES)
        tape.watch(shown)
        logits = part.judge(shown, batch.label).logits
    squares = tape.gradient(logits, shown) ** 2
    return tf.reduce_sum(squares) / (2 * len(shown) * (4 if shown.shape.rank == 5 else 1))


def generator_total(gan, batch, lazy):
    clips, frames = gan.critic_modules
    fake = made(gan, batch)
    total = tf.reduce_mean(tf.math.softplus(-judged(clips, fake, batch)))
    total += 0.5 * tf.reduce_mean(tf.math.softplus(-judged(frames, fake, batch)))
    if lazy:
        total += 4 * 2.0 * tf.reduce_mean(abs(fake - batch.video))
        total += 3 * 0.3 * tf.reduce_mean(fake**2)
    return total


def critics_total(gan, batch, lazy):
    fake, total = tf.stop_gradient(made(gan, batch)), 0.0
    for weight, part in zip((1.0, 0.5), gan.critic_modules, strict=True):
        real_logits, fake_logits = (judged(part, v, batch) for v in (batch.video, fake))
        total += weight * tf.reduce_mean(tf.math.softplus(-real_logits))
        total += weight * tf.reduce_mean(tf.math.softplus(fake_logits))
        if lazy:
            total += 2 * 0.7 * squared_gradient(part, batch)
    return total
