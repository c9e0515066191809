"""Keeps the key frames of a video, and shows how well it can be rebuilt from them.

  python -m data_prep.key_frames --input=in.mp4 --output=kept --select='adaptive(every=12)'

The folder gets `frame-000123.png` for each, `key_frames.csv`, `contact_sheet.png`, and, with
--rebuild, `rebuilt.mp4`, for which the last frame is a key frame too.
"""

import csv
import json
from pathlib import Path

import numpy as np
from absl import flags
from PIL import Image

from data_prep.base.folders import appearing
from data_prep.base.progress import counted
from data_prep.choosing import contact_sheet, rebuilding
from data_prep.features.description import Description
from vgan.core import command, spec
from vgan.core.errors import StorageError
from vgan.media.source import open_video
from vgan.media.writer import writer

TABLE = "key_frames.csv"


def extract(
    source, output, select="interval()", rebuild="flow()", longest_gap=250, overwrite=False,
    features="",
):  # fmt: skip
    """Writes the folder, and prints what was kept and how well the rest comes back.

    Args:
      source: a video file.
      output: the folder to be.
      select: a spec of data_prep.choosing.selection.
      rebuild: a spec of vgan.motion.interpolation; empty for none.
      longest_gap: most frames from one key frame to the next; for rebuilding they are in memory.
      overwrite: whether a folder that this tool wrote gives way.
      features: a sum of specs of data_prep.features, each key frame with the next frame.
    Raises:
      UsageError: an unusable spec.
      DataError: the video can't be read.
      StorageError: the output exists, or holds the input.
    """
    choose = spec.build(spec.parse(select), "data_prep.choosing.selection.{}")
    between = rebuild and spec.build(spec.parse(rebuild), "vgan.motion.interpolation.{}")
    if Path(output).resolve() in Path(source).resolve().parents:
        raise StorageError(f"output {str(output)!r}: holds the input. Choose another --output")
    video = open_video(source)
    with appearing(output, overwrite, TABLE) as folder:
        album = _Album(Path(folder), video.fps, Description(features))
        likeness = rebuilding.Likeness()
        moments = choose(counted(video, video.num_frames, "frame"), longest_gap)
        if between:
            moments = album.filled(rebuilding.last_kept(moments))
            with writer(album.folder / "rebuilt.mp4", video.fps, video.pixel_aspect) as made:
                for moment, frame in rebuilding.rebuild(moments, between):
                    made.write(frame)
                    likeness.add(moment, frame)
        else:
            for _ in album.filled(moments):
                pass
        album.finish()
    _report(output, video, album, likeness if between else None)


class _Album:
    """The pictures of key frames and what is known of them.

    Attributes:
      folder: `Path`.
      frames: how many went by.
      rows: of each key frame the number, seconds and MSE to the last one.
      num_bytes: of the pictures.
    """

    def __init__(self, folder, fps, description):
        self.folder, self._fps, self._description = folder, fps, description
        self.frames, self.rows, self.num_bytes = 0, [], 0
        self._features, self._last = [], None

    def filled(self, moments):
        """The same moments; pictures are written as they go by."""
        for moment in moments:
            self.frames += 1
            self._describe(moment.frame)
            if moment.kept:
                self._add(moment)
                self._last = moment.frame
            yield moment

    def _describe(self, following):
        """Describes the key frame before, if none came between."""
        if self._last is not None and self._description.names:
            self._features.append(self._description.describe([self._last, following]))
        self._last = None

    def _add(self, moment):
        path = self._picture(moment.number)
        Image.fromarray(moment.frame).save(path)
        self.num_bytes += path.stat().st_size
        mse = "" if moment.mse is None else f"{moment.mse:.3f}"
        self.rows.append((moment.number, f"{float(moment.number / self._fps):.3f}", mse))

    def _picture(self, number):
        return self.folder / f"frame-{number:06d}.png"

    def finish(self):
        """Writes the table, the sheet and the features."""
        self._describe(self._last)  # Nothing follows it.
        if self._description.names:
            np.save(self.folder / "features.npy", np.array(self._features, np.float32))
            names = json.dumps({"names": self._description.names})
            (self.folder / "features.json").write_text(names + "\n")
        with open(self.folder / TABLE, "w", newline="") as file:
            csv.writer(file).writerows([("number", "seconds", "mse"), *self.rows])
        entries = [(self._picture(row[0]), f"{row[0]} at {row[1]} s") for row in self.rows]
        contact_sheet.draw(entries).save(self.folder / "contact_sheet.png")


def _report(output, video, album, likeness):
    kept, frames = len(album.rows), album.frames
    raw = frames * video.size[0] * video.size[1] * 3
    print(
        f"wrote {output}: {kept} of {frames} frames kept, 1 in {frames / kept:.1f}\n"
        f"{album.num_bytes} bytes as PNG: 1 in {raw / album.num_bytes:.1f} of the bare pixels, "
        f"{album.num_bytes / video.path.stat().st_size:.2f} times the input file"
    )
    if likeness and likeness.worst:
        ratio, number = likeness.worst
        print(
            f"rebuilt, before H.264: {likeness.made:.2f} dB, the mean over the {frames - kept} "
            f"frames that were not kept; worst {ratio:.2f} dB, frame {number}; "
            f"all frames together {likeness.all:.2f} dB"
        )


def _define_flags():
    flags.DEFINE_string("input", None, "A video file.")
    flags.DEFINE_string("output", None, "Folder to write, which must not exist yet.")
    flags.DEFINE_string(
        "select",
        "interval(every=12)",
        "Which frames: interval(every=12); difference(threshold=400), in mean squared difference "
        "to the last one kept; adaptive(every=12), as many where the video moves evenly.",
    )
    flags.DEFINE_string(
        "rebuild",
        "flow()",
        "Makes the frames between anew, into rebuilt.mp4, and keeps the last frame for it: flow(), "
        "blocks() or blend() of vgan.motion.interpolation. Empty: doesn't.",
    )
    flags.DEFINE_integer(
        "longest_gap",
        250,
        "Most frames from one key frame to the next, whatever --select says, all of them held in "
        "memory for --rebuild.",
        lower_bound=1,
    )
    flags.DEFINE_string(
        "features", "", "Describe key frames for data_prep.search: colour() + texture() + edges()."
    )
    flags.DEFINE_bool("overwrite", False, "Replace a folder that this tool wrote.")
    flags.mark_flags_as_required(["input", "output"])


def _main():
    given = flags.FLAGS
    extract(
        given.input, given.output, given.select, given.rebuild, given.longest_gap, given.overwrite,
        given.features,
    )  # fmt: skip


if __name__ == "__main__":
    _define_flags()
    command.run(_main)
