"""What --augment can change in training clips, the same in all frames of a clip.

A part is a factory of `Times`, `Pixels` or `Colours`. Its draws in [0, 1) are those of one clip.
"""

import json
import math
import typing
from pathlib import Path

import numpy as np
import tensorflow as tf

from vgan.core import spec
from vgan.core.arguments import check_number, check_whole
from vgan.core.errors import UsageError
from vgan.tasks.given import HINT


class Times(typing.NamedTuple):
    """When frames are taken: `change(times, draws, last)` -> times.

    Times are float64 [T], from 0 at the video's first frame to `last` at its last one; draws are
    float32 [3]. Where they leave the video they are moved back into it as a whole.
    """

    change: typing.Callable


class Pixels(typing.NamedTuple):
    """Where pixels lie: `change(video, draws)` -> video, uint8 [B, T, H, W, C], float32 [B, 3]."""

    change: typing.Callable


class Colours(typing.NamedTuple):
    """An affine change of colours: `change(colours, draw)` -> colours.

    Colours are float32 [B, N, 3] in [-1, 1], the clip's mean first; draws are float32 [B, 1, 1] in
    [-1, 1).
    """

    change: typing.Callable


def speed(slowest=0.5, fastest=2.0):
    """Plays the motion `slowest` to `fastest` times as fast, as often slower as faster.

    The nearest frames are taken, so below 1 / --frame_step some stand twice. A video that is too
    short for its speed is played as fast as it has frames.
    """
    check_number("speed", above=0, slowest=slowest, fastest=fastest)
    if slowest > fastest:
        raise UsageError(f"speed(slowest={slowest}, fastest={fastest}): must not be the faster one")

    def change(times, draws, last):
        factor = slowest * (fastest / slowest) ** float(draws[0])
        start = times.min()
        return start + (times - start) * min(factor, last / max(np.ptp(times), 1))

    return Times(change)


def reverse(share=0.5):
    """Plays a share of the clips backwards."""
    check_number("reverse", above=0, most=1, share=share)
    return Times(lambda times, draws, last: times[::-1] if draws[0] < share else times)


def splice(share=0.5):
    """Goes on somewhere else in the video from a random frame on, in a share of the clips.

    Written after `speed`, both segments have the same speed.
    """
    check_number("splice", above=0, most=1, share=share)

    def change(times, draws, last):
        if draws[0] >= share or len(times) == 1:
            return times
        begun, rest = np.split(times, [1 + int(draws[1] * (len(times) - 1))])
        places = int(last - np.ptp(rest)) + 1
        return np.concatenate([begun, rest - rest.min() + int(draws[2] * places)])

    return Times(change)


def flip():
    """Mirrors a half of the clips left to right."""
    return _mirrored(3)


def flip_vertical():
    """Turns a half of the clips upside down."""
    return _mirrored(2)


def _mirrored(axis):
    def change(video, draws):
        # Rows of both, since tf.where takes three times as long.
        both, number = tf.concat([video, tf.reverse(video, [axis])], 0), video.shape[0]
        return tf.gather(both, tf.range(number) + number * tf.cast(draws[:, 0] < 0.5, tf.int32))

    return Pixels(change)


def crop(smallest=0.8):
    """Cuts out a part anywhere, of `smallest` to all of each side, and scales it to full size."""
    check_number("crop", above=0, most=1, smallest=smallest)

    def change(video, draws):
        batch, frames, *size, channels = video.shape
        side = smallest + (1 - smallest) * draws[:, :1]
        start = draws[:, 1:] * (1 - side)
        boxes = tf.repeat(tf.concat([start, start + side], 1), frames, 0)
        pictures = tf.reshape(video, [-1, *size, channels])
        pictures = tf.image.crop_and_resize(pictures, boxes, tf.range(batch * frames), size)
        return tf.cast(tf.reshape(pictures, video.shape) + 0.5, tf.uint8)

    return Pixels(change)


