"""Several data sets as one, in shares of one's own: mixture(sources=['a', 'b'], weights=[2, 1])."""

import hashlib
import operator

import numpy as np
from absl import logging

from vgan.core.arguments import check_number
from vgan.core.errors import UsageError
from vgan.data.unpaired import is_unpaired


def combined(opened, sources, weights=None, balance_labels=False):
    """Windows of several sources, of which some come several times a pass.

    Each window comes at least once, those of the group (source, or label) that is largest for its
    share exactly once. So a pass has the shares to half a window of each group. Without weights
    and balance each window comes once.

    Args:
      opened: what `--data` can name -> its windows, as of opening.open_windows.
      sources: list of what --data can name: prepared folders, or embedded data.
      weights: list of the sources' shares of a pass, in any unit.
      balance_labels: give each label the same share of a pass, whatever source it comes from.
    Raises:
      UsageError: arguments that don't fit; sources with and without a source beside them.
      UsageError, DataError: as of opening.open_windows.
    """
    _check(sources, weights, balance_labels)
    found = [opened(text) for text in sources]
    if len({part.source is None for part in found}) > 1:
        raise UsageError("mixture(): some sources are pairs and some aren't. Mix those of a kind")
    if any(is_unpaired(part) for part in found):
        raise UsageError(
            "mixture(): of unpaired data it isn't known which go together. Mix within: "
            "unpaired(target='mixture(...)', source='mixture(...)')"
        )
    rates = sorted(part.fps for part in found)
    if rates[-1] > 1.01 * rates[0]:
        logging.log_first_n(
            logging.WARNING,
            f"the sources of --data have {rates[0]:g} to {rates[-1]:g} frames a second: motion of "
            f"some is learnt too fast or slow. Clips get the first one's rate, {found[0].fps:g}. "
            "Convert the videos to one rate and prepare them again",
            1,
        )
    return Mixture(found, weights, balance_labels)


def _check(sources, weights, balance_labels):
    if not (isinstance(sources, list | tuple) and sources):
        raise UsageError(f"mixture(sources={sources!r}): must be a list of what --data can name")
    for text in sources:
        if not isinstance(text, str):
            raise UsageError(f"mixture(): source {text!r} must be text, what --data can name")
    if weights is None:
        return
    if balance_labels:
        raise UsageError("mixture(): weights and balance_labels each settle the shares. Drop one")
    if not isinstance(weights, list | tuple) or len(weights) != len(sources):
        raise UsageError(f"mixture(weights={weights!r}): must be a list of one number a source")
    for weight in weights:
        check_number("mixture", above=0, weight=weight)


class Mixture:
    """A sequence of windows: all of the sources, one source after the other, then repeats.

    Repeats are spread evenly over the windows of their group. `apart` has each window once, so that
    an evaluation sees the sources as they are, unweighted.

    Args:
      sources: list of windows of one clip, frame_step and split.
      weights, balance_labels: as of `combined`.
      repeats: int [R], windows that come again, instead of both.

    Attributes:
      labels: the sources' names, each once, sorted; none where a source has none.
      fps: of the first source.
      source: where the sources are pairs, the mixture of what lies beside them, or None.
      names: of the sources' videos, see `folder.Folder`; empty where a source has none.
    """

    def __init__(self, sources, weights=None, balance_labels=False, repeats=()):
        self._sources, first = sources, sources[0]
        self.clip, self.frame_step, self.split = first.clip, first.frame_step, first.split
        self.fps = first.fps
        named = all(source.labels for source in sources)
        self.labels = tuple(sorted({name for s in sources for name in s.labels})) if named else ()
        lengths = [len(source) for source in sources]
        self._ends = np.cumsum(lengths)
        all_named = all(source.names for source in sources)
        self.names = [name for source in sources for name in source.names] if all_named else []
        self._repeats = np.array(repeats, np.int64)
        if balance_labels:
            _check_labels(self.labels)
            groups = np.unique(self.window_labels, return_inverse=True)[1]
            self._repeats = _repeats(groups, [1] * (groups.max() + 1))
        elif weights:
            self._repeats = _repeats(np.repeat(np.arange(len(sources)), lengths), weights)
        what = repr(([source.fingerprint for source in sources], weights, balance_labels))
        self.fingerprint = hashlib.sha256(what.encode()).hexdigest()[:16]
        beside = [source.source for source in sources]
        self.source = None if beside[0] is None else Mixture(beside, repeats=self._repeats)

    def __len__(self):
        return int(self._ends[-1]) + len(self._repeats)

    def __getitem__(self, index):
        source, number = self._find(index)
        return self._named(source, source[number])

    def frames(self, index, offsets):
        """Any frames of the video of window `index`: see `folder.Folder.frames`."""
        source, number = self._find(index)
        return self._named(source, source.frames(number, offsets))

    def extent(self, index):
        """The offsets of the first and the last frame that the video of window `index` has."""
        source, number = self._find(index)
        return source.extent(number)

    def apart(self, interval):
        """Each window once, as `folder.Folder.apart` of all sources."""
        found, sources = [], 0
        for source, end in zip(self._sources, self._ends, strict=True):
            numbers, videos = source.apart(interval)
            found.append((numbers + end - len(source), videos + sources))
            sources += videos.max() + 1
        return tuple(np.concatenate(part) for part in zip(*found, strict=True))

    @property
    def window_labels(self):
        """int [N], the label of each window."""
        labels = np.concatenate([self._numbers(s)[s.window_labels] for s in self._sources])
        return np.concatenate([labels, labels[self._repeats]])

    def _find(self, index):
        """The source of a window, and its number there."""
        index = range(len(self))[operator.index(index)]
        if index >= self._ends[-1]:
            index = self._repeats[index - self._ends[-1]]
        source = np.searchsorted(self._ends, index, side="right")
        return self._sources[source], int(index - self._ends[source] + len(self._sources[source]))

    def _numbers(self, source):
        """int [labels], what the labels of a source are among those of all."""
        if not self.labels:
            return np.zeros(max(len(source.labels), 1), int)
        return np.searchsorted(self.labels, source.labels)

    def _named(self, source, window):
        video, label = window
        return video, int(self._numbers(source)[label])


def _check_labels(labels):
    if len(labels) < 2:
        raise UsageError(
            "mixture(balance_labels=True): some source has no labels, or there is one alone. Drop "
            "it, or prepare the videos again, those of each class in a subfolder of its own"
        )


def _repeats(groups, shares):
    """Which windows come again so that groups have their shares, each window coming at least once.

    Args:
      groups: int [N], the group of each window; each group has one or more.
      shares: list of numbers above 0.
    Returns:
      int [R], numbers of windows.
    """
    members = [np.flatnonzero(groups == group) for group in range(len(shares))]
    unit = max(len(own) / share for own, share in zip(members, shares, strict=True))
    found = []
    for own, share in zip(members, shares, strict=True):
        more = round(share * unit) - len(own)
        found.append(own[np.arange(more) * len(own) // max(more, 1)])
    return np.concatenate(found)
