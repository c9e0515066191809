"""Changes of clips that critics see, differentiable and the same for all frames of a clip.

With few videos a critic soon knows them by heart. Where real and made clips alike are changed
before it judges them, it can't, and the generator still learns unchanged clips. Each change is a
factory of `change(video, channels, draws)` -> video, for float [B, T, H, W, C + K], of which the
first `channels` are pixels in [-1, 1] and the others what was given, and draws in [0, 1) [B, 2].

Source: Zhao et al., "Differentiable Augmentation for Data-Efficient GAN Training", 2020, sec. 3.
"""

import tensorflow as tf

from vgan.core import randomness
from vgan.core.arguments import check_number

CLIPS_TO_FULL_STRENGTH = 20_000
"""So many clips take the adaptive strength from 0 to 1, or back, at the fastest."""


def brightness(amount=0.5):
    """Adds one number of -amount to amount to all pixels."""
    check_number("brightness", above=0, most=1, amount=amount)
    return _on_pixels(lambda pixels, draw: pixels + amount * draw)


def contrast(amount=0.5):
    """Scales the distance of all pixels to the clip's mean by 1 - amount to 1 + amount."""
    check_number("contrast", above=0, most=1, amount=amount)

    def change(pixels, draw):
        mean = tf.reduce_mean(pixels, [1, 2, 3, 4], keepdims=True)
        return mean + (pixels - mean) * (1 + amount * draw)

    return _on_pixels(change)


def saturation(amount=1.0):
    """Scales the distance of colours to their gray by 1 - amount to 1 + amount."""
    check_number("saturation", above=0, most=1, amount=amount)

    def change(pixels, draw):
        gray = tf.reduce_mean(pixels, -1, keepdims=True)
        return gray + (pixels - gray) * (1 + amount * draw)

    return _on_pixels(change)


def shift(share=0.125):
    """Moves the clip by up to so much of each side; what comes in is 0, the middle gray."""
    check_number("shift", above=0, most=1, share=share)

    def change(video, channels, draws):
        del channels
        for axis in (2, 3):
            size = video.shape[axis]
            most = max(1, round(share * size))
            steps = tf.cast(tf.floor(draws[:, axis - 2] * (2 * most + 1)), tf.int32)
            padding = [[most, most] if a == axis else [0, 0] for a in range(5)]
            wanted = tf.range(size) + steps[:, None]
            video = tf.gather(tf.pad(video, padding), wanted, axis=axis, batch_dims=1)
        return video

    return change


def cutout(share=0.5):
    """Makes a rectangle of so much of each side gray, anywhere, also over the border."""
    check_number("cutout", above=0, most=1, share=share)

    def change(video, channels, draws):
        del channels
        inside = [
            _inside(video.shape[axis], share, draws[:, axis - 2 : axis - 1]) for axis in (2, 3)
        ]
        hole = inside[0][:, :, None] & inside[1][:, None, :]
        # A product: tf.where and its gradient take four times as long.
        return video * tf.cast(~hole, video.dtype)[:, None, :, :, None]

    return change


def _inside(size, share, draw):
    center = draw * (size + 1) - 0.5
    return tf.abs(tf.range(size, dtype=tf.float32) - center) < share * size / 2


def _on_pixels(change):
    """A change of pixels by one draw, made -1 to 1, that leaves alone what was given."""

    def change_pixels(video, channels, draws):
        draw = tf.cast(2 * draws[:, 0] - 1, video.dtype)[:, None, None, None, None]
        pixels = change(video[..., :channels], draw)
        return tf.concat([pixels, video[..., channels:]], -1)

    return change_pixels


class DiffAugment(tf.Module):
    """Changes clips with a strength that stays, or that follows how sure the critics are.

    Strength p means that each change is made to a share p of the clips. Where it is adaptive it
    starts at 0, and grows as long as the mean sign of the critics' logits of real clips is above
    the target: then they overfit.

    Args:
      changes: list of changes.
      target: of the mean sign, above 0 and below 1; 0 for strength 1 throughout.

    Source of the strength: Karras et al., "Training Generative Adversarial Networks with Limited
    Data", 2020, section 3.
    """

    def __init__(self, changes, target=0.0):
        super().__init__()
        self._changes, self._target = changes, target
        self.strength = tf.Variable(0.0 if target else 1.0, trainable=False, name="strength")

    def __call__(self, video, condition, seed, samples):
        """The changed clips, and what was given, moved and cut alike.

        Args:
          video: float [B, T, H, W, C]; condition: float [B, T, H, W, K].
          seed, samples: what the changes are drawn from, int64 scalar and [B].
        """
        channels = video.shape[-1]
        video = tf.concat([video, tf.cast(condition, video.dtype)], -1)
        draws = randomness.uniform(seed, randomness.AUGMENTATION, samples, [len(self._changes), 3])
        for number, change in enumerate(self._changes):
            changed = change(video, channels, draws[:, number, 1:])
            if self._target:
                chosen = draws[:, number, 0] < self.strength
                changed = tf.where(chosen[:, None, None, None, None], changed, video)
            video = changed
        return video[..., :channels], video[..., channels:]

    def after_step(self, signs):
        """Moves the strength by the signs of the critics' logits of real clips, float32 [B]."""
        if self._target:
            clips = tf.cast(tf.size(signs), tf.float32)
            step = tf.sign(tf.reduce_mean(signs) - self._target) * clips / CLIPS_TO_FULL_STRENGTH
            self.strength.assign(tf.clip_by_value(self.strength + step, 0.0, 1.0))
