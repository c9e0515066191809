"""Kinds of tasks: each a factory of a `given.Kind`, what is given of a clip.

`--task=prediction(given=4)` names one, `--task=generation + interpolation(every=2)` mixes several
in one model.
"""

import numpy as np
import tensorflow as tf

from vgan.core import randomness
from vgan.core.arguments import check_number, check_whole
from vgan.core.errors import UsageError
from vgan.tasks import ways
from vgan.tasks.given import Kind, hint, visible

LUMA = (0.299, 0.587, 0.114)
_MOST_FRAMES = 65535


def generation():
    """Nothing is given."""
    return Kind(lambda video, seed, samples: visible(video, tf.zeros([1, 1, 1, 1, 1])))


def prediction(given=4):
    """The first frames are given."""
    check_whole("prediction", 1, _MOST_FRAMES, given=given)
    return key_frames(tuple(range(given)))


def animation():
    """The first frame alone is given: a still that starts to move."""
    return key_frames((0,))


def interpolation(every=0, given=0):
    """Every `every`-th frame is given, counted from the first; or `given` frames at either end.

    Args:
      every, given: one of the two, the other stays 0.
    """
    if bool(every) == bool(given):
        raise UsageError(f"interpolation(every={every}, given={given}): give one of the two")
    if given:
        check_whole("interpolation", 1, _MOST_FRAMES, given=given)
        return key_frames((*range(given), *range(-given, 0)))
    check_whole("interpolation", 1, _MOST_FRAMES, every=every)
    return _on_frames(lambda frames: range(0, frames, every))


def key_frames(positions):
    """The frames at some positions are given; negative ones count from the end."""
    listed = isinstance(positions, tuple | list) and len(positions)
    if not listed or not all(type(position) is int for position in positions):
        raise UsageError(f"key_frames(positions={positions!r}): must be whole numbers, e.g. (0, 8)")
    return _on_frames(lambda frames: positions)


def inpainting(share=0.5, moving=True):
    """A box is hidden, at a random place of each clip.

    Args:
      share: of each side that the box takes.
      moving: it goes from one random place to another on a straight line, or else stands still.
    """
    check_number("inpainting", above=0, under=1, share=share)

    def show(video, seed, samples):
        ends = randomness.uniform(seed, randomness.GIVEN, samples, [2, 2])
        ends = ends if moving else tf.repeat(ends[:, :1], 2, axis=1)
        time = np.linspace(0, 1, video.shape[1], dtype=np.float32)[:, None]
        places = ends[:, :1] * (1 - time) + ends[:, 1:] * time  # [B, T, 2], of the box's corner.
        inside = []
        for axis in range(2):
            size = video.shape[2 + axis]
            box = min(max(1, round(share * size)), size - 1)
            first = tf.floor(places[..., axis : axis + 1] * (size - box + 1))
            steps = tf.range(size, dtype=tf.float32)
            inside.append((steps >= first) & (steps < first + box))
        hidden = inside[0][..., :, None] & inside[1][..., None, :]
        return visible(video, ~hidden[..., None])

    return Kind(show, lambda frames: ways.Inpainted())


def denoising(strength=25.0):
    """The clip is given with normal noise of a deviation in grey levels, anew in each frame."""
    check_number("denoising", least=0.01, under=256, strength=strength)

    def show(video, seed, samples):
        noise = randomness.normal(seed, randomness.GIVEN, samples, video.shape[1:])
        return hint(video + strength / 127.5 * noise)

    return _restored(show)


def super_resolution(factor=2):
    """The clip is given averaged down `factor` times each way, and enlarged again by cubics."""
    check_whole("super_resolution", 2, factor=factor)

    def enlarged(video):
        _, frames, height, width, channels = video.shape
        size = [factor * height, factor * width]
        large = tf.image.resize(tf.reshape(video, [-1, height, width, channels]), size, "bicubic")
        return tf.reshape(large, [-1, frames, *size, channels])

    def show(video, seed, samples):
        del seed, samples
        _, frames, height, width, channels = video.shape
        if height % factor or width % factor:
            raise UsageError(
                f"--task=super_resolution(factor={factor}): doesn't divide clips of {height}x"
                f"{width}. Give another --height, --width or factor"
            )
        flat = tf.reshape(video, [-1, height, width, channels])
        small = hint(tf.nn.avg_pool2d(flat, factor, factor, "VALID")).pixels
        size = [-1, frames, height // factor, width // factor, channels]
        return hint(enlarged(tf.reshape(small, size)))

    # The frames of a file are the small ones.
    return _restored(show, factor, enlarged)


def colorization():
    """The clip is given in gray, by the luma of ITU-R BT.601."""

    def show(video, seed, samples):
        del seed, samples
        gray = tf.reduce_sum(video * tf.constant(LUMA), -1, keepdims=True)
        return hint(tf.repeat(gray, 3, axis=-1))

    return _restored(show)


def rebuilding():
    """The clip itself is given, as to a compressor, which rebuilds it."""
    return _restored(lambda video, seed, samples: hint(video))._replace(itself=True)


def relabelling():
    """The clip itself is given, to be made one of another class; of --conditional models."""
    return _restored(lambda video, seed, samples: hint(video))._replace(relabels=True)


def deblurring(sigma=1.5):
    """The clip is given blurred by a Gaussian of `sigma` pixels, its border mirrored."""
    check_number("deblurring", least=0.1, under=256, sigma=sigma)
    reach = int(np.ceil(3 * sigma))
    weights = np.exp(-np.square(np.arange(-reach, reach + 1)) / (2 * sigma**2))
    weights = (weights / weights.sum()).astype(np.float32)

    def show(video, seed, samples):
        del seed, samples
        if min(video.shape[2:4]) <= reach:
            raise UsageError(
                f"--task=deblurring(sigma={sigma}): too wide for clips of {video.shape[2]}x"
                f"{video.shape[3]}. Give a smaller one"
            )
        for axis in (2, 3):
            size = video.shape[axis]
            padding = [[reach, reach] if a == axis else [0, 0] for a in range(5)]
            padded = tf.pad(video, padding, "REFLECT")
            places = tf.range(size)
            video = tf.add_n(
                [w * tf.gather(padded, places + n, axis=axis) for n, w in enumerate(weights)]
            )
        return hint(video)

    return _restored(show)


def translation():
    """Another clip is given: --data=pairs(target='...', source='...'), or unpaired(...)."""
    return _restored(lambda source, seed, samples: hint(source))._replace(of_source=True)


def _restored(show, scale=1, enlarged=None):
    return Kind(show, lambda frames: ways.Restored(scale, enlarged), whole=True)


def _on_frames(choose):
    """The kind that gives the frames `choose` names by position, of a number of frames."""

    def chosen(frames):
        positions = list(choose(frames))
        if not -frames <= min(positions) <= max(positions) < frames:
            raise UsageError(
                f"--task: frames {positions} are given, but clips have {frames}. Raise --frames"
            )
        return positions

    def show(video, seed, samples):
        del seed, samples
        frames = video.shape[1]
        shown = np.zeros([1, frames, 1, 1, 1], np.float32)
        shown[:, chosen(frames)] = 1
        if shown.all():
            raise UsageError(f"--task: all {frames} frames are given, none is left. Give fewer")
        return visible(video, shown)

    return Kind(show, lambda frames: ways.of_positions(chosen(frames), frames))