def translated(export, share=0.5, label=0):
    """Translates a share of clips by the export of a trained translator, as content of its target.

    What a clip's own label says of it is to hold of its translation too.

    Args:
      export: path of a version of an export of a model that completes clips of this size.
      share: of clips.
      label: number of the class that is asked for, of a model of classes.
    Raises:
      UsageError: there is no such export, it is of other clips, or it was named by a loaded folder,
        for an export is a program.

    Source: Frid-Adar et al., "GAN-based Synthetic Medical Image Augmentation", 2018, the idea.
    """
    check_number("translated", above=0, most=1, share=share)
    check_whole("translated", 0, label=label)
    module, about = _translator(export)
    clip, classes, most = about["clip"], about["labels"], about["max_videos"]
    if label and label >= len(classes):
        raise UsageError(f"translated(label={label}): {export!r} has {len(classes)} classes")

    def made(video, samples):
        kinds = tf.fill([*video.shape[:-1], 1], tf.constant(HINT, tf.uint8))
        given = {"given": video, "kinds": kinds, "seed": tf.constant(0, tf.int64)}
        given |= {"samples": samples}
        if classes:
            given["labels"] = tf.fill([video.shape[0]], label)
        return tf.reshape(next(iter(module.signatures["complete"](**given).values())), video.shape)

    def change(video, draws):
        if list(video.shape[1:]) != clip:
            raise UsageError(
                f"--augment=translated: {export!r} is of clips {clip}, these are "
                f"{list(video.shape[1:])}. Give an export of the same size; pairs have none"
            )
        samples = tf.cast(draws[:, 1] * 2.0**24, tf.int64)
        parts = [slice(first, first + most) for first in range(0, video.shape[0], most)]
        found = tf.concat([made(video[part], samples[part]) for part in parts], 0)
        chosen = draws[:, 0] < share
        return tf.where(chosen[:, None, None, None, None], found, video)

    return Pixels(change)


def _translator(export):
    """A loaded export that completes clips, and what it says of itself; as `translated` raises."""
    if isinstance(export, spec.Foreign):
        raise UsageError(
            f"translated(export={str(export)!r}): named by a folder that was loaded, and an export "
            "is a program. Type it, or --trust_code"
        )
    if not isinstance(export, str):
        raise UsageError(f"translated(export={export!r}): must be a path in quotes")
    try:
        about = json.loads((Path(export) / "assets.extra" / "vgan.json").read_text())
        module = tf.saved_model.load(export)
        if "complete" not in module.signatures:
            raise ValueError("it completes nothing")
    except Exception as error:  # Damaged programs fail in many ways.
        raise UsageError(
            f"translated(export={export!r}): no export of a translator ({error}). Name a version, "
            "such as runs/cycle/export/2000"
        ) from None
    return module, about


def brightness(amount=0.2):
    """Adds one number of -amount to amount, white being 1 and black -1."""
    check_number("brightness", above=0, most=1, amount=amount)
    return Colours(lambda colours, draw: colours + amount * draw)


def contrast(amount=0.2):
    """Scales the distance of all colours to the clip's mean gray by 1 - amount to 1 + amount."""
    check_number("contrast", above=0, most=1, amount=amount)

    def change(colours, draw):
        mean = _gray(colours[:, :1])
        return mean + (colours - mean) * (1 + amount * draw)

    return Colours(change)


def saturation(amount=0.2):
    """Scales the distance of colours to their gray by 1 - amount to 1 + amount."""
    check_number("saturation", above=0, most=1, amount=amount)

    def change(colours, draw):
        gray = _gray(colours)
        return gray + (colours - gray) * (1 + amount * draw)

    return Colours(change)


def hue(amount=0.05):
    """Turns all colours about the grays by up to so much of a whole turn; red to green is 1/3.

    Source: Karras et al., "Training Generative Adversarial Networks with Limited Data", 2020,
    appendix B.
    """
    check_number("hue", above=0, most=1, amount=amount)

    def change(colours, draw):
        angle, gray = 2 * math.pi * amount * draw, _gray(colours)
        across = (tf.roll(colours, 1, -1) - tf.roll(colours, -1, -1)) / math.sqrt(3)
        return gray + (colours - gray) * tf.cos(angle) + across * tf.sin(angle)

    return Colours(change)


def _gray(colours):
    return tf.reduce_mean(colours, -1, keepdims=True)
