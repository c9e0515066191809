"""Turns a folder of videos into prepared data: small square frames in TFRecord shards.

  python -m data_prep.prepare_clips --input=videos --output=prepared --size=64

The videos' first-level subfolders are their labels. Files that can't be decoded are listed in
`skipped.jsonl`; the rest is prepared all the same.
"""

import hashlib
import math
import os
import re
import shlex
import statistics
import sys
import time

from absl import flags
from tqdm import tqdm

from data_prep import decode, shards
from vgan import command
from vgan.errors import DataError, StorageError, UsageError

_SPLIT_RULE = (
    "groups ranked by the SHA-256 of their name; the first ceil(test_fraction * n) are test"
)


def prepare(
    source, output, size, group="", test_fraction=0.15, max_bad_fraction=0.1, overwrite=False
):
    """Prepares all videos below a folder; see the flags' help for the arguments.

    Raises:
      DataError: no videos; none usable; or, with all else written, too many skipped.
      StorageError: the output exists and may not be replaced.
      UsageError: `group` is no regular expression or matches no video.
    """
    real_source, real_output = os.path.realpath(source), os.path.realpath(output)
    if os.path.commonpath([real_source, real_output]) == real_output:
        raise StorageError(f"output {output!r}: holds the input. Choose another --output")
    paths = decode.find_videos(source)
    groups = group_videos(paths, group)
    with shards.new_folder(output, overwrite) as folder:
        videos, skipped, writer = _write_frames(source, paths, folder, size)
        test = choose_test({groups[video["key"]] for video in videos}, test_fraction)
        for video in videos:
            video["group"] = groups[video["key"]]
            video["split"] = "test" if video["group"] in test else "train"
        split = {"rule": _SPLIT_RULE, "group": group, "test_fraction": test_fraction}
        labels = sorted({video["label"] for video in videos} - {None})
        fps = _summary([video["fps"] for video in videos if video["fps"]])
        manifest = {"size": size, "labels": labels, "fps": fps, "split": split}
        shards.write_index(folder, writer, videos, skipped, manifest)
    _report(output, size, videos, skipped, labels)
    if len(skipped) > max_bad_fraction * len(paths):
        raise DataError(
            f"output {output!r}: written, but {len(skipped)} of {len(paths)} files were skipped, "
            f"above --max_bad_fraction={max_bad_fraction:g}. Read its skipped.jsonl"
        )


def group_videos(paths, pattern):
    """Names the group of each video, a dict by path: those of one group share a split.

    Args:
      paths: relative paths of the videos.
      pattern: regular expression; its first capture group, else its whole match, names the
        group. A video that it doesn't match, or any where it's empty, is its own group.
    Raises:
      UsageError: the pattern is invalid or matches nothing.
    """
    try:
        expression = re.compile(pattern)
    except re.error as error:
        raise UsageError(f"--group={pattern!r}: {error}. Give a regular expression") from None
    if not pattern:
        return {path: path for path in paths}
    matches = {path: expression.search(path) for path in paths}
    if not any(matches.values()):
        raise UsageError(f"--group={pattern!r}: matches none of the videos, such as {paths[0]!r}")
    return {path: _group_name(match) if match else path for path, match in matches.items()}


def _group_name(match):
    first = match[1] if match.re.groups else None
    return match[0] if first is None else first


def choose_test(groups, fraction):
    """Chooses which groups are test: the same whatever the order, and never all of them."""
    if len(groups) < 2:
        if fraction:
            _warn("all videos are of one group, so all are train. See --group")
        return set()
    count = math.ceil(round(fraction * len(groups), 9))  # 0.07 * 100 is a little above 7.
    ranked = sorted(groups, key=lambda name: hashlib.sha256(os.fsencode(name)).digest())
    return set(ranked[: min(count, len(groups) - 1)])


def _write_frames(source, paths, folder, size):
    videos, skipped = [], []
    writer = shards.ShardWriter(folder)
    for path in _with_progress(paths):
        try:
            video = decode.Video(os.path.join(source, path), size)
        except decode.BadVideoError as error:
            skipped.append({"path": path, "reason": str(error)})
            continue
        first = len(writer.offsets)
        frames = writer.add(video)
        videos.append(
            {
                "key": path,
                "label": path.split("/")[0] if "/" in path else None,
                "fps": video.fps,
                "frames": frames,
                "first_record": first,
                "short": video.short,
            }
        )
    writer.close()
    if not videos:
        raise DataError(
            f"input folder {source!r}: none of its {len(paths)} videos is usable. "
            f"The first, {skipped[0]['path']!r}: {skipped[0]['reason']}"
        )
    return videos, skipped, writer


def _summary(rates):
    if not rates:
        return {"min": None, "median": None, "max": None}
    return {"min": min(rates), "median": statistics.median(rates), "max": max(rates)}


def _report(output, size, videos, skipped, labels):
    unlabelled = sum(video["label"] is None for video in videos)
    if labels and unlabelled:
        _warn(f"{unlabelled} videos lie beside the label folders; they're read as {labels[0]!r}")
    short = sum(video["short"] for video in videos)
    test = sum(video["split"] == "test" for video in videos)
    print(
        f"{len(videos)} ok, {len(skipped)} skipped (see {os.path.join(output, 'skipped.jsonl')}), "
        f"{short} short; {len(labels)} labels, train {len(videos) - test}, test {test}\n"
        f"next: python -m vgan.train --data={shlex.quote(output)} --height={size} --width={size}",
        flush=True,
    )


def _with_progress(paths):
    if sys.stderr.isatty():
        yield from tqdm(paths, unit="video")
        return
    shown = time.monotonic()
    for index, path in enumerate(paths):
        if time.monotonic() - shown > 10:
            print(f"{index}/{len(paths)} videos", file=sys.stderr, flush=True)
            shown = time.monotonic()
        yield path


def _warn(text):
    print(f"vgan: warning: {text}", file=sys.stderr, flush=True)


def _define_flags():
    flags.DEFINE_string("input", None, "Folder of videos, e.g. one subfolder a label.")
    flags.DEFINE_string("output", None, "Folder to write, which must not exist yet.")
    flags.DEFINE_integer("size", 64, "Height and width of the frames in pixels.", lower_bound=1)
    flags.DEFINE_string(
        "group",
        "",
        "Regular expression searched in each relative path: videos for which its first capture "
        "group (or whole match) is the same go to the same split. Empty: each on its own.",
    )
    flags.DEFINE_float("test_fraction", 0.15, "Fraction of the groups kept for testing.")
    flags.DEFINE_float(
        "max_bad_fraction", 0.1, "Exit with 2 if more than this fraction of the files is skipped."
    )
    flags.DEFINE_bool("overwrite", False, "Replace prepared data that --output already holds.")
    flags.mark_flags_as_required(["input", "output"])
    for name, top in (("test_fraction", 0.9), ("max_bad_fraction", 1.0)):
        flags.register_validator(  # absl's own bounds let NaN pass.
            name, lambda value, top=top: 0 <= value <= top, message=f"must be in [0, {top:g}]"
        )


def _main():
    given = flags.FLAGS
    prepare(
        given.input, given.output, given.size, given.group,
        given.test_fraction, given.max_bad_fraction, given.overwrite,
    )  # fmt: skip


if __name__ == "__main__":
    _define_flags()
    command.run(_main)
