"""Scores sets of made clips against the real clips of one data set, by one protocol."""

import typing

import numpy as np

from vgan.core.errors import DataError, UsageError
from vgan.data.opening import beside
from vgan.data.unpaired import is_unpaired
from vgan.evaluation import clips as clip_sets
from vgan.evaluation import measure, scores
from vgan.evaluation.three_sets import ThreeSets
from vgan.metrics import copying, extractors

SPLITS = ("train", "test")

MOST_KNOWN = 4096
"""The most training clips among which copies are looked for."""

LEAST = 16
"""With fewer clips, five nearest neighbours would be most of the set."""


class Result(typing.NamedTuple):
    """What came of an evaluation.

    Attributes:
      scores, statistics: dicts of figures by name, as scores.json has them.
      per_clip: {statistic: {"generated", "real"}: float64 [N]}.
      clips: ClipSet of the made clips.
      nearest: numbers of the training clips that look most like the made ones, and how far away
        they are in grey levels.
    """

    scores: dict
    statistics: dict
    per_clip: dict
    clips: clip_sets.ClipSet
    nearest: tuple


class Evaluator:
    """Holds the real side of a protocol.

    Args:
      windows: dict of the data's windows by split.
      split: the split that made clips are compared with; floors come from the other one.
      most: the most clips of each set.
      interval: frames between the starts of real clips of one video.
      seed: int, of every choice.
      cache: cache.Cache of what is measured of real clips.
      user_networks: list of further FeatureExtractors.
      classifier: metrics.classifier.Classifier or None.
      progress: (what, number of clips) -> function that is called with how many more are done.
    Attributes:
      windows, split, most, interval, seed: as given.
      other: the split that floors come from.
      sets: dict of a clips.ClipSet by split.
    Raises:
      DataError: too few clips in a split. UsageError: clips of one frame.
    """

    def __init__(
        self,
        windows,
        split,
        most,
        interval,
        seed,
        cache,
        user_networks=(),
        classifier=None,
        progress=lambda what, total: lambda count: None,
    ):
        if windows[split].clip.frames < 2:
            raise UsageError(
                "--frames=1: a clip of one frame has no motion to score. Use 2 or more"
            )
        self.most, self.interval, self.seed, self._cache = most, interval, seed, cache
        self._progress, self._classifier = progress, classifier
        bank = [extractors.random3d(), extractors.random3d(difference=True), extractors.motion()]
        self._extractors = [*bank, *user_networks]
        if classifier is not None:
            self._extractors.append(_of_classifier("classifier", classifier.features, classifier))
        _check_names(self._extractors)
        self.windows = windows
        self.sets = {name: self._open(name, interval, most) for name in SPLITS}
        for name, clips in self.sets.items():
            if len(clips) < LEAST:
                raise DataError(
                    f"data split {name!r}: {len(clips)} clips whose starts are {interval} frames "
                    f"apart, scores need {LEAST}. Prepare more videos; or train with "
                    "--eval_interval=0, and score with a lower --start_interval"
                )
        self.split, self.other = split, SPLITS[1 - SPLITS.index(split)]
        clip = windows["train"].clip
        quarter = max(1, clip.frames * windows["train"].frame_step // 4)
        self._known = self._open("train", quarter, MOST_KNOWN)
        counted = progress("training clips", len(self._known))
        self._known_thumbnails = measure.thumbnails(self._known, cache, counted)
        self._measured = {of: self._measure(f"{of} clips", self.sets[of]) for of in SPLITS}

    def score(self, videos, targets=None, asked=None, rebuilt=None):
        """The Result for videos uint8 [N, T, H, W, 3]; raises DataError if they are too few.

        Args:
          targets: uint8 [N, T, H, W, 3], what the videos should be, for PSNR and SSIM.
          asked: bool [N, T, H, W, 1], the pixels that weren't given; None for all.
          rebuilt: the first real clips, encoded and decoded, for PSNR and SSIM of that.
        """
        if len(videos) < LEAST:
            raise DataError(f"videos: {len(videos)} of them, scores need {LEAST}. Make more")
        made = clip_sets.of_videos(videos, self.seed, self.most)
        measured, nearest = self._measure("generated clips", made)
        real, other = self._measured[self.split][0], self._measured[self.other][0]
        sources = [made.sources, self.sets[self.split].sources, self.sets[self.other].sources]
        three = ThreeSets(measured, real, other, sources)
        found = {}
        for extractor in self._extractors:
            found |= scores.of_features(three, extractor, self.seed)
        found |= scores.of_neighbours(three, self._extractors[0])
        if self._classifier is not None:
            found |= scores.of_probabilities(three, "probabilities", self._classifier.about)
        if targets is not None:
            found |= scores.of_pairs(videos, targets, asked)
        if rebuilt is not None:
            pairs = scores.of_pairs(rebuilt, self.real(slice(len(rebuilt)))[0])
            found |= {f"rebuilt_{name}": figure for name, figure in pairs.items()}
        per_clip = {of: {"generated": measured[of], "real": real[of]} for of in measure.UNITS}
        statistics = scores.of_statistics(three, measure.UNITS, self._nearest(measured, made))
        return Result(found, statistics, per_clip, made, nearest)

    def real(self, chosen):
        """Real clips by a slice of their order, the sources beside them, and labels."""
        windows, numbers = self.windows[self.split], self.sets[self.split].numbers[chosen]
        found = [beside(windows, number) for number in numbers]
        return tuple(np.array(part) for part in zip(*found, strict=True)) or ((), (), ())

    @property
    def names(self):
        """The names of all scores."""
        found = [f"kernel_{extractor.name}" for extractor in self._extractors]
        found += [f"frechet_{extractor.name}" for extractor in self._extractors]
        return [*found, *scores.SHARES]

    @property
    def pairs(self):
        """Whether what is given of a clip belongs to it."""
        return not is_unpaired(self.windows[self.split])

    def nearest_windows(self, numbers):
        """The training clips, uint8 [n, T, H, W, 3], that `Result.nearest` names by number."""
        return self._known.take(numbers)

    def _open(self, split, interval, most):
        windows = self.windows[split]
        counted = self._progress(f"reading {split} clips", len(windows.apart(interval)[0]))
        return clip_sets.of_windows(windows, interval, self.seed, most, self._cache, counted)

    def _nearest(self, measured, made):
        held_out, clips = self._measured["test"][0], self.sets["test"]
        sources = [made.sources, clips.sources, clips.sources]
        return ThreeSets(measured, held_out, held_out, sources)

    def _measure(self, what, clips):
        def how(of):
            return self._cache, self._progress(f"{what}, {of}", len(clips))

        found = {e.name: measure.features(clips, e, *how(e.name)) for e in self._extractors}
        if self._classifier is not None:
            compute = self._classifier.probabilities
            reader = _of_classifier("probabilities", compute, self._classifier)
            found["probabilities"] = measure.features(clips, reader, *how("classes"))
        found |= measure.statistics(clips, *how("statistics"))
        small = measure.thumbnails(clips, *how("thumbnails"))
        distances, numbers = copying.nearest(small, self._known_thumbnails)
        return found | {"nearest": distances}, (numbers, distances)


def _check_names(features):
    names = [extractor.name for extractor in features]
    if len(set(names)) < len(names):
        both = ", ".join(names)
        raise UsageError(f"--features: two of {both} have one name. Add name='...' to yours")


def _of_classifier(name, compute, classifier):
    frames = classifier.about["clip"][0]
    return extractors.FeatureExtractor(name, compute, classifier.digest, frames)
