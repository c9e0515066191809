"""Turns videos of any kind into prepared data: small frames of one size in TFRecord shards.

  python -m data_prep.prepare_clips --input=videos --output=prepared --size=64

The first-level subfolders of the input are the labels. Files that can't be decoded are listed in
`skipped.jsonl`; the rest is prepared all the same. A run that was killed goes on where it was when
the same command is given again.
"""

import dataclasses
import os
import re
import shlex

from absl import flags

from data_prep.base.settings import FITS, INTERPOLATIONS, Settings
from data_prep.writing import beam, pool, preparation
from vgan.core import command
from vgan.core.errors import UsageError

_DEFAULT = Settings()


def _define_flags():
    flags.DEFINE_string(
        "input", None, "Folder of videos, one file, or a list that ends in .csv or .jsonl."
    )
    flags.DEFINE_string("output", None, "Folder to write, which must not exist yet.")
    flags.DEFINE_string(
        "kind", "auto", "What is looked for: auto, video, frames, strip, strip(frames=N), array."
    )
    _define_frames()
    _define_choices()
    _define_running()
    flags.mark_flags_as_required(["input", "output"])


def _define_frames():
    flags.DEFINE_string("size", "64", "Frames' height and width in pixels: 64, or 36x64.")
    flags.DEFINE_enum(
        "fit", _DEFAULT.fit, FITS,
        "How frames of another shape come to it: crop to the centre, crop where most moves, "
        "or letterbox: black bars.",
    )  # fmt: skip
    flags.DEFINE_enum(
        "interpolation", _DEFAULT.interpolation, INTERPOLATIONS,
        "area averages where frames shrink (and is cubic where they grow); cubic.",
    )  # fmt: skip
    flags.DEFINE_float(
        "fps", 0.0, "Frames per second, sampled by time stamps; 0: each file's own rate.",
        lower_bound=0.0, upper_bound=1000.0,
    )  # fmt: skip
    flags.DEFINE_string("background", "0,0,0", "Red,green,blue behind what is transparent.")
    flags.DEFINE_bool("remove_borders", False, "Cut black borders off first.")
    flags.DEFINE_bool("grayscale", False, "Take colour away.")
    flags.DEFINE_float("denoise", 0.0, "Strength of denoising in grey levels; 0: off.", 0.0, 100.0)
    flags.DEFINE_float(
        "equalize", 0.0, "Clip limit of adaptive contrast equalisation, as 2; 0: off.", 0.0, 100.0
    )


def _define_choices():
    flags.DEFINE_string(
        "shots", "", "Cut videos at scene changes: difference(), content(), adaptive()."
    )
    flags.DEFINE_string(
        "features", "", "Describe clips, e.g. colour() + texture() + edges() + motion()."
    )
    flags.DEFINE_string(
        "drop", "", "Leave clips out: static(), black(), near_duplicates(), or a sum of them."
    )
    flags.DEFINE_string(
        "group",
        "",
        "Regular expression searched in each relative path: videos for which its first capture "
        "group (or whole match) is the same go to the same split. Empty: each on its own.",
    )
    flags.DEFINE_float("test_fraction", 0.15, "Fraction of the groups kept for testing.")
    flags.DEFINE_integer("min_frames", 2, "Skip clips of fewer frames.", lower_bound=2)


def _define_running():
    flags.DEFINE_integer("workers", os.cpu_count(), "Number of processes.", lower_bound=1)
    flags.DEFINE_string(
        "beam_options",
        "",
        "Options of an Apache Beam pipeline, such as '--runner=FlinkRunner --parallelism=100', "
        "which then does the work in place of --workers. Needs pip install 'vgan[beam]'.",
    )
    flags.DEFINE_integer("max_pixels", _DEFAULT.max_pixels, "Skip larger frames.", lower_bound=1)
    flags.DEFINE_float(
        "file_seconds", _DEFAULT.file_seconds, "Skip a file that takes longer.", lower_bound=0.1
    )
    flags.DEFINE_integer(
        "file_memory", _DEFAULT.file_memory, "MiB that reading one file may take.", lower_bound=64
    )
    flags.DEFINE_float(
        "max_bad_fraction", 0.1, "Exit with 2 if more than this fraction of the files is skipped."
    )
    flags.DEFINE_bool("strict", False, "Write nothing and exit with 2 if any file is bad or short.")
    flags.DEFINE_bool("overwrite", False, "Replace prepared data that --output already holds.")
    for name, top in (("test_fraction", 0.9), ("max_bad_fraction", 1.0)):
        flags.register_validator(  # absl's own bounds let NaN pass.
            name, lambda value, top=top: 0 <= value <= top, message=f"must be in [0, {top:g}]"
        )
    for name in ("fps", "denoise", "equalize", "file_seconds"):
        flags.register_validator(name, lambda value: value == value, message="must be a number")


def _write(given):
    """How chunks are written."""
    if not given.beam_options:
        return pool.write
    for name in ("workers", "file_seconds", "file_memory"):
        if given[name].present:
            raise UsageError(
                f"flag --{name}: a Beam runner has its own. Drop it, or --beam_options"
            )
    return beam.writer(given.beam_options)


def _settings(given):
    named = {field.name: given[field.name].value for field in dataclasses.fields(Settings)}
    named["size"] = _size(given.size)
    named["background"] = _colour(given.background)
    return Settings(**named)


def _size(text):
    found = re.fullmatch(r"(\d{1,4})(?:x(\d{1,4}))?", text)
    size = found and (int(found[1]), int(found[2] or found[1]))
    if not size or min(size) < 1:
        raise UsageError(f"flag --size={text}: give pixels as 64, or height x width as 36x64")
    return size


def _colour(text):
    found = re.fullmatch(r"(\d{1,3}),(\d{1,3}),(\d{1,3})", text)
    if not found or max(map(int, found.groups())) > 255:
        raise UsageError(f"flag --background={text}: give red,green,blue of 0 to 255, as 0,255,0")
    return tuple(map(int, found.groups()))


def _main():
    given = flags.FLAGS
    if given.strict and given["max_bad_fraction"].present:
        raise UsageError("flag --max_bad_fraction: --strict bears no bad file. Drop one of them")
    settings = _settings(given)
    preparation.prepare(
        given.input, given.output, settings, given.kind, given.test_fraction,
        given.max_bad_fraction, given.strict, given.overwrite, given.workers, _write(given),
    )  # fmt: skip
    size = f"--height={settings.size[0]} --width={settings.size[1]}"
    print(f"next: python -m vgan.train --data={shlex.quote(given.output)} {size}", flush=True)


if __name__ == "__main__":
    _define_flags()
    command.run(_main)
