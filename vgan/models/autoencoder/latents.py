"""The codec of a trained compressor: other models learn on its latents in the place of pixels."""

import tensorflow as tf

from vgan.core.clip import ClipSpec
from vgan.models.autoencoder.autoencoder import Rebuilding


class Latents(Rebuilding):
    """Stands where pixels enter a model and leave it; nothing of it learns.

    Latents are brought into [-1, 1], as pixels are. What is given of a clip becomes a hint: the
    latents of what is shown, and how much of each place is known, at most a half, so that none
    counts as known. Known pixels are put back once a clip is restored.

    Attributes:
      clip: ClipSpec of what a model makes, one channel a number of a place.
    """

    @property
    def clip(self):
        """The size of latents, as of a clip."""
        return ClipSpec(*self.latent_shape)

    @property
    def grid(self):
        """The distance of the levels that latents lie on, float32 [d], or None for no levels."""
        return self._through.grid

    def encode(self, video):
        """Latents in [-1, 1] of clips float32 [B, T, H, W, C]."""
        return tf.clip_by_value(self.compressed(video) / self._through.span, -1.0, 1.0)

    def shown(self, condition):
        """The condition of latents, of one of pixels float32 [B, T, H, W, K]."""
        places = self.clip.shape[:3]
        if not condition.shape[-1]:
            return tf.zeros([tf.shape(condition)[0], *places, 0])
        cell = [side // small for side, small in zip(condition.shape[1:4], places, strict=True)]
        share = tf.nn.avg_pool3d(condition[..., -1:], [1, *cell, 1], [1, *cell, 1], "VALID")
        return tf.concat([self.encode(condition[..., :-1]), 0.5 * share], -1)

    def decode(self, values):
        """Clips float32 [B, T, H, W, C] in [-1, 1] of latents in [-1, 1]."""
        latents = self._through.span * tf.cast(values, tf.float32)
        return self.restored(latents, tf.zeros(tf.shape(latents)[:1], tf.int32))
