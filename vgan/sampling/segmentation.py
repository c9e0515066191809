"""Objects of a video without labels: pixels that look alike, move alike and lie near each other.

Mini-batch k-means makes many small groups of the pixels of the whole file, by colour, motion and
place. Spectral clustering of these groups, by colour and motion alone, makes of them as many
segments as there are to be: so one may be of several colours, or turn up anywhere.
"""

import itertools
import typing

import numpy as np
from sklearn.cluster import MiniBatchKMeans, SpectralClustering

from vgan.core.clip import to_float
from vgan.core.errors import DataError
from vgan.media.tiles import mirrored, process_tiled, starts
from vgan.motion import occlusion
from vgan.motion.remap import backward

GROUPS = 32
"""Of pixels, before they are joined; more for many objects."""

MOTION, PLACE, MERGED_MOTION, SEEN = 0.5, 0.7, 0.6, 0.3
"""Weights beside colour's 1: of motion and place for groups, of motion for segments, and of what a
network finds for both. By mean IoU on training clips of shapes, colour and grey."""

STEP, MARGIN = 8, 4
"""Frames of a window, and those around it that they depend on: motion is averaged over 2 frames
before and after, is of 1 more, and of labels neighbours vote."""

MOST_PIXELS = 100_000
"""That are looked at to find groups, by chance, of all of a file."""

COLOURS = np.float32([[0.299, 0.587, 0.114], [1, -0.8374, -0.1626], [-0.3374, -0.6626, 1]])
"""From RGB to brightness and, twice as much, blue and red differences (ITU-R BT.601)."""

BORDER = 0.05
"""Of the longer side."""

DEPTH = 8
"""Of the principal components of what a network finds."""


class Window(typing.NamedTuple):
    """Frames with what is known of them, each [T, H, W, ...].

    Attributes:
      frames: uint8 RGB.
      motion: float32 (dx, dy) in pixels a frame, less the frame's median.
      forward, back: flow to the next frame, and from it back, of all frames but the last.
      followed, preceded: where these can be followed, bool.
      seen: float32, what a network finds, of no or DEPTH channels.
      inner: slice of the frames that are the window's own.
    """

    frames: np.ndarray
    motion: np.ndarray
    forward: np.ndarray
    back: np.ndarray
    followed: np.ndarray
    preceded: np.ndarray
    seen: np.ndarray
    inner: slice

    def features(self, t):
        """Of the pixels of a frame, float32 [H W, D]: colour, motion, place, what is seen."""
        height, width = self.frames.shape[1:3]
        colour = self.frames[t] / np.float32(255) @ COLOURS.T
        place = np.mgrid[:height, :width].transpose(1, 2, 0) / np.float32(max(height, width))
        both = np.concatenate([colour, self.motion[t], place, self.seen[t]], axis=-1)
        return both.reshape(height * width, -1)


def windows(source, estimate, see=None):
    """Windows of a file, few frames at a time.

    Args:
      source: iterable of uint8 [H, W, 3].
      estimate: an estimator of vgan.motion.estimators.
      see: frames uint8 [T, H, W, 3] -> what a network finds, float32 [T, H, W, D]; or None.
    """
    for held, inner in _held(source):
        frames = np.stack(held)
        if len(frames) < 2:
            raise DataError("it has a single frame, and motion needs two. Give a longer one")
        forward, back = estimate(frames[:-1], frames[1:]), estimate(frames[1:], frames[:-1])
        ways = forward, back, occlusion.visible(forward, back), occlusion.visible(back, forward)
        motion = np.zeros((*frames.shape[:3], 2), np.float32)
        motion[:-1] += forward
        motion[1:] -= back
        motion[1:-1] /= 2
        motion -= np.median(motion, axis=(1, 2), keepdims=True)
        motion = _averaged(_averaged(motion, *ways), *ways)
        seen = np.zeros((*frames.shape[:3], 0), np.float32) if see is None else see(frames)
        yield Window(frames, motion, *ways, seen, inner)


def _held(source):
    """Lists of frames, and the slice of them that is a window's own."""
    frames, held, before = iter(source), [], 0
    while True:
        wanted = before + STEP + MARGIN - len(held)
        held += itertools.islice(frames, wanted)
        if len(held) <= before:
            return
        yield held, slice(before, before + STEP)
        gone = max(0, before + STEP - MARGIN)
        held, before = held[gone:], before + STEP - gone


def _averaged(field, forward, back, followed, preceded):
    """A field [T, H, W, 2], the mean of each frame and its neighbours along the flow."""
    total, count = field.copy(), np.ones((*field.shape[:3], 1), np.float32)
    total[:-1] += followed[..., None] * backward(field[1:], forward)
    total[1:] += preceded[..., None] * backward(field[:-1], back)
    count[:-1] += followed[..., None]
    count[1:] += preceded[..., None]
    return total / count


