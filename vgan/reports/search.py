"""What came of a search: a table, a flagfile of the winner, and a page."""

import csv
import dataclasses
import io

from vgan.core.files import replace_text
from vgan.reports import page, plots

_OF_RUN = "score", "spent", "reason"


def write(search, finals, told):
    """Writes trials.csv, winner.flags and search.html to the search's folder, and says the winner.

    Args:
      search: searching.study.Search, of which all trials are done.
      finals: list of searching.finals.Final, the best first.
      told: flags by value -> their text.
    """
    rows = [_row(trial) for trial in search.trials]
    _write_table(search.folder / "trials.csv", rows)
    summary = [_final(final, told, search.config.best_score) for final in finals]
    print(*summary, sep="\n")
    flagfile, written = search.folder / "winner.flags", "trials.csv"
    flagfile.unlink(missing_ok=True)
    if finals and finals[0].mean is not None:
        written += " and winner.flags"
        winner = dataclasses.replace(search.config, **finals[0].params)
        head = f"# What: the best of a search of {len(rows)} trials.\n# Gives: {summary[0]}.\n"
        replace_text(flagfile, head + winner.as_flags())
        if finals[0].number == 0:
            print("no trial was better than the flags as they were")
    path = search.folder / "search.html"
    page.write(path, f"Search in {search.folder}", *_parts(search, rows, summary, told))
    print(f"wrote {path}, {written} beside it", flush=True)


def _row(trial):
    """A trial by column; its state is complete, pruned or fail."""
    about = {"trial": trial.number, "state": trial.state.name.lower()}
    about |= {name: trial.user_attrs.get(name) for name in _OF_RUN}
    return about | trial.params


def _write_table(path, rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    writer.writerows(rows)
    replace_text(path, text.getvalue())


def _final(final, told, name):
    scores = ", ".join("failed" if of is None else f"{of:.4g}" for of in final.scores)
    mean = "no mean" if final.mean is None else f"mean {final.mean:.4g}"
    return f"trial {final.number}: {name} {mean} of seeds ({scores}): {told(final.params)}"


def _parts(search, rows, summary, told):
    yield page.section(
        "On more seeds", *(page.element("p", text) for text in summary or ["No trial has a score."])
    )
    if importance := search.importance():
        shares = [[flag, f"{share:.0%}"] for flag, share in importance.items()]
        about = "How much of what tells the better half of trials from all each flag explains."
        yield page.section("What matters", page.quiet(about), page.table(shares))
    name, slices = search.config.best_score, {}
    for trial in search.trials:
        score = trial.user_attrs.get("score")
        for flag, value in trial.params.items() if score is not None else ():
            slices.setdefault(flag, []).append((value, score))
    drawn = [plots.points(flag, name, pairs) for flag, pairs in slices.items()]
    yield page.section("Slices", page.flow(*drawn))
    cells = [
        [row["trial"], row["state"], page.number(row["score"]), page.number(row["spent"])]
        + [told(trial.params), row["reason"] or ""]
        for row, trial in zip(rows, search.trials, strict=True)
    ]
    header = ["trial", "state", name, "processor seconds", "flags", "why it failed"]
    yield page.section("Trials", page.table(cells, header))
