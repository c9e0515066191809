"""Finds the objects of a video, without labels: python -m vgan.segment --input=in.mp4
--output=objects --objects=2.

The folder gets overlay.mp4, the video with each object tinted and its sound; mask.mp4, white where
any object is; and object_1.mp4 ... of each, the largest first. `vgan.generate --mask` takes these.
The file is read twice, a few frames at a time.
"""

import contextlib
import re
from pathlib import Path

import numpy as np
from absl import flags
from tqdm import tqdm

from vgan.core import command, spec
from vgan.core.errors import DataError, StorageError, UsageError
from vgan.core.files import replacing_folder
from vgan.runs import config

flags.DEFINE_string("input", None, "A video file.")
config.define_run_flags()
flags.DEFINE_integer("objects", 1, "How many, beside the ground.", 1, 16)
flags.DEFINE_string("estimator", "dis()", "Of flow: dis(), farneback() or block_matching().")
flags.DEFINE_integer("grow", 0, "Pixels that masks reach beyond what was found.", 0, 64)
command.define_output("A folder for overlay.mp4, mask.mp4 and object_1.mp4 ...")


def main():
    values = flags.FLAGS
    command.need(input="Name a video file", output="Name a folder")
    if (values["checkpoint"].present or values.trust_code) and not values.workdir:
        raise UsageError("--checkpoint, --trust_code: of a run. Give --workdir too, or drop them")
    command.check_new(values.output)
    _check_own(Path(values.output))
    try:
        from vgan.sampling import pixel_features, segmentation
    except ImportError as error:
        raise UsageError(f"{error}. Run pip install 'vgan[segment]'") from None
    from vgan.media.source import open_video

    source = open_video(values.input)
    if values.objects >= source.size[0] * source.size[1]:
        raise UsageError(
            f"--objects={values.objects}: the video has {source.size[0]}x{source.size[1]} pixels, "
            "too few for as many and a ground. Ask less"
        )
    see = _seeing(values)
    estimate = spec.of_flag("estimator", values.estimator, "vgan.motion.estimators.{}")

    def windows(text):
        frames = tqdm(source, text, source.num_frames, unit="frame", disable=None)
        return pixel_features.windows(frames, estimate, see)

    try:
        found = segmentation.Segmenter(windows("looking"), values.objects)
    except DataError as error:
        raise DataError(f"video {values.input!r}: {error}") from None
    with replacing_folder(values.output) as folder:
        count = _write(folder, source, windows("drawing"), found, values)
    print(f"wrote {values.objects} objects in {count} frames: {values.output}")


def _check_own(folder):
    """Raises StorageError for what is not to be replaced: a file, or a folder of others."""
    if folder.exists() and not folder.is_dir():
        raise StorageError(f"output {str(folder)!r}: it is a file. Name a folder")
    for path in folder.glob("*"):
        if not re.fullmatch(r"(overlay|mask|object_\d+)\.mp4", path.name):
            raise StorageError(
                f"output {str(folder)!r}: it would be replaced as a whole, and {path.name!r} in it "
                "was not written by vgan.segment. Name another"
            )


def _seeing(values):
    """What a run's network finds in frames, or None."""
    if not values.workdir:
        return None
    from vgan.networks import seen_at_pixels
    from vgan.runs import trained
    from vgan.sampling.pixel_features import Seeing

    how = {"trust_code": values.trust_code, "whole": True}
    run = trained.restore(values.workdir, values.checkpoint, **how)
    networks = [critic.network for critic in getattr(run.model, "critic_modules", [])]
    networks += run.model.sampling_networks
    clip, labels = run.card.clip, len(run.card.labels)
    return Seeing(seen_at_pixels.features(networks, clip, labels, values.workdir), clip)


def _write(folder, source, windows, found, values):
    """Writes the overlay and the masks; gives the number of frames."""
    from vgan.media.writer import writer
    from vgan.motion import views
    from vgan.sampling.segmentation import grown

    names = ["mask", *(f"object_{number + 1}" for number in range(values.objects))]
    about, count = (source.fps, source.pixel_aspect), 0
    with contextlib.ExitStack() as stack:
        overlay = stack.enter_context(writer(folder / "overlay.mp4", *about, source))
        files = [stack.enter_context(writer(folder / f"{name}.mp4", *about)) for name in names]
        for window in windows:
            for frame, labels in zip(window.frames[window.inner], found(window), strict=True):
                objects = [grown(labels == n + 1, values.grow) for n in range(values.objects)]
                known = None, np.stack(objects, axis=-1)
                overlay.write(views.masks(views.Moment(frame, frame, None, known=known)))
                for file, mask in zip(files, [np.any(objects, axis=0), *objects], strict=True):
                    file.write(np.repeat(np.uint8(255 * mask)[..., None], 3, axis=-1))
                count += 1
    return count


if __name__ == "__main__":
    command.run(main)
