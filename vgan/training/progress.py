"""What a run has been doing lately, how fast, and how long it will take."""

import contextlib
import sys
import time

import keras

_LONG = 5
"""Seconds after which it is said how long something took."""


@contextlib.contextmanager
def announced(what):
    """Says on stdout what is being done, and how long it took if that was some seconds."""
    start = time.perf_counter()
    print(f"{what} ...", flush=True)
    yield
    if (seconds := time.perf_counter() - start) > _LONG:
        print(f"{what}: {seconds:.0f} s", flush=True)


class Meter:
    """Averages what steps report, and shows progress with the time left.

    Args:
      start, steps: done, and to be done, counted from the run's first.
      batch_size: clips a step.
      players: names of those whose terms are shown.
    """

    def __init__(self, start, steps, batch_size, players):
        self._steps, self._batch_size, self._players = steps, batch_size, tuple(players)
        self._sums, self._counts = {}, {}
        self._since, self._since_step = time.perf_counter(), start
        self._spent = {"input": 0.0, "health": 0.0, "samples": 0.0}
        self._bar = None
        if sys.stdout.isatty():
            self._bar = keras.utils.Progbar(steps, unit_name="step")

    @contextlib.contextmanager
    def timing(self, cost):
        """A context whose time counts as that of "input", "health" or "samples"."""
        start = time.perf_counter()
        yield
        self._spent[cost] += time.perf_counter() - start

    def add(self, report):
        """Takes in the report of one step, {path: float}."""
        for path, value in report.items():
            self._sums[path] = self._sums.get(path, 0.0) + value
            self._counts[path] = self._counts.get(path, 0) + 1

    def read(self, step, flow_seconds):
        """The means since the last reading, with speed and costs; prints the progress.

        Args:
          step: steps done.
          flow_seconds: seconds that estimates of flow have taken since the last reading.
        Returns:
          {path: float}; the costs are shares of the time, in [0, 1].
        """
        now = time.perf_counter()
        seconds, steps = now - self._since, step - self._since_step
        means = {path: total / self._counts[path] for path, total in self._sums.items()}
        speed = steps * self._batch_size / seconds
        means["speed", "clips_per_second"] = speed
        for cost, spent in self._spent.items():
            means["cost", cost] = spent / seconds
            self._spent[cost] = 0.0
        means["cost", "flow"] = flow_seconds / seconds
        self._show(step, means, speed, seconds / steps * (self._steps - step))
        self._sums, self._counts = {}, {}
        self._since, self._since_step = now, step
        return means

    def _show(self, step, means, speed, left):
        totals = {
            player: sum(of for path, of in means.items() if path[:2] == ("terms", player))
            for player in self._players
        }
        if self._bar is not None:
            self._bar.update(step, [*totals.items(), ("clips/s", speed)], finalize=False)
            return
        terms = "  ".join(f"{player} {value:.3f}" for player, value in totals.items())
        print(line(step, self._steps, f"{terms}  {speed:.1f} clips/s", left), flush=True)


def line(step, steps, text, left):
    """A line of how far something is, what is to be said of it, and how many seconds are left."""
    minutes, seconds = divmod(int(left), 60)
    return f"step {step}/{steps} {step / steps:4.0%}  {text}  {minutes}:{seconds:02d} left"
