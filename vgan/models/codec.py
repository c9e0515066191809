"""The codec: what pixels become before a model sees them, and how they come back."""

import typing

import tensorflow as tf


class Codec(typing.Protocol):
    """Stands where pixels enter a model, and where they leave it."""

    def encode(self, video):
        """What a model is trained on, of clips float32 [B, T, H, W, C] in [-1, 1]."""

    def shown(self, condition):
        """What a model is given, of a condition of pixels float32 [B, T, H, W, K]."""

    def decode(self, values):
        """Clips float32 [B, T, H, W, C] in [-1, 1] of what a model makes."""


class Pixels:
    """The codec of models of pixels, which changes nothing."""

    def encode(self, video):
        """The clips themselves."""
        return video

    def shown(self, condition):
        """The condition itself."""
        return condition

    def decode(self, values):
        """The clips themselves."""
        return values


def put_back(video, condition):
    """Puts the known pixels of a condition in the place of those that were made there.

    Args:
      video: float [B, T, H, W, C].
      condition: float32 [B, T, H, W, K], see vgan.tasks.given; K = 0 changes nothing.
    """
    if not condition.shape[-1]:
        return video
    known = condition[..., -1:] > 0.5
    return tf.where(known, condition[..., :-1], tf.cast(video, condition.dtype))


def hint(video):
    """The condition that shows clips none of whose pixels stay, [B, T, H, W, C + 1]."""
    return tf.concat([video, tf.zeros_like(video[..., :1])], -1)
