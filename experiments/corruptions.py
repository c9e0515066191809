"""Shows that the scores see what can be wrong with a video: real clips, spoilt at three strengths.

  python experiments/corruptions.py --output=experiments/results/corruptions.csv

Clips of the train split are spoilt and scored against those of the test split. A score's floor is
what they get unspoilt (as many of them as the test split has), so a ratio of 1 is no harm. For
shares such as coverage, what they lack of 1 is taken. A row `holds` where the three ratios rise and
the last is 3 or more. Fréchet distances are the plain ones.
"""

from pathlib import Path

import cv2
import numpy as np
import trial
from absl import flags

from vgan.core import command
from vgan.core.clip import ClipSpec
from vgan.core.errors import StorageError, UsageError

flags.DEFINE_string("data", "shapes(textured=True, num_videos=4096)", "Data, as for training.")
flags.DEFINE_integer("size", 32, "Height and width of the clips.", lower_bound=8)
flags.DEFINE_integer("frame_step", 1, "Take every frame_step-th frame of a video.", lower_bound=1)
flags.DEFINE_integer("start_interval", 16, "Frames between starts of clips.", lower_bound=1)
flags.DEFINE_integer("num_videos", 512, "The most clips of each split.", lower_bound=16)
flags.DEFINE_integer("seed", 0, "Of all choices.", lower_bound=0)
flags.DEFINE_string("output", None, "CSV file to which rows are added.")

FRAMES = 16
SHARES = ("precision", "recall", "coverage")


def swap_frames(videos, swaps, random):
    """Exchanges two neighbouring frames, `swaps` times in each clip."""
    videos = videos.copy()
    for video in videos:
        for first in random.integers(FRAMES - 1, size=swaps):
            video[[first, first + 1]] = video[[first + 1, first]]
    return videos


def jitter(videos, reach, random):
    """Moves each frame by up to `reach` pixels along each axis."""
    height, width = videos.shape[2:4]
    edge = (reach, reach)
    padded = np.pad(videos, ((0, 0), (0, 0), edge, edge, (0, 0)), mode="edge")
    moved = np.empty_like(videos)
    for clip, frame in np.ndindex(videos.shape[:2]):
        top, left = random.integers(0, 2 * reach + 1, 2)
        moved[clip, frame] = padded[clip, frame, top : top + height, left : left + width]
    return moved


def average(videos, frames, random):
    """Replaces each frame by the mean of the `frames` frames around it."""
    half = (frames // 2, frames // 2)
    padded = np.pad(videos.astype(float), ((0, 0), half, (0, 0), (0, 0), (0, 0)), mode="edge")
    return _pixels(sum(padded[:, n : n + FRAMES] for n in range(frames)) / frames)


def noise(videos, deviation, random):
    """Adds normal noise; `deviation` is in grey levels."""
    return _pixels(videos + random.normal(0, deviation, videos.shape))


def flicker(videos, deviation, random):
    """Makes each frame lighter or darker; `deviation` is in grey levels."""
    return _pixels(videos + random.normal(0, deviation, (*videos.shape[:2], 1, 1, 1)))


def blur(videos, deviation, random):
    """Blurs each frame with a Gaussian of `deviation` pixels."""
    return np.array([[cv2.GaussianBlur(f, (0, 0), deviation) for f in v] for v in videos])


def memorise(videos, part, random):
    """Shows only the first one in `part` of the clips, over and over."""
    return videos[np.arange(len(videos)) % max(1, len(videos) // part)]


def freeze(videos, share, random):
    """Stops each clip for the last `share` of its frames."""
    last = max(FRAMES - round(FRAMES * share), 1) - 1
    return videos[:, np.minimum(np.arange(FRAMES), last)]


def dissolve(videos, frames, random):
    """Fades each clip to another one, within `frames` frames in its middle."""
    weight = np.clip((np.arange(FRAMES) - FRAMES / 2 + frames / 2 + 0.5) / frames, 0, 1)
    weight = weight[:, None, None, None]
    return _pixels(videos * (1 - weight) + np.roll(videos, 1, axis=0) * weight)


def slow(videos, speed, random):
    """Plays each clip from its start at `speed` times its speed, and blends frames in between."""
    moment = np.arange(FRAMES) * speed
    frame = moment.astype(int)
    weight = (moment - frame)[:, None, None, None]
    return _pixels(videos[:, frame] * (1 - weight) + videos[:, frame + 1] * weight)


CORRUPTIONS = (
    (swap_frames, (1, 2, 4)),
    (jitter, (1, 2, 3)),
    (average, (3, 5, 7)),
    (noise, (4, 8, 16)),
    (flicker, (4, 8, 16)),
    (blur, (0.5, 0.8, 1.2)),
    (memorise, (2, 5, 20)),
    (freeze, (0.25, 0.5, 1.0)),
    (dissolve, (4, 8, 16)),
    (slow, (0.8, 0.65, 0.5)),
)
"""Functions of videos uint8 [N, FRAMES, H, W, 3], a strength and a generator; and strengths."""


def main():
    values = flags.FLAGS
    if values.output is None:
        raise UsageError("--output: not given. Name a CSV file")
    if not Path(values.output).parent.is_dir():
        raise StorageError(f"output {values.output!r}: no such folder. Make it first")
    from vgan.evaluation import scored

    clip = ClipSpec(FRAMES, values.size, values.size)
    chosen = values.num_videos, values.seed, values.start_interval
    evaluator = scored.opened(values.data, clip, values.frame_step, *chosen)
    videos = evaluator.sets["train"].take(np.s_[:])
    about = {"data": Path(values.data).name, "clip": str(clip)}
    about |= {"videos": len(videos), "seed": values.seed}
    for corrupt, strengths in CORRUPTIONS:
        figures = []
        for strength in strengths:
            random = np.random.default_rng(values.seed)
            figures.append(_figures(evaluator.score(corrupt(videos, strength, random))))
        rows = list(_rows(corrupt.__name__, strengths, figures))
        best = max(rows, key=lambda row: (row["holds"], row["ratio_3"]))
        print(f"{corrupt.__name__:12} {best['score']:24} {best['ratio_3']:>8}", flush=True)
        trial.Rows(values.output).add(*[about | row for row in rows])


def _figures(result):
    """{score: (value, floor)}, all the better the lower."""
    found = {
        name: (figure["value"], figure["floor"])
        for name, figure in result.scores.items()
        if name.startswith("frechet_") and not name.endswith("_extrapolated")
    }
    for name in SHARES:
        figure = result.scores[name]
        found[f"1 - {name}"] = (1 - figure["value"], 1 - figure["floor"])
    for name, figure in result.statistics.items():
        if "distance" in figure:
            found[f"distance of {name}"] = (figure["distance"], figure["distance_floor"])
    return found


def _rows(name, strengths, figures):
    for score, (_, floor) in figures[0].items():
        if floor <= 0:
            continue  # There is no ratio to 0.
        ratios = [found[score][0] / floor for found in figures]
        holds = 1 < ratios[0] < ratios[1] < ratios[2] and ratios[2] >= 3
        row = {"corruption": name, "score": score, "floor": f"{floor:.4g}"}
        for number, (strength, ratio) in enumerate(zip(strengths, ratios, strict=True), 1):
            row |= {f"strength_{number}": strength, f"ratio_{number}": float(f"{ratio:.3g}")}
        yield row | {"holds": int(holds)}


def _pixels(values):
    return np.clip(np.round(values), 0, 255).astype(np.uint8)


if __name__ == "__main__":
    command.run(main)
