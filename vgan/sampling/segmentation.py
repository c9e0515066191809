"""Objects of a video without labels: pixels that look alike, move alike and lie near each other.

Mini-batch k-means makes many small groups of the pixels of the whole file, by colour, motion and
place. Spectral clustering of these groups, by colour and motion alone, makes of them as many
segments as there are to be: so one may be of several colours, or turn up anywhere.
"""

import numpy as np
from sklearn.cluster import MiniBatchKMeans, SpectralClustering

from vgan.core.errors import DataError
from vgan.sampling import pixel_features

GROUPS = 32
"""Of pixels, before they are joined; more for many objects."""

MOTION, PLACE, MERGED_MOTION, SEEN = 0.5, 0.7, 0.6, 0.3
"""Weights beside colour's 1: of motion and place for groups, of motion for segments, and of what a
network finds for both. By mean IoU on training clips of shapes, colour and grey."""

BORDER = 0.05
"""Of the longer side."""


class Segmenter:
    """Finds the segments of a file, and then those of each of its frames.

    Args:
      source: iterable of pixel_features.Window of the file.
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
            while len(kept) > pixel_features.MOST_PIXELS:
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
