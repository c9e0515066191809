"""Simple faces that turn, nod or tilt, and blink."""

import colorsys

import numpy as np

from vgan.data.scenes import spheres

_AXES = {"turns": 1, "nods": 0, "tilts": 2}
_LABELS = tuple(_AXES)

# Lengths are in parts of the frame's shorter side, times in frames at frame_step 1, angles in rad.
_RADII = (0.28, 0.34)
_FURTHER = 0.6  # how large the next face behind one looks
_STRETCH = 1.18
_ANGLES = {"turns": (0.45, 0.75), "nods": (0.25, 0.4), "tilts": (0.2, 0.35)}
_PERIODS = (18.0, 30.0)
_BLINKS = (14.0, 30.0)  # from one to the next
_CLOSED = 1.6  # half the length of a blink


def labels():
    """The names of the classes."""
    return _LABELS


def scene(random, label, clip, times, objects):
    """Faces before a plain ground: the label says what the nearest does."""
    hue, unit = random.uniform(), min(clip.height, clip.width)
    colour = 255 * np.array(colorsys.hsv_to_rgb(hue, random.uniform(0.2, 0.45), 0.75))
    y = np.linspace(1.1, 0.8, clip.height)[None, :, None, None]
    ground = np.broadcast_to(colour * y, (1, *clip.shape[1:])).copy()
    found = []
    for number in range(objects):
        if number:
            label = random.integers(len(_LABELS))
        size = _FURTHER**number
        radius = unit * size * random.uniform(*_RADII)
        aside = random.uniform(-0.08, 0.08) if not number else random.choice([-0.3, 0.3])
        place = np.array([clip.width / 2 + unit * aside, clip.height * (0.5 - 0.05 * number)])
        found.append(_face(random, label, radius, place, times))
    for face in reversed(found):
        _lay_shoulders(random, ground, face)
    return spheres.Scene(found, ground.astype(np.float32))


def _face(random, label, radius, place, times):
    way = _LABELS[label]
    period, phase = random.uniform(*_PERIODS), random.uniform(0, 2 * np.pi)
    angles = random.uniform(*_ANGLES[way]) * np.sin(2 * np.pi * times / period + phase)
    turns = spheres.turned(_AXES[way], angles)
    # The neck bends below the face, so it moves the way it turns.
    lever = {"turns": (0.12, 0.0), "nods": (0.0, -0.15), "tilts": (0.35, 0.0)}[way]
    path = place + radius * angles[:, None] * np.array(lever)
    every, start = random.uniform(*_BLINKS), random.uniform()
    to_blink = np.abs((times / every + start) % 1 - 0.5) * every
    opened = np.clip(to_blink / _CLOSED, 0.08, 1)
    paint = _paint(random, radius, opened)
    return spheres.Sphere(radius, _STRETCH, path, turns, paint, gloss=0.08)


def _paint(random, radius, opened):
    """Skin, hair, eyes with lids that open by `opened` [T], brows, nose and mouth."""

    def colour(hue, saturation, value):
        return 255 * np.array(colorsys.hsv_to_rgb(hue % 1, saturation, value), np.float32)

    skin = colour(random.uniform(0.04, 0.09), random.uniform(0.3, 0.6), random.uniform(0.55, 1))
    hair = colour(random.uniform(0.0, 0.13), random.uniform(0.2, 0.8), random.uniform(0.1, 0.6))
    iris = colour(random.uniform(0.05, 0.6), 0.6, random.uniform(0.25, 0.5))
    mouth = colour(0.98, 0.55, 0.7)
    fringe, smile = random.uniform(-0.55, -0.4), random.uniform(-0.06, 0.14)

    def paint(surface, times):
        # Angles on the head: u to the right of the nose, v below it.
        u = np.arctan2(surface[:, 0], surface[:, 2])
        v = np.arcsin(surface[:, 1].clip(-1, 1))
        shown = np.broadcast_to(skin, (len(u), 3)).copy()

        def lay(distance, over):
            share = np.clip(0.5 - radius * distance, 0, 1)[:, None]
            shown[:] += share * (over - shown)

        def oval(across, down, width, height):
            reach = np.sqrt((across / width) ** 2 + (down / height) ** 2)
            return (reach - 1) * np.minimum(width, height)

        beside = np.abs(u)
        lay(oval(u, v - 0.12, 0.1, 0.17), 0.88 * skin)
        lid = opened[times]
        lay(oval(beside - 0.4, v + 0.12, 0.19, 0.15), 0.85 * skin)
        lay(oval(beside - 0.4, v + 0.12, 0.17, 0.13 * lid), np.float32([245, 245, 240]))
        pupil = np.maximum(
            oval(beside - 0.4, v + 0.12, 0.085, 0.1), oval(0, v + 0.12, 1, 0.13 * lid)
        )
        lay(pupil, iris)
        lay(oval(beside - 0.4, v + 0.36, 0.22, 0.05), hair)
        lay(oval(u, v - 0.46 + smile * (u / 0.3) ** 2, 0.3, 0.06), mouth)
        lay(v - fringe, hair)
        lay(np.maximum(1.15 - beside, v - 0.4), hair)
        return shown

    return paint


def _lay_shoulders(random, ground, face):
    """Paints a neck and a shirt under where a face is, into the ground [1, H, W, 3]."""
    _, height, width, _ = ground.shape
    x, y = np.arange(0.5, width), np.arange(0.5, height)[:, None]
    centre = face.path.mean(0)
    across = np.abs(x - centre[0]) / face.radius
    below = (y - centre[1]) / face.radius
    neck = np.clip(face.radius * np.minimum(0.42 - across, below), 0, 1)[..., None]
    shirt = np.clip(face.radius * (below - 1.35 - 0.25 * across**2), 0, 1)[..., None]
    skin = face.paint(np.float32([[0, 0.05, 1]]) / 1.0013, np.array([0]))[0]
    cloth = 255 * np.array(colorsys.hsv_to_rgb(random.uniform(), 0.6, random.uniform(0.4, 0.8)))
    ground[0] += neck * (0.8 * skin - ground[0])
    ground[0] += shirt * (cloth - ground[0])
