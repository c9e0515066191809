"""Is the flow that a generator knows right? It is put beside exact flow, and beside an estimate.

  python experiments/own_flow.py --workdir=runs/interpolation --experiment="layered, interpolation"

Of a run of a task on embedded data: held-out clips are completed from what the task shows of them,
and the generator's flow is compared with the drawn clips' exact flow. Of any run: the flow that it
knows of what it made is compared with what DIS finds in the frames. Errors are mean lengths of the
difference in pixels a frame, over pixels that move (half a pixel a frame or more), are seen in the
next frame, and aren't given in both. Beside them stands what no flow at all, or DIS, would give;
and the share of pixels that move by the generator's flow, and by DIS's.
"""

import held_out
import numpy as np
import trial
from absl import flags

from vgan.core import command
from vgan.core.errors import UsageError
from vgan.motion import estimators, occlusion
from vgan.tasks.given import KNOWN

MOVES = 0.5

held_out.define_flags()
flags.DEFINE_integer("num_videos", 128, "Clips of each kind.", lower_bound=1)
flags.DEFINE_integer("seed", 0, "Of the made clips.", lower_bound=0)
flags.DEFINE_string("output", "experiments/results/own_flow.csv", "CSV file that rows go to.")


def main():
    values = flags.FLAGS
    run = held_out.restored()
    model, windows = run.sampling_model(), held_out.windows(run)
    if model.task.shows and not hasattr(windows, "motion"):
        raise UsageError(
            f"--workdir={values.workdir}: its data know no exact flow. Train on shapes()"
        )
    numbers = range(min(values.num_videos, len(windows)))
    row = {"experiment": values.experiment, "steps": run.step, "seed": run.config.seed}
    row |= {"task": model.task.text, "clips": len(numbers)}
    if model.task.shows:
        real, source, labels = held_out.clips(windows, numbers)
        shown = model.show(real, values.seed, source=source)
        made = model.complete(*shown, values.seed, labels=labels, with_motion=True)
        exact, visible = map(np.stack, zip(*map(windows.motion, numbers), strict=True))
        known = shown[1][..., 0] == KNOWN
        visible &= ~(known[:, :-1] & known[:, 1:])
        row |= beside_exact(made.flow, real, exact, visible)
    else:
        made = model.sample(len(numbers), values.seed, with_motion=True)
        row |= dict.fromkeys(("error", "error_dis", "error_none"), "")
    row |= beside_estimate(made)
    print(row)
    trial.Rows(values.output).add(row)


def beside_exact(flow, real, exact, visible):
    """Errors of a flow [N, T-1, H, W, 2], of DIS's on real clips, and of none."""
    where = visible & (_length(exact) >= MOVES)
    estimated, _ = estimate(real)
    return {
        "error": error(flow, exact, where),
        "error_dis": error(estimated, exact, where),
        "error_none": error(0 * exact, exact, where),
    }


def beside_estimate(made):
    """How far DIS, and no flow at all, are from a generator's flow of what it made."""
    estimated, visible = estimate(made.videos)
    moves, seen_to_move = (_length(of) >= MOVES for of in (made.flow, estimated))
    where = visible & moves
    return {
        "made_moving_share": round(float(moves.mean()), 4),
        "made_moving_share_dis": round(float(seen_to_move.mean()), 4),
        "made_error_dis": error(estimated, made.flow, where),
        "made_error_none": error(0 * estimated, made.flow, where),
    }


def estimate(videos):
    """DIS's flow of uint8 clips, and where it can be followed."""
    flow_of = estimators.dis()
    first, second = (of.reshape(-1, *of.shape[2:]) for of in (videos[:, :-1], videos[:, 1:]))
    forward = flow_of(first, second)
    visible = occlusion.visible(forward, flow_of(second, first))
    pairs = videos.shape[0], videos.shape[1] - 1, *videos.shape[2:4]
    return forward.reshape(*pairs, 2), visible.reshape(pairs)


def error(flow, other, where):
    """The mean length of a difference of flows where it counts; "" where nothing does."""
    if not where.any():
        return ""
    return round(float(_length(flow - other)[where].mean()), 4)


def _length(flow):
    return np.hypot(flow[..., 0], flow[..., 1])


if __name__ == "__main__":
    command.run(main)
