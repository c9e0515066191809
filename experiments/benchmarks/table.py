"""The lines of a benchmark: printed as they come, and kept in a CSV file."""

import contextlib
import csv
import datetime
import importlib.metadata
import os
import platform
import statistics
from pathlib import Path


class Table:
    """Prints the lines as they come, and adds them to a CSV file.

    Args:
      setting: what is the same in all lines, in words.
      packages: names of those whose versions matter; one that isn't installed is left out.
      path: of the file; empty for none.
    """

    def __init__(self, setting, packages, path):
        self._path = path
        versions = []
        for name in packages:
            with contextlib.suppress(importlib.metadata.PackageNotFoundError):
                versions.append(f"{name} {importlib.metadata.version(name)}")
        self._about = {
            "date": datetime.date.today().isoformat(),
            "machine": ", ".join([_processor(), f"{os.cpu_count()} threads", *versions]),
            "setting": setting,
        }
        print(*self._about.values(), sep="; ", flush=True)

    def line(self, measure, unit, values):
        """One line: the median of the values, and their quartiles."""
        low, median, high = statistics.quantiles(values, n=4, method="inclusive")
        print(f"{measure:40} {median:9.4g} {unit:9} ({low:.4g} to {high:.4g})", flush=True)
        if self._path:
            row = self._about | {"measure": measure, "unit": unit, "units": len(values)}
            numbers = {"median": median, "low": low, "high": high}
            row |= {name: f"{number:.4g}" for name, number in numbers.items()}
            with open(self._path, "a", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, row)
                if not file.tell():
                    writer.writeheader()
                writer.writerow(row)


def _processor():
    about = Path("/proc/cpuinfo")
    lines = about.read_text().splitlines() if about.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
