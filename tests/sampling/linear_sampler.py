"""A sampler made by hand, whose clips show what some of their latents say."""

import numpy as np
import tensorflow as tf

from vgan.core.clip import ClipSpec
from vgan.models.codec import Pixels
from vgan.sampling.card import Card
from vgan.tasks.task import Task

LATENTS = 6
BRIGHTNESS, SPEED = 1, 4
"""The latents that say how bright the ground is, and how fast the square's flow is."""

CARD = Card(ClipSpec(3, 8, 8), 8.0, (), Task("generation"))
LABELLED = CARD._replace(labels=("dim", "bright"))


class LinearSampler:
    """A square before a ground; a label of 1 makes the ground brighter."""

    codec, encodes, knows_motion = Pixels(), False, True
    latent_shape = (LATENTS,)

    def __init__(self, network=None):
        self.sampling_networks = [network]

    def sample_with_motion(self, latents, condition, label):
        del condition
        shape = [tf.shape(latents)[0], *CARD.clip.shape]
        square = np.zeros((8, 8, 1), np.float32)
        square[2:5, 2:5] = 1
        level = -0.2 + 0.1 * latents[:, BRIGHTNESS] + 0.2 * tf.cast(label, tf.float32)
        ground = level[:, None, None, None, None] * (1 - square)
        video = tf.broadcast_to(ground, shape) + square * np.float32([0.9, 0.2, -0.5])
        speed = 3 + 0.5 * latents[:, SPEED]
        flow = speed[:, None, None, None, None] * square * np.float32([1, 0])
        flow = tf.broadcast_to(flow, [shape[0], 2, 8, 8, 2])
        return video, flow, tf.broadcast_to(square, [*shape[:4], 1])

    def sample(self, *given):
        return self.sample_with_motion(*given)[0]
