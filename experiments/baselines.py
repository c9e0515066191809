"""A model that completes what is given, beside what needs no network, on held-out clips.

  python experiments/baselines.py --workdir=runs/prediction --experiment=prediction

PSNR and SSIM are of the pixels that weren't given, and again of those of them that move by more
than half a pixel a frame in the real clip (Farneback). The warp error is that of the whole clip, in
grey levels. Each has its interval of two standard errors over source videos. The gain is how much
more the model has than a row's method, clip by clip, so its interval is free of what makes some
clips harder than others.
"""

import functools

import cv2
import numpy as np
import trial
from absl import flags

from vgan.core import command
from vgan.core.errors import UsageError

PAIRED = ("psnr", "ssim", "psnr_moving", "ssim_moving")
MOVES = 0.5
"""Pixels a frame from which on a pixel moves."""

flags.DEFINE_string("workdir", None, "Folder of a training run with a --task.")
flags.DEFINE_string("checkpoint", "last", "Which checkpoint of it.")
flags.DEFINE_string("experiment", None, "What it was: the flagfile's name, and what was changed.")
flags.DEFINE_integer("num_videos", 256, "At most so many held-out clips.", lower_bound=1)
flags.DEFINE_integer("start_interval", 16, "Frames between starts of clips of a video.", 1)
flags.DEFINE_integer("seed", 1, "Of what is given and of the latents.", lower_bound=0)
flags.DEFINE_string("output", "experiments/results/baselines.csv", "CSV file that rows go to.")


def main():
    from vgan.data import pipeline
    from vgan.runs import trained
    from vgan.tasks import given

    values = flags.FLAGS
    if None in (values.workdir, values.experiment):
        raise UsageError("--workdir, --experiment: both are needed")
    run = trained.restore(values.workdir, values.checkpoint)
    model, config = run.sampling_model(), run.config
    windows = pipeline.open_windows(config.data, config.clip, config.frame_step, "test")
    numbers, sources = (of[: values.num_videos] for of in windows.apart(values.start_interval))
    seen, labels = zip(*(pipeline.joined(windows, number) for number in numbers), strict=True)
    seen = np.stack(seen)
    pixels, kinds = model.show(seen, values.seed)
    real, asked = given.parted(seen)[0], kinds != given.KNOWN
    about = {"experiment": values.experiment, "task": config.task, "steps": run.step}
    about |= {"seed": config.seed, "n_clips": len(seen), "n_sources": len(set(sources.tolist()))}
    moving = asked & _moving(real)
    made = {"model": lambda: model.complete(pixels, kinds, values.seed, labels=labels)}
    made |= {
        n: functools.partial(way, pixels, kinds)
        for n, way in ways(config.task, pixels, kinds).items()
    }
    found = {
        n: figures(np.where(asked, make(), real), real, asked, moving) for n, make in made.items()
    }
    rows = [
        about | {"method": method} | columns(of, found["model"], sources)
        for method, of in found.items()
    ]
    print(*rows, sep="\n")
    trial.Rows(values.output, ()).add(*rows)


def ways(task, pixels, kinds):
    """What can be done without a network for a --task, by name: functions of pixels and kinds."""
    from vgan.motion import estimators, interpolation
    from vgan.tasks import given

    if (kinds == given.HINT).all():
        as_given = {"as given": lambda pixels, kinds: pixels}
        return as_given | ({"fastNlMeans": _denoised} if task.startswith("denoising") else {})
    known = (kinds == given.KNOWN)[0].all(axis=(1, 2, 3))
    hidden = (kinds == given.HIDDEN)[0].all(axis=(1, 2, 3))
    if not (known | hidden).all():
        return {"cv2.inpaint": _inpainted}
    last = int(np.flatnonzero(known)[-1])
    if last < known.sum():
        flow = functools.partial(_extrapolated, last, estimators.dis())
        return {"last frame": functools.partial(_repeated, last), "flow": flow}
    return {
        "blend": functools.partial(_between, known, interpolation.blend()),
        "flow": functools.partial(_between, known, interpolation.flow()),
        "flow, bicubic": functools.partial(_between, known, interpolation.flow(kind="bicubic")),
        "blocks": functools.partial(_between, known, interpolation.blocks()),
    }


