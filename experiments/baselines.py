"""A model that completes what is given, compared with methods without a network, on held-out clips.

  python experiments/baselines.py --workdir=runs/prediction --experiment=prediction

PSNR and SSIM are of the pixels that weren't given, and again of those of them that move by more
than half a pixel a frame in the real clip (Farneback). The warp error is that of the whole clip, in
grey levels. Each has its interval of two standard errors over source videos. The gain is how much
more the model has than a row's method, clip by clip, so its interval doesn't depend on some clips
being harder than others.
"""

import functools
import itertools

import cv2
import held_out
import numpy as np
import trial
from absl import flags

from vgan.core import command

PAIRED = ("psnr", "ssim", "psnr_moving", "ssim_moving")
MOVES = 0.5
"""A pixel moves if its flow is longer than this, in pixels a frame."""

held_out.define_flags()
flags.DEFINE_integer("num_videos", 256, "The most held-out clips.", lower_bound=1)
flags.DEFINE_integer("start_interval", 16, "Frames between starts of clips of a video.", 1)
flags.DEFINE_string("task", None, "Which of its tasks, of a model trained on several.")
flags.DEFINE_integer("seed", 1, "Of what is given and of the latents.", lower_bound=0)
flags.DEFINE_string("output", "experiments/results/baselines.csv", "CSV file that rows go to.")


def main():
    from vgan.tasks import given

    values = flags.FLAGS
    run = held_out.restored()
    task = run.card.task.alone(values.task)
    model = run._replace(card=run.card._replace(task=task)).sampling_model()
    windows = held_out.windows(run)
    numbers, sources = (of[: values.num_videos] for of in windows.apart(values.start_interval))
    real, beside, labels = held_out.clips(windows, numbers)
    pixels, kinds = model.show(real, values.seed, source=beside)
    asked = kinds != given.KNOWN
    about = {"experiment": values.experiment, "task": task.text, "steps": run.step}
    about |= {"seed": run.config.seed, "n_clips": len(real), "n_sources": len(np.unique(sources))}
    moving = asked & _moving(real)
    made = {"model": model.complete(pixels, kinds, values.seed, labels=labels)}
    made |= {name: method(pixels) for name, method in methods(task, kinds).items()}
    whole = {method: np.where(asked, of, real) for method, of in made.items()}
    found = {method: figures(of, real, asked, moving) for method, of in whole.items()}
    of_model, rows = found["model"], []
    for method, of in found.items():
        rows.append(about | {"method": method} | columns(of, of_model, sources))
    print(*rows, sep="\n")
    trial.Rows(values.output).add(*rows)


def methods(task, kinds):
    """What can be done without a network for a Task, by name: functions of given pixels."""
    from vgan.motion import estimators, interpolation
    from vgan.tasks import given, ways

    frames = kinds.shape[1]
    match way := task.way(frames):
        case ways.Restored():
            as_given = {"as given": lambda pixels: pixels}
            noisy = task.text.startswith("denoising")
            return as_given | ({"fastNlMeans": _denoised} if noisy else {})
        case ways.Inpainted():
            return {"cv2.inpaint": functools.partial(_inpainted, kinds == given.HIDDEN)}
        case ways.Continued(known):
            flow = functools.partial(_extrapolated, known - 1, estimators.dis())
            return {"last frame": functools.partial(_repeated, known - 1), "flow": flow}
        case ways.Raised() | ways.Between():
            known = range(0, frames, way.rate) if isinstance(way, ways.Raised) else way.positions
            between = {
                "blend": interpolation.blend(),
                "flow": interpolation.flow(),
                "flow, bicubic": interpolation.flow(kind="bicubic"),
                "blocks": interpolation.blocks(),
            }
            return {n: functools.partial(_between, known, of) for n, of in between.items()}
    return {}


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
    gains = {f"{name}_gain": of_model[name] - found[name] for name in PAIRED}
    row = {}
    for name, values in (found | gains).items():
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


def _repeated(last, pixels):
    return np.repeat(pixels[:, last : last + 1], pixels.shape[1], axis=1)


def _extrapolated(last, estimate, pixels):
    from vgan.motion.extrapolation import extrapolate

    made, frames = _repeated(last, pixels), pixels.shape[1]
    if last:
        times = np.arange(1, frames - last)
        made[:, last + 1 :] = extrapolate(pixels[:, last - 1], pixels[:, last], times, estimate)
    return made


def _between(known, between, pixels):
    made = pixels.copy()
    for one, other in itertools.pairwise(known):
        times = (np.arange(one + 1, other) - one) / (other - one)
        made[:, one + 1 : other] = between(pixels[:, one], pixels[:, other], times)
    made[:, known[-1] + 1 :] = pixels[:, known[-1], None]
    return made


def _denoised(pixels):
    from vgan.treatments import denoise

    # Of 6 to 30 the strength with the highest PSNR on people with noise of 25 grey levels.
    treat = denoise.treatment(strength=14, frames=5)
    return np.stack([np.stack(list(treat(video, None)[0])) for video in pixels])


def _inpainted(hidden, pixels):
    flat = pixels.reshape(-1, *pixels.shape[2:])
    holes = np.uint8(hidden).reshape(-1, *pixels.shape[2:4])
    made = [cv2.inpaint(f, h, 3, cv2.INPAINT_TELEA) for f, h in zip(flat, holes, strict=True)]
    return np.stack(made).reshape(pixels.shape)


if __name__ == "__main__":
    command.run(main)
