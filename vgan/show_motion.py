"""Shows how a video moves: python -m vgan.show_motion --input=in.mp4 --output=out.mp4.

Or how a model's video moves, as its generator knows: python -m vgan.show_motion
--workdir=runs/base --show=masks,wheel --output=out.mp4.
"""

import itertools
from pathlib import Path

import numpy as np
from absl import flags
from tqdm import tqdm

from vgan.core import command, spec
from vgan.core.errors import DataError, UsageError
from vgan.runs import config

flags.DEFINE_string("input", None, "A video file.")
config.define_run_flags()
flags.DEFINE_integer("seed", 0, "Of the model's video.", lower_bound=0)
flags.DEFINE_string("label", None, "Class of the model's video.")
command.define_output("out.mp4, .gif or .webp, a frame for each pair of frames.")
flags.DEFINE_list(
    "show",
    ["wheel"],
    "Panels side by side: wheel (flow as colour: the hue is its direction), arrows, compensated "
    "(the next frame moved back by flow), residual (what that leaves, mid grey is nothing), tracks "
    "(the way of an object), masks (what a generator knows to be objects, tinted).",
)
flags.DEFINE_string("estimator", "dis()", "Of flow: dis(), farneback() or block_matching().")
flags.DEFINE_float("longest", None, "Pixels a frame with full colour (default: 2 % of a diagonal).")
flags.DEFINE_list("box", None, "Object for tracks: x,y,width,height in the first frame, in pixels.")
flags.DEFINE_string("track_csv", None, "Where its way goes (default: --output with .csv).")
command.define_fps("Frames a second (default: as the input).")
flags.register_validator(
    "longest", lambda longest: longest is None or 0 < longest < 1e6, "must be above 0"
)

_VIEWS = "vgan.motion.views.{}"


def main():
    values = flags.FLAGS
    _check_source(values)
    output = command.output_file()
    box, track_csv = _checked_box(values), _checked_csv(values)
    from vgan.media.clips import write_frames
    from vgan.motion import tracking

    views, estimate = _checked_views(values)
    frames, total, fps, known = _made(values) if values.workdir else _read(values)
    frames = tqdm(frames, total=total, unit="frame", disable=None)
    centres = []
    panels = _panels(frames, views, estimate, values.longest, box, centres, known)
    write_frames(output, panels, values.fps or float(fps))
    print(f"wrote {output}")
    if box:
        track = tracking.kinematics(centres)
        tracking.write_csv(track_csv, track)
        print(f"wrote {track_csv}: found in {track.found.sum()} of {len(centres)} frames")


def _read(values):
    """Frames of a file, their number and rate, and nothing that is known of their motion."""
    from vgan.media.source import open_video

    video = open_video(values.input)
    return video, video.num_frames, video.fps, itertools.repeat(None)


def _made(values):
    """The same of a model's video, and the flow and masks of each frame but the last."""
    from vgan.runs import trained

    model = trained.load(values.workdir, values.checkpoint, trust_code=values.trust_code)
    made = model.sample(1, values.seed, values.label, with_motion=True)
    (video,), (flow,), (masks,) = made
    return video, len(video), model.fps, zip(flow, masks, strict=False)


def _panels(frames, views, estimate, longest, box, centres, known):
    """Pictures of each pair of neighbouring frames; an object's centres are added to `centres`."""
    from vgan.media.clips import grid
    from vgan.motion.tracking import Tracker
    from vgan.motion.views import Moment

    moment = tracker = None
    for (frame, following), motion in zip(itertools.pairwise(frames), known, strict=False):
        if box and not tracker:
            tracker = Tracker(frame, box)
            centres.append(tracker.centre)
        moment = Moment(frame, following, estimate, longest, centres, motion)
        yield grid(np.stack([view(moment)[None] for view in views]), len(views))[0]
        if tracker:
            tracker.update(following)
            centres.append(tracker.centre)
    if moment is None:
        raise DataError("the video has a single frame, and motion needs two. Give another")


def _check_source(values):
    if (values.input is None) == (values.workdir is None):
        raise UsageError("--input, --workdir: give one of the two, a video file or a run")
    of_runs = [name for name in ("checkpoint", "seed", "label") if values[name].present]
    if values.input and (of_runs or "masks" in values.show):
        name = of_runs[0] if of_runs else "show=masks"
        raise UsageError(f"--{name}: is of a model's video. Give --workdir instead of --input")
    if values.workdir and values["estimator"].present:
        raise UsageError("--estimator: the generator knows the flow. Drop it")


def _checked_box(values):
    if ("tracks" in values.show) != (values.box is not None):
        raise UsageError("--box: goes with tracks in --show, and tracks with it. Give both or none")
    if values.box is None:
        return None
    try:
        x, y, width, height = map(int, values.box)
    except ValueError:
        raise UsageError(
            f"--box={','.join(values.box)}: no box. Give x,y,width,height as whole numbers"
        ) from None
    return x, y, width, height


def _checked_csv(values):
    if values.box is None:
        if values.track_csv is not None:
            raise UsageError("--track_csv: nothing is tracked. Give --show=tracks and --box")
        return None
    return command.output_file((".csv",), "track_csv", Path(values.output).with_suffix(".csv"))


def _checked_views(values):
    known = spec.names(_VIEWS)
    unknown = [name for name in values.show if name not in known]
    if unknown or not values.show:
        raise UsageError(f"--show={','.join(values.show)}: choose from {', '.join(known)}")
    if values["longest"].present and "wheel" not in values.show:
        raise UsageError("--longest: is of the colours of wheel. Drop it, or add wheel to --show")
    if values["estimator"].present and set(values.show) == {"tracks"}:
        raise UsageError("--estimator: tracks are found without flow. Drop it, or show more")
    estimate = spec.of_flag("estimator", values.estimator, "vgan.motion.estimators.{}")
    return [spec.resolve(name, _VIEWS) for name in values.show], estimate


if __name__ == "__main__":
    command.run(main)
