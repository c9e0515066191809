"""Turns one clip into another: python -m vgan.walk --workdir=RUN --ends=3,8 --output=walk.mp4.

Or walks along what has a name: python -m vgan.walk --workdir=RUN --along=speed --output=walk.mp4.
"""

import functools
from pathlib import Path

from absl import flags, logging
from tqdm import tqdm

from vgan.core import command
from vgan.core.errors import UsageError
from vgan.runs import config

config.define_run_flags()
flags.DEFINE_list(
    "ends",
    None,
    "Two or more of: a seed, whose video 0 it is, a video, a picture, or .npy of vgan.invert. With "
    "--along the one whose way it is (default: 0).",
)
flags.DEFINE_string(
    "along", None, "Name of a direction of vgan.directions: from 2 deviations before to 2 beyond."
)
flags.DEFINE_string("directions", None, "Their folder (default: WORKDIR/directions).")
flags.DEFINE_string("label", None, "Class of both, for a model that knows classes.")
flags.DEFINE_integer("frames", 96, "Of the film.", lower_bound=2)
flags.DEFINE_integer(
    "steps", None, "Of the search for the latents of a file (default: 300, 0 with an encoder).", 1
)
flags.DEFINE_string("after", "", "Treatments of what is made, of vgan/treatments: sharpen().")
command.define_output("out.mp4, .gif or .webp.")
command.define_marks()
flags.DEFINE_integer("zoom", 1, "Enlarge every pixel so many times.", lower_bound=1)


LITTLE = 0.3
"""R^2 of a direction of which a walk warns."""


def main():
    values = flags.FLAGS
    command.need(workdir="Name the folder of a training run")
    named = _checked_ends(values)
    searched = not all(end.isdecimal() or _is_latents(end) for end in named)
    if values.steps and not searched:
        raise UsageError(
            "--steps: no end is a video or picture, so nothing is searched for. Drop it"
        )
    output = command.output_file()
    from vgan.marks.marking import Marking
    from vgan.marks.origin import Origin
    from vgan.media.clips import enlarged, write_frames
    from vgan.runs import trained
    from vgan.sampling import latent_walk
    from vgan.treatments import chain

    treatments = chain.build(values.after)
    marking = Marking(values.mark, values.certificate, values.certificate_key)
    given = values.workdir, values.checkpoint, values.trust_code
    run = trained.restore_one(*given, whole=searched)
    model = run.sampling_model()
    label = model.needed_label(values.label)
    step = _step_along(values, run)
    ends = [_latents(values, run, label, end) for end in named]
    if step is not None:
        ends = [ends[0] - step, ends[0] + step]
    frames = latent_walk.film(model, ends, label, values.frames)
    frames = tqdm(frames, total=values.frames, unit="frame", disable=None)
    frames, fps = chain.apply(treatments, frames, run.card.fps)
    seeds = ", ".join(end for end in named if end.isdecimal())
    imprint = marking.imprint(Origin.of("vgan.walk", model, seeds or None))
    written = write_frames(output, marking(enlarged(frames, values.zoom)), float(fps), imprint)
    print(f"wrote {written} frames at {float(fps):g} a second: {output}")


def _checked_ends(values):
    """The ends that --ends names; with --along the one whose way it is."""
    named = values.ends or (["0"] if values.along else [])
    if values.along and len(named) > 1:
        raise UsageError(
            f"--along={values.along} and --ends={','.join(named)}: a direction is walked from one "
            "clip. Give one end, or drop --along"
        )
    if not values.along and values.directions:
        raise UsageError("--directions: nothing is walked along. Give --along too, or drop it")
    if not values.along and len(named) < 2:
        raise UsageError("--ends: give two or more, seeds or files, e.g. --ends=3,in.mp4")
    if values.frames < len(named):
        raise UsageError(f"--frames={values.frames}: fewer than --ends has. Give more")
    for end in named:
        if end.startswith("-") and end[1:].isdecimal():
            raise UsageError(f"--ends={','.join(named)}: a seed is at least 0, not {end}")
    return named


def _step_along(values, run):
    """From a clip's latents to those of the end of its way, None without --along."""
    if not values.along:
        return None
    from vgan.sampling import directions

    path = Path(values.directions or Path(values.workdir) / "directions") / directions.FILE
    found = directions.read(path, run.model.latent_shape)
    if found.step != run.step:
        logging.warning(
            "%s: of step %d, and this is %d. Find them anew", path, found.step, run.step
        )
    step = directions.REACH * found.vector(values.along)
    r2 = found.r2[list(found.names).index(values.along)]
    if r2 < LITTLE:
        logging.warning("--along=%s: R^2 %.2f, so little of it may change", values.along, r2)
    return step


def _is_latents(end):
    return Path(end).suffix.lower() == ".npy"


def _latents(values, run, label, end):
    from vgan.sampling import inversion, latent_walk

    if end.isdecimal():
        return latent_walk.of_seed(run.model, int(end))
    if _is_latents(end):
        return latent_walk.of_file(run.model, end)
    video = inversion.read_clip(Path(end), run.card.clip, run.card.fps)
    if run.model.encodes and not values.steps:
        return inversion.encoded(run, video, label)
    progress = functools.partial(tqdm, desc=end, unit="step", disable=None)
    found = inversion.invert(run, video, label, values.steps or 300, progress=progress)
    print(f"{end}: found, mean difference {found.error:.1f} grey levels")
    return found.latents


if __name__ == "__main__":
    command.run(main)
