"""Searches prepared clips by their features, which `--features` of prepare_clips keeps.

python -m data_prep.search prepared --like=walk/person1.avi --count=10
python -m data_prep.search prepared --sort_by=motion.mean --order=lowest
python -m data_prep.search prepared --balance_by=motion.mean --bins=10
"""

import csv
import difflib
import json
import os

import numpy as np
from absl import flags

from vgan.core import command
from vgan.core.errors import DataError, UsageError, told
from vgan.core.escaping import plain

_BAR = 40
_MODES = {"like": ("count",), "sort_by": ("count", "order"), "balance_by": ("bins",)}
"""What to do, one of them, and the flags that each takes."""


class Clips:
    """The features of a prepared folder.

    Args:
      folder: it holds `features.npy`, `features.json`, and `videos.jsonl` or `key_frames.csv`.
    Raises:
      DataError: it has no features, or they are damaged.

    Attributes:
      videos: a dict of each clip: its `key`, `label`, `frames`.
      keys: list of their N keys.
      names: list of the D names of features.
      features: float32 [N, D].
    """

    def __init__(self, folder):
        path = os.path.join(folder, "features.npy")
        if not os.path.isfile(path):
            raise DataError(
                f"prepared folder {folder!r}: has no features.npy. Check the folder, or prepare "
                "the videos with --features='colour + texture + edges + motion'"
            )
        try:
            self.features = np.load(path)
            with open(os.path.join(folder, "features.json"), encoding="utf-8") as file:
                self.names = json.load(file)["names"]
            self.videos = _rows(folder)
            self.keys = [video["key"] for video in self.videos]
            fits = self.features.shape == (len(self.keys), len(self.names)) and self.keys
        except Exception as error:  # What a damaged file raises depends on the byte.
            raise _damaged(folder, told(error)) from None
        if not fits or not np.isfinite(self.features).all():
            why = f"not {len(self.keys)} clips of {len(self.names)} finite numbers"
            raise _damaged(folder, why)

    def nearest(self, key, count):
        """The clips that are most like one, and their distances, nearest first, without itself.

        Each feature counts in standard deviations over the clips; one that is the same for all
        counts nothing. A distance is the root of the mean square over features.

        Returns:
          int [M], clip numbers; float [M]; M the lesser of `count` and N - 1.
        Raises:
          UsageError: there is no such key.
        """
        clip = _number(self.keys, "--like", key)
        apart = self.features.astype(np.float64) - self.features[clip]
        deviation = self.features.std(axis=0, dtype=np.float64)
        varies = np.ptp(self.features, axis=0) > 0
        scaled = apart[:, varies] / deviation[varies]
        distances = np.sqrt(np.square(scaled).sum(axis=1) / max(varies.sum(), 1))
        order = np.argsort(distances, kind="stable")
        order = order[order != clip][:count]
        return order, distances[order]

    def feature(self, flag, name):
        """float64 [N], the feature that a flag names; raises UsageError if there is none."""
        return self.features[:, _number(self.names, flag, name)].astype(np.float64)

    def table(self, numbers, values, header):
        """Text of some clips, one a line, with a value of each, in columns."""
        lines = [[header, "key", "label", "frames"]]
        for number, value in zip(numbers, values, strict=True):
            video = self.videos[number]
            label = "–" if video["label"] is None else video["label"]
            cells = [f"{value:.4g}", plain(video["key"]), plain(label), str(video["frames"])]
            lines.append(cells)
        return _columns(lines)


def balance(values, bins):
    """Text of how many values are in each of `bins` equal parts of their range, with bars."""
    counts, edges = np.histogram(values, bins)
    bars = np.ceil(_BAR * counts / counts.max()).astype(int)
    return _columns(
        [f"{low:.4g}", f"to {high:.4g}", str(count), "#" * bar]
        for low, high, count, bar in zip(edges[:-1], edges[1:], counts, bars, strict=True)
    )


def _columns(lines):
    lines = list(lines)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def _number(known, flag, name):
    if name in known:
        return known.index(name)
    near = difflib.get_close_matches(name, known, 5, cutoff=0.4) or known[:5]
    raise UsageError(f"{flag}={name}: not among the {len(known)}. Nearest: {', '.join(near)}")


def _rows(folder):
    table = os.path.join(folder, "key_frames.csv")
    if os.path.isfile(table):
        with open(table, newline="") as file:
            numbers = [int(row["number"]) for row in csv.DictReader(file)]
        return [{"key": f"frame-{n:06d}.png", "label": None, "frames": 1} for n in numbers]
    with open(os.path.join(folder, "videos.jsonl"), encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def _damaged(folder, why):
    return DataError(f"features of {folder!r}: {why}. Prepare the videos again")


def _define_flags():
    flags.DEFINE_string("like", None, "Key of a clip, as in videos.jsonl: shows those like it.")
    flags.DEFINE_string("sort_by", None, "Name of a feature: shows the clips that have most of it.")
    flags.DEFINE_string("balance_by", None, "Name of a feature: how many clips have how much.")
    flags.DEFINE_integer("count", 10, "How many clips to show.", lower_bound=1)
    flags.DEFINE_enum("order", "highest", ["highest", "lowest"], "Which come first in --sort_by.")
    flags.DEFINE_integer("bins", 10, "How many parts of --balance_by.", lower_bound=1)


def _mode():
    """The one flag that says what to do."""
    given = [name for name in _MODES if flags.FLAGS[name].value is not None]
    if len(given) != 1:
        raise UsageError(
            f"{' '.join(f'--{name}' for name in given) or 'nothing to do'}: "
            "give one of --like=KEY, --sort_by=NAME, --balance_by=NAME"
        )
    for name in ("count", "order", "bins"):
        if flags.FLAGS[name].present and name not in _MODES[given[0]]:
            raise UsageError(f"--{name}: is not for --{given[0]}. Drop one of them")
    return given[0]


def _main(folders):
    given = flags.FLAGS
    if len(folders) != 1:
        raise UsageError(f"folder: {len(folders)} given. Name one prepared folder")
    mode = _mode()
    clips = Clips(folders[0])
    if mode == "like":
        print(clips.table(*clips.nearest(given.like, given.count), "distance"))
    elif mode == "balance_by":
        print(balance(clips.feature("--balance_by", given.balance_by), given.bins))
    else:
        values = clips.feature("--sort_by", given.sort_by)
        sign = 1 if given.order == "lowest" else -1
        order = np.argsort(sign * values, kind="stable")[: given.count]
        print(clips.table(order, values[order], given.sort_by))


if __name__ == "__main__":
    _define_flags()
    command.run(_main, positional=True)
