"""Runs side by side: a table for the terminal, and a page with curves and samples."""

import shlex
from typing import NamedTuple

from vgan.reports import page, plots

_OF_THE_RUN = ("generated", "data", "versions")
_OF_THE_SCORE = (
    "value",
    "interval",
    "floor",
    "over_floor",
    "standard_error_of_fit",
    "class_shares",
)
_BEST = "best beyond doubt: its interval lies apart from the second best's"


class Cell(NamedTuple):
    """A figure in a table, and whether it is the best of its row beyond doubt."""

    text: str
    best: bool = False


def notes(runs):
    """What a reader must know first: which protocols differ, which runs have no evaluation."""
    unlike = _unlike_protocols(runs)
    for name, entries in _rows(runs, "scores"):
        fields = [field for field in _unlike(entries, _OF_THE_SCORE) if field not in unlike]
        unlike += [f"{name} ({', '.join(fields)})"] if fields else []
    found = [
        f"{run.name}: no evaluation. Make one: "
        f"python -m vgan.evaluate --workdir={shlex.quote(run.name)}"
        for run in runs
        if not run.evaluation
    ]
    if unlike:
        found.append(
            f"protocols differ in {', '.join(unlike)}: these scores can't be compared. "
            "Evaluate the runs again with the same flags"
        )
    return found


def table(runs):
    """Scores and statistics as rows, runs as columns.

    Args:
      runs: list of runs.Run.
    Returns:
      a list of text, the header; and a list of rows: the name, a Cell for each run, and last the
      figure of real clips.
    """
    steps = [Cell(f"step {run.step}" if run.evaluation else "no evaluation") for run in runs]
    rows = [["", *steps, ""]]
    alike = not _unlike_protocols(runs)
    for name, entries in _rows(runs, "scores"):
        better = _first(entries)["better"]
        comparable = alike and not _unlike(entries, _OF_THE_SCORE)
        best = _best(_figures(entries, "value", "interval"), better) if comparable else None
        cells = _cells(_figures(entries, "value", "interval"), best)
        rows.append([f"{name}, {better} is better", *cells, _of_real(entries, "floor")])
    for name, entries in _rows(runs, "statistics"):
        nearness = _figures(entries, "distance", "distance_interval")
        best = _best(nearness, "lower") if alike else None
        cells = _cells(_figures(entries, "generated", "interval"), best)
        rows.append([f"{name}, {_first(entries)['unit']}", *cells, _of_real(entries, "real")])
    return ["", *(run.name for run in runs), "real clips"], rows


def as_text(header, rows):
    """The table for a terminal."""
    lines = [header, *([name, *map(_starred, cells), real] for name, *cells, real in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
    return "\n".join([*text, f"* {_BEST}"])


def write(path, runs, drawn, seed):
    """Writes the page.

    Args:
      path: the HTML file, replaced if it exists.
      runs: list of runs.Run.
      drawn: for each run its videos uint8 [N, T, H, W, 3] and their frames a second.
      seed: of the videos.
    """
    header, rows = table(runs)
    cells = [
        [name, *(page.element("b", _starred(c)) if c.best else c.text for c in figures), real]
        for name, *figures, real in rows
    ]
    page.write(
        path,
        "Runs side by side",
        *(page.element("p", note, class_="warning") for note in notes(runs)),
        _samples(runs, drawn, seed),
        page.section("Scores", page.quiet(f"* {_BEST}."), page.table(cells, header)),
        _curves(runs),
    )


def _samples(runs, drawn, seed):
    rows = [
        [run.name, *(page.clip(v, fps, f"video {n}") for n, v in enumerate(videos))]
        for run, (videos, fps) in zip(runs, drawn, strict=True)
    ]
    return page.section(f"Videos of seed {seed}, newest checkpoints", page.table(rows))


def _curves(runs):
    tags = dict.fromkeys(tag for run in runs for tag in run.curves)
    drawn = [plots.curves(tag, [run.curves.get(tag) for run in runs]) for tag in tags]
    return page.section("Curves", plots.legend([run.name for run in runs]), page.flow(*drawn))


def _rows(runs, kind):
    """Each name of "scores" or "statistics", with the entry of each run or an empty one."""
    found = [run.evaluation[kind] if run.evaluation else {} for run in runs]
    names = dict.fromkeys(name for entries in found for name in entries)
    return [(name, [entries.get(name, {}) for entries in found]) for name in names]


def _unlike_protocols(runs):
    return _unlike([(run.evaluation or {}).get("protocol", {}) for run in runs], _OF_THE_RUN)


def _unlike(entries, passed_over):
    """Names of what isn't the same in all entries; empty entries don't count."""
    entries = [entry for entry in entries if entry]
    names = dict.fromkeys(name for entry in entries for name in entry)
    return [
        name
        for name in names
        if name not in passed_over and any(e.get(name) != entries[0].get(name) for e in entries)
    ]


def _figures(entries, value, interval):
    """(value, interval) of each entry; both are None where it has no such figure."""
    return [(entry.get(value), entry.get(interval)) for entry in entries]


def _best(figures, better):
    """The position of the best figure if its interval lies apart from the second best's."""
    sign = 1 if better == "lower" else -1
    ranked = sorted((sign * v, n) for n, (v, _) in enumerate(figures) if v is not None)
    intervals = [figures[position][1] for _, position in ranked[:2]]
    if len(intervals) < 2 or None in intervals:
        return None
    first, second = (sorted(sign * bound for bound in interval) for interval in intervals)
    return ranked[0][1] if first[1] < second[0] else None


def _cells(figures, best):
    return [
        Cell(page.number(v) + (f" [{page.interval(i)}]" if i else ""), position == best)
        for position, (v, i) in enumerate(figures)
    ]


def _of_real(entries, name):
    """What real clips get, only once if it is the same for all runs."""
    return " or ".join(dict.fromkeys(page.number(e.get(name)) for e in entries if e))


def _first(entries):
    return next(entry for entry in entries if entry)


def _starred(cell):
    return f"{cell.text} *" if cell.best else cell.text
