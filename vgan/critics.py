"""A critic is a view of a clip and a network that judges what the view shows."""

import numpy as np
import tensorflow as tf

from vgan import randomness


class Critic(tf.Module):
    """Judges clips through a view.

    Args:
      network: keras.Model, [inputs [N, ...], label int [N]] -> logits [N].
      view: (video [B, T, H, W, C], seed, samples int64 [B]) -> inputs [B * n, ...]; the n inputs
        of a clip lie next to each other.
    """

    def __init__(self, network, view):
        super().__init__(name=network.name)
        self.network = network
        self.view = view

    def inputs(self, video, condition, seed, samples):
        """What the network is shown of each clip, beside what was given: [B * n, ...]."""
        if condition.shape[-1]:
            video = tf.concat([video, tf.cast(condition, video.dtype)], -1)
        return self.view(video, seed, samples)

    def judge(self, inputs, label):
        """Logits float32 [B, n] for inputs [B * n, ...] and label int [B]."""
        label = tf.convert_to_tensor(label)
        views = tf.shape(inputs)[0] // tf.shape(label)[0]
        logits = self.network([inputs, tf.repeat(label, views)], training=True)
        return tf.reshape(tf.cast(logits, tf.float32), [-1, views])


def whole_clip(video, seed, samples):
    """The clip as it is."""
    del seed, samples
    return video


def random_frames(count):
    """A view of `count` random frames of each clip, as pictures [B * count, H, W, C].

    One frame is drawn from each of `count` equal parts of the clip, so no frame comes twice.
    """

    def view(video, seed, samples):
        draws = randomness.uniform(seed, randomness.VIEWS, samples, [count])
        bounds = np.arange(count + 1) * video.shape[1] // count
        positions = bounds[:-1] + tf.cast(draws * np.diff(bounds), tf.int32)
        chosen = tf.gather(video, positions, batch_dims=1)
        return tf.reshape(chosen, [-1, *video.shape[2:]])

    return view
