"""Draws results/families.csv: python experiments/families_page.py --output=families.html

For each data and cost a table of the families and bars of their distances, in floors: the mean over
seeds, with the half of an interval of about 95 % of one run.
"""

import csv
import itertools
from pathlib import Path

import numpy as np
from absl import flags

from vgan.core import command
from vgan.core.errors import DataError

flags.DEFINE_string("rows", "experiments/results/families.csv", "CSV file of families.py.")
command.define_output("out.html.")

DISTANCES = ("frechet_random3d", "frechet_random3d_dt", "frechet_motion")


def main():
    values = flags.FLAGS
    output = command.output_file((".html",))
    from vgan.reports import page

    try:
        with Path(values.rows).open(newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise DataError(f"rows {values.rows!r}: {error}. Make them by families.py") from None
    by_data = itertools.groupby(sorted(rows, key=_setting), key=_setting)
    sections = [_section(page, *of) for of in by_data]
    page.write(output, "Families of models at equal processor time", *sections)
    print(f"wrote {output}")


def _setting(row):
    return row["data"], int(row["cpu_seconds"]), row["flags"]


def _section(page, setting, rows):
    from vgan.reports import plots

    data, seconds, more = setting
    by_family = {}
    for row in rows:
        by_family.setdefault(row["experiment"], []).append(row)
    figures = {name: _means(of) for name, of in by_family.items()}
    header = ["", *DISTANCES, "coverage", "PSNR, dB", "seconds a clip", "MB", "steps", "seeds"]
    table = page.table([[name, *of["cells"]] for name, of in figures.items()], header)
    drawn = [
        plots.bars(of, "floors", {name: found[of] for name, found in figures.items()})
        for of in DISTANCES
    ]
    about = f"{seconds} s of one core each{f', {more}' if more else ''}; 1 floor is real"
    return page.section(data, page.quiet(about), table, page.flow(*drawn))


def _means(rows):
    """The means over seeds of what a family's rows say: pairs by distance, and cells of text."""

    def mean(name):
        found = [float(row[name]) for row in rows if row[name]]
        return np.mean(found) if found else None

    found = {}
    for name in DISTANCES:
        floor = mean(f"{name}_test_floor")
        found[name] = mean(f"{name}_test") / floor, mean(f"{name}_half_interval") / floor
    numbers = [mean(name) for name in ("coverage_test", "psnr", "seconds_a_clip", "megabytes")]
    cells = [f"{value:.3g} ± {half:.2g}" for value, half in found.values()]
    cells += ["–" if number is None else f"{number:.3g}" for number in numbers]
    return found | {"cells": [*cells, f"{mean('steps'):.0f}", len(rows)]}


if __name__ == "__main__":
    command.run(main)
