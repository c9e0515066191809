"""The page of a tour: what came out of a folder of videos, and by which commands."""

import functools
import json
import os
from pathlib import Path

import numpy as np

from vgan.data.opening import beside, open_windows
from vgan.reports import evaluation, page
from vgan.runs import trained
from vgan.tasks import given

NUMBER = 6
"""Clips of a kind that are shown."""

GIVEN, MADE = (120, 120, 120), (255, 150, 0)
"""Colours of the frames around what was given, and around what was made."""

HEADLINES = "frechet_random3d", "frechet_random3d_dt", "frechet_motion", "coverage"


def write(path, workdir, evaluated, commands):
    """Writes the page.

    Args:
      path: of the HTML file.
      workdir: of a run with --task=generation + prediction(...).
      evaluated: the folder of its evaluation.
      commands: lines that were run, in their order.
    """
    run = trained.restore(workdir)
    windows = {
        split: open_windows(run.config.data, run.card.clip, run.config.frame_step, split)
        for split in ("train", "test")
    }
    count = f"{len(windows['train'])} clips of your videos, {len(windows['test'])} held out"
    page.write(
        path,
        "Your videos, and what a model made of them",
        page.quiet(f"{run.step} steps on {count}, of {run.card.clip}: a taste, not the best."),
        _real(windows["train"], run.card.fps),
        _completed(run, windows["test"]),
        _made(run),
        _scores(Path(evaluated), Path(path).parent),
        _commands(commands, workdir),
    )


def _spread(windows):
    """Numbers of some windows, from the first to the last."""
    return np.unique(np.linspace(0, len(windows) - 1, NUMBER).astype(int))


def _real(windows, fps):
    clips = [page.clip(windows[int(n)][0], fps, "one of your videos") for n in _spread(windows)]
    return page.section("What it was shown", page.flow(*clips))


def _made(run):
    model = run.sampling_model()
    clips = (
        page.clip(video, run.card.fps, f"seed 0, number {number}")
        for number, video in enumerate(model.sample(NUMBER))
    )
    about = "New ones, of random numbers alone. They take longest to learn: after minutes they are "
    about += "smears of your colours, after an hour things begin to have a shape."
    return page.section("What it makes up", page.quiet(about), page.flow(*clips))


def _completed(run, windows):
    """Held-out clips of which the first frames are given."""
    card = run.card._replace(task=run.card.task.alone("prediction"))
    model = run._replace(card=card).sampling_model()
    numbers, read = _spread(windows), functools.partial(beside, windows)
    real, _, labels = (np.stack(of) for of in zip(*map(read, numbers), strict=True))
    pixels, kinds = model.show(real)
    made = model.complete(pixels, kinds, labels=labels if run.card.labels else None)
    shown = int((kinds[0, :, 0, 0, 0] == given.KNOWN).sum())
    cards = [
        page.element(
            "div",
            page.clip(_framed(real[n], len(real[n])), card.fps, "as it went on"),
            page.clip(_framed(made[n], shown), card.fps, f"after {shown} frames of it"),
            class_="card pair",
        )
        for n in range(len(real))
    ]
    about = "Clips of videos it has never seen. In a gray frame: real; in an orange one: made."
    return page.section("What it expects to come next", page.quiet(about), page.flow(*cards))


def _framed(video, shown):
    """A clip in frames of a pixel, whose colour says which were given."""
    found = np.empty([len(video), video.shape[1] + 2, video.shape[2] + 2, 3], np.uint8)
    found[:shown], found[shown:] = GIVEN, MADE
    found[:, 1:-1, 1:-1] = video
    return found


def _scores(evaluated, beside_page):
    if not (evaluated / "scores.json").exists():
        about = "There are too few clips held out to say. Prepare more, or longer, videos."
        return page.section("How good it is", page.quiet(about))
    found = json.loads((evaluated / "scores.json").read_text())
    scores, protocol = found["scores"], found["protocol"]
    report = os.path.relpath(evaluated / "report.html", beside_page)
    rows = [
        [name, page.number(scores[name]["value"]), page.number(scores[name]["floor"]), said]
        for name in HEADLINES
        if (said := evaluation.meaning(name))
    ]
    about = (
        f"How far clips that it makes up are from {protocol['n_real']} held-out ones of "
        f"{protocol['source_videos']} videos; the floor is what as many other real clips get. From "
        "so few, chance says as much: a score at its floor, or below, proves nothing. What is "
        "what, and what it looks like: "
    )
    link = page.element("a", report, href=report)
    table = page.table(rows, ["score", "value", "floor", "what it is"])
    return page.section("How good it is", page.element("p", about, link), table)


def _commands(commands, workdir):
    further = [f"tensorboard --logdir {workdir}", f"python -m vgan.play --workdir={workdir}"]
    listed = [
        page.element("pre", page.element("code", "\n".join(lines)), class_="wide")
        for lines in (commands, further)
    ]
    return page.section(
        "By which commands",
        listed[0],
        page.quiet(
            "The same training line goes on where it was stopped: an hour makes more of "
            "it than five minutes. Watch it, and play with it:"
        ),
        listed[1],
    )