def figures(videos, real, asked, moving):
    """What each clip scores, by the name of the score."""
    from vgan.metrics import motion, paired
    from vgan.motion import estimators

    return {
        "psnr": paired.psnr(videos, real, asked),
        "ssim": paired.ssim(videos, real, asked),
        "psnr_moving": paired.psnr(videos, real, moving),
        "ssim_moving": paired.ssim(videos, real, moving),
        "warp_error": motion.statistics(videos, estimators.farneback())["warp_error"],
    }


def columns(found, of_model, sources):
    """The columns of a row: means and gains of the model, each with the half of its interval."""
    told = dict(found)
    told |= {f"{name}_gain": of_model[name] - found[name] for name in PAIRED}
    row = {}
    for name, values in told.items():
        mean, error = _over_sources(values, sources)
        row |= {name: round(mean, 4), f"{name}_plus_minus": round(2 * error, 4)}
    return row


def _over_sources(values, sources):
    """The mean of clips' values and its standard error, clips of one source going together."""
    kept = np.isfinite(values)
    values, sources = values[kept], sources[kept]
    mean, groups = values.mean(), np.unique(sources)
    sums = np.array([(values[sources == group] - mean).sum() for group in groups])
    few = len(groups) / max(len(groups) - 1, 1)
    return float(mean), float(np.sqrt(few * np.square(sums).sum()) / len(values))


def _moving(real):
    """Where real clips move, bool [N, T, H, W, 1]; the last frame as the one before."""
    from vgan.motion import estimators

    flat = [part.reshape(-1, *real.shape[2:]) for part in (real[:, :-1], real[:, 1:])]
    flow = estimators.farneback()(*flat)
    moves = np.hypot(flow[..., 0], flow[..., 1]) > MOVES
    moves = moves.reshape(len(real), -1, *real.shape[2:4], 1)
    return np.concatenate([moves, moves[:, -1:]], axis=1)


def _repeated(last, pixels, kinds):
    del kinds
    return np.repeat(pixels[:, last : last + 1], pixels.shape[1], axis=1)


def _extrapolated(last, estimate, pixels, kinds):
    from vgan.motion.extrapolation import extrapolate

    made, frames = _repeated(last, pixels, kinds), pixels.shape[1]
    if last:
        times = np.arange(1, frames - last)
        made[:, last + 1 :] = extrapolate(pixels[:, last - 1], pixels[:, last], times, estimate)
    return made


def _between(known, between, pixels, kinds):
    del kinds
    places, made = np.flatnonzero(known), pixels.copy()
    for one, other in zip(places, places[1:], strict=False):
        times = (np.arange(one + 1, other) - one) / (other - one)
        made[:, one + 1 : other] = between(pixels[:, one], pixels[:, other], times)
    made[:, places[-1] + 1 :] = pixels[:, places[-1], None]
    return made


def _denoised(pixels, kinds, frames=5, strength=14):
    # Of 6 to 30 the strength with the highest PSNR on people with noise of 25 grey levels.
    del kinds
    made = np.empty_like(pixels)
    for video, out in zip(pixels, made, strict=True):
        half = frames // 2
        padded = np.pad(video, [(half, half), (0, 0), (0, 0), (0, 0)], "reflect")
        bgr = [np.ascontiguousarray(frame[..., ::-1]) for frame in padded]
        for time in range(len(video)):
            clean = cv2.fastNlMeansDenoisingColoredMulti(
                bgr, time + half, frames, None, strength, strength
            )
            out[time] = clean[..., ::-1]
    return made


def _inpainted(pixels, kinds):
    from vgan.tasks import given

    flat = pixels.reshape(-1, *pixels.shape[2:])
    holes = np.uint8(kinds == given.HIDDEN).reshape(-1, *pixels.shape[2:4])
    made = [cv2.inpaint(f, h, 3, cv2.INPAINT_TELEA) for f, h in zip(flat, holes, strict=True)]
    return np.stack(made).reshape(pixels.shape)


if __name__ == "__main__":
    command.run(main)
