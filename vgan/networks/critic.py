"""A critic: a view of a clip, and a network that judges what the view shows."""

import typing

import keras
import numpy as np
import tensorflow as tf

from vgan.core import randomness
from vgan.models.passes import through


class Verdict(typing.NamedTuple):
    """What a critic says of clips.

    Attributes:
      logits: float32 [B, n], large for real.
      class_loss: float32 [B], how far it is from recognising the clip's class; None where it has
        no class head.
    """

    logits: tf.Tensor
    class_loss: tf.Tensor | None


class Critic(tf.Module):
    """Judges clips through a view.

    Args:
      network: keras.Model, [inputs [N, ...], label int [N]] -> logits [N] or [N, m]; with a class
        weight, a pair of that and class logits [N, L].
      view: (video [B, T, H, W, C], seed, samples int64 [B]) -> inputs [B * n, ...]; the n inputs
        of a clip lie next to each other.
      entangled: why an input doesn't have one logit that depends on it alone, such as "a logit a
        patch"; empty where it does.
      class_weight: of the class loss, for either player; 0 where there is no class head.
    Attributes:
      needs_flow: whether it looks at the flow that a generator knows.
    """

    needs_flow = False

    def __init__(self, network, view, entangled="", class_weight=0.0):
        super().__init__(name=network.name)
        self.network = network
        self.view = view
        self.entangled, self.class_weight = entangled, class_weight

    def inputs(self, seen, condition, seed, samples):
        """What the network is shown of each Seen clip, beside what was given: [B * n, ...]."""
        video = seen.video
        if condition.shape[-1]:
            video = tf.concat([video, tf.cast(condition, video.dtype)], -1)
        return self.view(video, seed, samples)

    def judge(self, inputs, label):
        """The Verdict on inputs [B * n, ...] of clips of label int [B]."""
        label = tf.convert_to_tensor(label)
        clips = tf.shape(label)[0]
        labels = tf.repeat(label, tf.shape(inputs)[0] // clips)
        logits, class_loss = through(self.network, [inputs, labels]), None
        if self.class_weight:
            logits, classes = logits
            entropy = keras.losses.sparse_categorical_crossentropy(labels, classes, True)
            class_loss = tf.reduce_mean(tf.reshape(entropy, [clips, -1]), 1)
        return Verdict(tf.reshape(tf.cast(logits, tf.float32), [clips, -1]), class_loss)


def whole_clip(video, seed, samples):
    """The clip as it is."""
    del seed, samples
    return video


def coarse_clip(every=1, shrink=1):
    """A view of every `every`-th frame, counted from a random one, averaged down in space.

    Args:
      every: the frames of a clip must be a multiple of it.
      shrink: how many times smaller height and width become, which must be multiples of it.

    Source: Wang et al., "High-Resolution Image Synthesis and Semantic Manipulation with
    Conditional GANs" (pix2pixHD), 2018, section 3.2, multi-scale discriminators.
    """

    def view(video, seed, samples):
        if every > 1:
            draws = randomness.uniform(seed, randomness.VIEWS, samples, [1])
            steps = np.arange(0, video.shape[1], every)
            video = tf.gather(video, tf.cast(draws * every, tf.int32) + steps, batch_dims=1)
        return _averaged_down(video, shrink)

    return view


def random_frames(count, shrink=1):
    """A view of `count` random frames of each clip, as pictures [B * count, H, W, C].

    One frame is drawn from each of `count` equal parts of the clip, so no frame comes twice. They
    are averaged down `shrink` times, which height and width must be multiples of.
    """

    def view(video, seed, samples):
        positions = random_positions(seed, samples, count, video.shape[1])
        chosen = tf.gather(video, positions, batch_dims=1)
        return _averaged_down(tf.reshape(chosen, [-1, *video.shape[2:]]), shrink)

    return view


def random_positions(seed, samples, count, length):
    """A random position in each of `count` equal parts of a length, int32 [B, count]."""
    draws = randomness.uniform(seed, randomness.VIEWS, samples, [count])
    bounds = np.arange(count + 1) * length // count
    return bounds[:-1] + tf.cast(draws * np.diff(bounds), tf.int32)


def _averaged_down(pictures, times):
    """Pictures [..., H, W, C], `times` times smaller each way: the means of squares of pixels."""
    *outer, height, width, channels = pictures.shape
    size = [height // times, times, width // times, times, channels]
    return tf.reduce_mean(tf.reshape(pictures, [-1, *outer[1:], *size]), [-4, -2])
