"""Shaded balls with segments of two colours that roll over a floor, or bounce on it."""

import colorsys

import numpy as np

from vgan.data.scenes import spheres

_WAYS = ("rolls", "bounces")
_DIRECTIONS = {"right": 1, "left": -1}
_LABELS = tuple(f"{way} {direction}" for way in _WAYS for direction in _DIRECTIONS)

# Lengths are in parts of the frame's shorter side, times in frames at frame_step 1.
_RADII = (0.13, 0.19)
_FURTHER = 0.75  # how large the next ball behind one looks
_SPEEDS = (0.016, 0.028)
_PERIODS = (9.0, 14.0)  # from one touch of the floor to the next
_HEIGHTS = (0.25, 0.5)
_HORIZON = (0.55, 0.7)
_MIDDLE = 7.5  # of sixteen frames
_SEGMENTS = 3


def labels():
    """The names of the classes."""
    return _LABELS


def scene(random, label, clip, times, objects):
    """Balls in a room: the label says what the nearest does, and in which direction at first."""
    way, direction = divmod(label, len(_DIRECTIONS))
    horizon = clip.height * random.uniform(*_HORIZON)
    ground = _room(random, clip, horizon)
    found = []
    for number in range(objects):
        if number:
            way, direction = random.integers(len(_WAYS)), random.integers(len(_DIRECTIONS))
        sign = tuple(_DIRECTIONS.values())[direction]
        found.append(_ball(random, way, sign, clip, times, horizon, _FURTHER**number))
    shadows = [_shadow(clip, ball, floor) for ball, floor in reversed(found)]
    ground = ground * np.prod(shadows, axis=0)[..., None]
    return spheres.Scene([ball for ball, _ in found], ground.astype(np.float32))


def _ball(random, way, sign, clip, times, horizon, size):
    """A ball, and the row of the floor where it touches it."""
    unit = min(clip.height, clip.width)
    radius = size * unit * random.uniform(*_RADII)
    # The nearer, the lower in the picture it stands.
    floor = clip.height - (1 - size) * (clip.height - horizon) - 0.04 * unit
    reach = max(clip.width / 2 - radius, 1e-3)
    speed = min(size * unit * random.uniform(*_SPEEDS), reach / (_MIDDLE + 1))
    slack = reach - speed * (_MIDDLE + 0.5)
    start = slack * random.uniform(-1, 1)
    x = _between_walls(sign * start + speed * (times - _MIDDLE), reach) * sign
    height = np.zeros(len(times))
    period, phase = random.uniform(*_PERIODS), random.uniform()
    top = random.uniform(*_HEIGHTS) * size * unit
    if _WAYS[way] == "bounces":
        part = (times / period + phase) % 1
        height = 4 * top * part * (1 - part)
    path = np.stack((clip.width / 2 + x, floor - radius - height), -1)
    # Rolling, it turns by its way over its radius.
    turns = spheres.turned(2, x / radius + random.uniform(0, 2 * np.pi))
    tilt = spheres.turned(1, np.array([random.uniform(-0.6, 0.6)]))
    turns = np.einsum("tij,jk->tik", turns, tilt[0])
    return spheres.Sphere(radius, 1.0, path, turns, _paint(random, radius), gloss=0.45), floor


def _between_walls(x, reach):
    """Places on a line, reflected where they would leave [-reach, reach]."""
    return reach - np.abs((x + reach) % (4 * reach) - 2 * reach)


def _paint(random, radius):
    """Segments about the axis towards the viewer, in a bright colour and a pale one."""
    hue = random.uniform()
    bright = 255 * np.array(colorsys.hsv_to_rgb(hue, random.uniform(0.75, 0.95), 0.95))
    pale = 255 * np.array(colorsys.hsv_to_rgb((hue + 0.5) % 1, random.uniform(0.05, 0.25), 0.97))

    def paint(surface, times):
        del times
        x, y = surface[:, 0], surface[:, 1]
        wave = np.sin(_SEGMENTS * np.arctan2(y, x))
        # As sharp as pixels are where the segments lie.
        sharp = radius * np.hypot(x, y) / _SEGMENTS
        share = np.clip(0.5 + wave * sharp, 0, 1)[:, None]
        return share * bright + (1 - share) * pale

    return paint


def _room(random, clip, horizon):
    """A wall above a floor that is lighter in front: float [1, H, W, 3]."""
    hue = random.uniform()
    wall = np.array(colorsys.hsv_to_rgb(hue, random.uniform(0.15, 0.4), random.uniform(0.5, 0.8)))
    floor = np.array(colorsys.hsv_to_rgb(random.uniform(0.05, 0.12), random.uniform(0.3, 0.5), 0.7))
    y = np.arange(0.5, clip.height)[:, None]
    up = np.clip(1 - y / horizon, 0, 1)
    front = np.clip((y - horizon) / max(clip.height - horizon, 1), 0, 1)
    above = np.clip(horizon - y + 0.5, 0, 1)
    rows = above * wall * (0.8 + 0.3 * up) + (1 - above) * floor * (0.65 + 0.4 * front)
    return np.broadcast_to(255 * rows.clip(0, 1)[None, :, None], (1, *clip.shape[1:]))


def _shadow(clip, ball, floor):
    """What part of the light reaches the floor beside a ball: [T, H, W]."""
    x, y = np.arange(0.5, clip.width), np.arange(0.5, clip.height)[:, None]
    height = (floor - ball.radius - ball.path[:, 1])[:, None, None] / ball.radius
    across = (x - ball.path[:, :1, None]) / (ball.radius * (1 + 0.25 * height))
    down = (y - floor) / (0.28 * ball.radius)
    dark = np.clip(1.3 - np.hypot(across, down), 0, 0.6)
    return 1 - dark / (1 + 0.6 * height)
