"""Makes videos: python -m vgan.generate --workdir=runs/base --num_videos=16 --output=out.mp4.

Or completes a file: python -m vgan.generate --workdir=runs/denoising --input=in.mp4
--output=out.mp4.
"""

import contextlib
import itertools
import os
from pathlib import Path

import numpy as np
from absl import flags
from tqdm import tqdm

from vgan.core import command
from vgan.core.clip import ClipSpec
from vgan.core.errors import StorageError, UsageError
from vgan.core.files import replacing_folder
from vgan.runs import checkpoint_choice, config

MOST_IN_A_GRID = 256
"""A grid is held in memory as a whole; a folder of files is not."""

config.define_run_flags()
config.define_sampler_flag()
config.define_back_flag()
flags.DEFINE_string("model", None, "Folder of an export, instead of --workdir.")
flags.DEFINE_integer("num_videos", 16, "How many videos.", lower_bound=1)
flags.DEFINE_integer("seed", 0, "Video i of a seed is always the same.", lower_bound=0)
flags.DEFINE_integer(
    "frames", None, "Frames of a video, of generators of any length (default: as trained).", 1
)
flags.DEFINE_string("label", None, "Class of all videos; without it, each class in turn.")
command.define_fps("Frames a second (default: the rate of the data).")
flags.DEFINE_multi_string(
    "input",
    None,
    "A video or picture to be completed, for runs with a --task; several times, pictures in a row.",
)
flags.DEFINE_string("task", None, "Which of its tasks, of a model trained on several.")
flags.DEFINE_string(
    "mask", None, "Picture or video of the size of --input, white where it is inpainted."
)
flags.DEFINE_integer("num_frames", None, "How many frames prediction and animation add.", 1)
flags.DEFINE_string("after", "", "Treatments of what is made, of vgan/treatments: sharpen().")
flags.DEFINE_integer("zoom", 1, "Enlarge every pixel so many times.", lower_bound=1)
command.define_output("A grid: out.mp4, .gif or .webp; or a folder for a file each.")
command.define_marks()


def main():
    values = flags.FLAGS
    path, output = _chosen_model(values), _checked_output(values)
    from vgan.marks.marking import Marking
    from vgan.runs import trained  # TensorFlow takes seconds to load; flags come first.
    from vgan.treatments import chain

    treatments = chain.build(values.after)
    marking = Marking(values.mark, values.certificate, values.certificate_key)
    about = values.checkpoint, values.frames, values.trust_code, values.sampler, values.back
    model = trained.load(path, *about)
    if values.input:
        _complete(values, model, treatments, marking, output)
    else:
        _sample(values, model, treatments, marking, output)


def _sample(values, model, treatments, marking, output):
    from vgan.marks.origin import Origin
    from vgan.media.clips import enlarged, grid, write_frames
    from vgan.treatments import chain

    fps = model.fps if values.fps is None else values.fps
    chunks = model.stream(values.num_videos, values.seed, values.label)
    progress = tqdm(total=values.num_videos, unit="video", disable=None)
    videos = []
    digits = len(str(values.num_videos - 1))
    imprint = marking.imprint(Origin.of("vgan.generate", model, values.seed))

    def write(path, video):
        write_frames(path, marking(enlarged(video, values.zoom)), float(rate), imprint)

    into = replacing_folder(output) if _is_folder(values) else contextlib.nullcontext()
    with into as folder, progress:
        for number, video in enumerate(itertools.chain.from_iterable(chunks)):
            frames, rate = chain.apply(treatments, video, fps)
            video = np.stack(list(frames))
            if folder:
                write(folder / f"{number:0{digits}d}.mp4", video)
            else:
                videos.append(video)
            progress.update()
    if videos:
        write(output, grid(np.stack(videos)))
    written = f"{values.num_videos} videos of {ClipSpec(*video.shape)}"
    print(f"wrote {written} at {float(rate):g} frames a second: {output}")