class Segmenter:
    """Finds the segments of a file, and then those of each of its frames.

    Args:
      source: iterable of windows of the file.
      objects: how many there are beside the ground.
    Raises:
      DataError: nothing in it differs, or it has fewer pixels than segments.
    """

    def __init__(self, source, objects):
        pixels = _sample(source)
        if pixels is None:
            raise DataError("it holds no frame. Give another")
        colour, motion, place, seen = _blocks(pixels)
        if not (np.ptp(colour, axis=0).any() or np.ptp(motion, axis=0).any()):
            raise DataError("it is of one colour, and nothing moves: there are no objects in it")
        if len(pixels) <= objects:
            raise DataError(f"it has {len(pixels)} pixels, too few for {objects} objects. Ask less")
        self._mean, self._scale = pixels.mean(0), _scales(pixels)
        groups = min(max(GROUPS, 4 * (objects + 1)), len(pixels))
        self._groups = MiniBatchKMeans(groups, batch_size=2048, n_init=3, random_state=0)
        belongs = self._groups.fit_predict(self._scaled(pixels))
        self._segments = _merged(self._groups.cluster_centers_, objects + 1)
        self._segments = _ordered(self._segments, belongs, place)[self._segments]

    def _scaled(self, pixels):
        return (pixels - self._mean) * self._scale

    def __call__(self, window):
        """The segments of a window's own frames, int [t, H, W]: 0 is the ground."""
        shape = window.frames.shape[1:3]
        labels = np.stack(
            [
                self._segments[self._groups.predict(self._scaled(window.features(t)))]
                for t in range(len(window.frames))
            ]
        ).reshape(-1, *shape)
        return _voted(labels, window)[window.inner]


def _blocks(pixels):
    return np.split(pixels, [3, 5, 7], axis=1)


def _scales(pixels):
    """What brings colour, motion, place and what is seen to their weights, float32 [D]."""
    found = []
    for block, weight in zip(_blocks(pixels), (1, MOTION, PLACE, SEEN), strict=True):
        length = np.sqrt(block.var(axis=0).sum())
        found += [weight / max(length, 1e-6)] * block.shape[1]
    return np.float32(found)


def _sample(source):
    """Some pixels of all windows, float32 [n, D], each with the same chance; None of no window."""
    random, share, kept = np.random.default_rng(0), 1.0, None
    for window in source:
        for t in range(*window.inner.indices(len(window.frames))):
            pixels = window.features(t)
            drawn = np.column_stack([random.random(len(pixels), np.float32), pixels])
            drawn = drawn[drawn[:, 0] < share]
            kept = drawn if kept is None else np.concatenate([kept, drawn])
            while len(kept) > MOST_PIXELS:
                share /= 2
                kept = kept[kept[:, 0] < share]
    return None if kept is None else kept[:, 1:]


def _merged(centres, number):
    """The segment of each group, int [groups]."""
    if len(centres) <= number:
        return np.arange(len(centres))
    colour, motion, _, seen = _blocks(centres)
    of = np.concatenate([colour, motion * (MERGED_MOTION / MOTION), seen], axis=1)
    how = {"affinity": "rbf", "gamma": 1.0, "assign_labels": "cluster_qr", "random_state": 0}
    return SpectralClustering(number, **how).fit_predict(of)


def _ordered(segments, belongs, place):
    """A new number for each segment: 0 for that with most of the border, the others by size."""
    mine, far = segments[belongs], place.max(axis=0)
    border = (np.minimum(place, far - place) < BORDER * far.max()).any(axis=1)
    order = list(np.argsort(-np.bincount(mine, minlength=segments.max() + 1), kind="stable"))
    ground = np.bincount(mine[border], minlength=len(order)).argmax()
    order.remove(ground)
    return np.argsort([ground, *order])


def _voted(labels, window):
    """Labels, but those of the neighbours of a frame where they agree along the flow."""
    before = _looked_up(labels[:-1], window.back)[:-1]
    after = _looked_up(labels[1:], window.forward)[1:]
    agree = (before == after) & window.preceded[:-1] & window.followed[1:]
    labels[1:-1][agree] = before[agree]
    return labels


def _looked_up(labels, flow):
    """The labels [T, H, W] of the pixels that are nearest to where flow leads."""
    count, height, width = labels.shape
    rows, columns = np.mgrid[:height, :width]
    x = np.clip(np.rint(columns + flow[..., 0]), 0, width - 1).astype(int)
    y = np.clip(np.rint(rows + flow[..., 1]), 0, height - 1).astype(int)
    return labels[np.arange(count)[:, None, None], y, x]


class Seeing:
    """What a network of clips finds in frames of any size and number.

    Args:
      features: a function of clips float32 [N, T, H, W, 3] in [-1, 1] -> float32 [N, T, H, W, D].
      clip: ClipSpec of those.
    """

    def __init__(self, features, clip):
        self._features, self._clip, self._basis = features, clip, None

    def __call__(self, frames):
        """The DEPTH principal components, of the first frames', of features: [T, H, W, DEPTH]."""
        length, *tile = self._clip.shape[:3]
        overlap, found = [side // 4 for side in tile], None
        for start in starts(len(frames), min(length, len(frames)), 0):
            block = [frames[start + i] for i in mirrored(np.arange(length), len(frames) - start)]
            made = process_tiled(block, lambda of: self._features(to_float(of)), tile, overlap)
            made = self._projected(made[: len(frames) - start])
            if found is None:
                found = np.zeros((len(frames), *made.shape[1:]), np.float32)
            found[start : start + len(made)] = made
        return found

    def _projected(self, found):
        if self._basis is None:
            pixels = found.reshape(-1, found.shape[-1])
            pixels = pixels[:: max(1, len(pixels) // MOST_PIXELS)]
            self._basis = np.linalg.eigh(np.cov(pixels.T))[1][:, -DEPTH:].astype(np.float32)
        return found @ self._basis


def grown(mask, pixels):
    """A mask bool [H, W] with so many more pixels around it."""
    for _ in range(pixels):
        wider = mask.copy()
        wider[1:] |= mask[:-1]
        wider[:-1] |= mask[1:]
        wider[:, 1:] |= mask[:, :-1]
        wider[:, :-1] |= mask[:, 1:]
        mask = wider
    return mask
