"""Flat forms of one colour, or textured, that move along an axis and sway gently across it.

The first one doesn't turn back within the first sixteen frames; the others are sent to meet it
there, so that they pass behind it.
"""

import colorsys
import math

import numpy as np

from vgan.data.scenes import flat

_DIRECTIONS = {"right": (0, 1), "left": (0, -1), "up": (1, -1), "down": (1, 1)}  # axis, sign

# Lengths are in parts of the frame's shorter side, times in frames at frame_step 1.
_RADII = (0.13, 0.19)
_SPEEDS = (0.022, 0.042)
_SWAY, _SWAY_PERIODS = 0.025, (20.0, 40.0)
_MARGIN = 0.1  # how near to the border a centre turns back
_MIDDLE = 7.5  # of sixteen frames
_MEETINGS = (4.0, 11.0)
_STRAIGHT = 0.9  # the part of the way to the turning point that is run at an almost even speed
_BEND = 0.97  # 0 swings like a sine, 1 has the sharp turns of a triangle wave


_LABELS = tuple(f"{form} {direction}" for form in flat.FORMS for direction in _DIRECTIONS)


def labels():
    """The names of the classes."""
    return _LABELS


def scene(random, label, clip, times, objects, textured=False, outlined=False):
    """Forms before a plain ground: the label names the form and direction of the nearest.

    Args:
      textured: whether the ground and the forms are shaded by a smooth texture.
      outlined: draw the forms' outlines alone, in their colours.
    """
    unit = min(clip.height, clip.width)
    form, direction = divmod(label, len(_DIRECTIONS))
    forms = [form, *random.integers(len(flat.FORMS), size=objects - 1)]
    return flat.Scene(
        forms=forms,
        radii=(unit * random.uniform(*_RADII, size=objects)).astype(np.float32),
        paths=unit * _paths(random, direction, clip, objects, times),
        colours=_colours(random, objects),
        waves=_waves(random, objects + 1, unit) if textured else None,
        outlined=outlined,
    )


def _paths(random, direction, clip, objects, times):
    unit = min(clip.height, clip.width)
    extent = (clip.width / unit, clip.height / unit)
    first = _first_path(random, direction, extent)
    paths = [first(times)]
    for turn in random.integers(1, len(_DIRECTIONS), size=objects - 1):
        meeting = random.uniform(*_MEETINGS)
        point = first(meeting) + random.uniform(-0.05, 0.05, size=2)
        other = (direction + turn) % len(_DIRECTIONS)
        speed = random.uniform(*_SPEEDS)
        paths.append(_path(random, point, meeting, other, speed, extent)(times))
    return np.stack(paths)


def _first_path(random, direction, extent):
    """A path that does not turn back within the first sixteen frames."""
    axis = tuple(_DIRECTIONS.values())[direction][0]
    speed = random.uniform(*_SPEEDS)
    slack = _STRAIGHT * (extent[axis] / 2 - _MARGIN) - _MIDDLE * speed
    point = np.array(extent) / 2
    point[axis] += random.uniform(-slack, slack)
    point[1 - axis] += random.uniform(-0.5, 0.5) * (extent[1 - axis] - 0.5)
    return _path(random, point, _MIDDLE, direction, speed, extent)


def _path(random, point, moment, direction, speed, extent):
    """A function from frames `[...]` to places (x, y) `[..., 2]`, through `point` at `moment`.

    To and fro along the direction's axis on a triangle wave with rounded turns,
    asin(b sin(angle)) / asin(b), and on a small sine across it; so it never leaves the frame.
    """
    axis, sign = tuple(_DIRECTIONS.values())[direction]
    middle, bend = extent[axis] / 2, math.asin(_BEND)
    reach = middle - _MARGIN
    part = np.clip(sign * (point[axis] - middle) / reach, -_STRAIGHT, _STRAIGHT)
    angle = math.asin(math.sin(part * bend) / _BEND)
    rate = speed / reach * bend / _BEND
    sway_rate = 2 * math.pi / random.uniform(*_SWAY_PERIODS)
    phase = random.uniform(0, 2 * math.pi)

    def place(frames):
        time = frames - moment
        wave = np.arcsin(_BEND * np.sin(angle + rate * time)) / bend
        sway = _SWAY * (np.sin(phase + sway_rate * time) - math.sin(phase))
        along, across = middle + sign * reach * wave, point[1 - axis] + sway
        return np.stack((across, along) if axis else (along, across), -1)

    return place


def _colours(random, objects):
    """Saturated hues well apart, and a dim one for the ground."""
    hues = random.uniform() + (np.arange(objects) + random.uniform(0, 0.5, objects)) / objects
    colours = [colorsys.hsv_to_rgb(hue, random.uniform(0.75, 1), 1) for hue in hues]
    colours.append(colorsys.hsv_to_rgb(random.uniform(), 0.5, random.uniform(0.2, 0.4)))
    return 255 * np.array(colours, np.float32)


def _waves(random, surfaces, unit, count=3):
    """Frequencies and phases of smooth textures; no wave is shorter than 6 pixels."""
    lengths = max(unit, 30) * random.uniform(0.2, 0.5, (surfaces, count))
    turns = np.pi * (np.arange(count) + random.uniform(size=(surfaces, count))) / count
    phases = random.uniform(0, 2 * np.pi, (surfaces, count))
    rates = 2 * np.pi / lengths
    waves = np.stack((rates * np.cos(turns), rates * np.sin(turns), phases), -1)
    return waves.astype(np.float32)