def _complete(values, model, treatments, marking, output):
    from vgan.marks.origin import Origin
    from vgan.media.source import is_picture, open_pictures, open_video
    from vgan.media.writer import write
    from vgan.sampling.files import complete
    from vgan.treatments import chain

    first, *more = values.input
    source = open_pictures(values.input) if more else open_video(first)
    still = is_picture(source.path)
    if values.fps and source.has_audio:
        raise UsageError("--fps: the sound of --input would not fit. Drop it, or see --after")
    mask = None if values.mask is None else open_video(values.mask)
    label = model.needed_label(values.label)
    part = model.task.alone(values.task)
    made = complete(model, part, source, values.seed, label, mask, values.num_frames)
    frames = tqdm(made.frames, total=made.total, unit="frame", disable=None)
    fps = values.fps or (model.fps if still else made.fps)
    frames, fps = chain.apply(treatments, frames, fps)
    aspect = chain.pixel_aspect(treatments, source.pixel_aspect)
    imprint = marking.imprint(Origin.of("vgan.generate", model, values.seed, given=True))
    written = write(output, marking(frames), fps, aspect, source, imprint)
    print(f"wrote {written} frames at {float(fps):g} a second: {output}")


def _chosen_model(values):
    if (values.workdir is None) == (values.model is None):
        raise UsageError("--workdir, --model: give one of the two, a training run or an export")
    checkpoint_choice.parse(values.checkpoint)
    if values.model and values.frames:
        raise UsageError("--frames: an export makes clips of one length. Give --workdir")
    if values.model and values.checkpoint != "last":
        raise UsageError("--checkpoint: chooses one of a run, an export has one. Give --workdir")
    return values.workdir or values.model


def _check_input(values):
    for name in ("task", "mask", "num_frames"):
        if values[name].value is not None and not values.input:
            raise UsageError(
                f"--{name}: says how --input is completed, and --input is missing. Name a file"
            )
    if not values.input:
        return
    if "" in values.input:
        raise UsageError("--input: is empty. Name a video or picture, or drop it")
    for name in ("num_videos", "frames", "zoom"):
        if values[name].present:
            raise UsageError(f"--{name}: has no use with --input. Drop it")
    if Path(values.output or "").suffix.lower() != ".mp4":
        raise UsageError(f"--output={values.output}: with --input, name a file such as out.mp4")


def _checked_output(values):
    _check_input(values)
    command.need(output="Name a file such as out.mp4, or a folder")
    output = Path(values.output)
    if _is_folder(values):
        command.check_new(output)
        _check_own(output)
        return output
    if output.suffix.lower() not in command.CLIP_SUFFIXES:
        known = ", ".join(command.CLIP_SUFFIXES)
        raise UsageError(f"--output={output}: unknown suffix. Known: {known}; or name a folder")
    if values.num_videos > MOST_IN_A_GRID:
        raise UsageError(
            f"--num_videos={values.num_videos}: a grid holds at most {MOST_IN_A_GRID}. "
            "Give a folder as --output for a file each"
        )
    command.check_new(output)
    return output


def _is_folder(values):
    """Whether --output names a folder: without a suffix, with a slash at its end, or one there."""
    path = Path(values.output)
    return not path.suffix or values.output.endswith(("/", os.sep)) or path.is_dir()


def _check_own(folder):
    """Raises StorageError for what is not to be replaced: a file, or a folder of others."""
    if folder.exists() and not folder.is_dir():
        raise StorageError(f"output {str(folder)!r}: it is a file. Name another")
    for path in folder.glob("*"):
        if not (path.stem.isdecimal() and path.suffix == ".mp4"):
            raise StorageError(
                f"output {str(folder)!r}: it would be replaced as a whole, and {path.name!r} in it "
                "was not written by vgan.generate. Name another"
            )


if __name__ == "__main__":
    command.run(main)
