"""What a run has been doing lately, how fast, and how long it will take."""

import contextlib
import sys
import time

import keras


class Meter:
    """Averages what steps report, and shows progress with the time left."""

    def __init__(self, start, steps, batch_size):
        self._steps, self._batch_size = steps, batch_size
        self._sums, self._counts = {}, {}
        self._since, self._since_step = time.perf_counter(), start
        self._spent = {"input": 0.0, "health": 0.0, "samples": 0.0}
        self._host_before = 0.0
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
        """Takes in the report of one step."""
        for name, value in report.items():
            self._sums[name] = self._sums.get(name, 0.0) + value
            self._counts[name] = self._counts.get(name, 0) + 1

    def read(self, step, host_seconds):
        """The means since the last reading, with speed and costs; prints the progress.

        Args:
          step: steps done.
          host_seconds: seconds that flow has taken on the host since the start.
        Returns:
          dict of float by name; the costs are shares of the time, in [0, 1].
        """
        now = time.perf_counter()
        seconds, steps = now - self._since, step - self._since_step
        means = {name: total / self._counts[name] for name, total in self._sums.items()}
        means["speed/clips_per_second"] = steps * self._batch_size / seconds
        for cost, spent in self._spent.items():
            means[f"cost/{cost}"] = spent / seconds
            self._spent[cost] = 0.0
        means["cost/flow"] = (host_seconds - self._host_before) / seconds
        self._show(step, means, seconds / steps * (self._steps - step))
        self._sums, self._counts = {}, {}
        self._since, self._since_step, self._host_before = now, step, host_seconds
        return means

    def _show(self, step, means, left):
        totals = {player: 0.0 for player in ("generator", "discriminator")}
        for name, value in means.items():
            kind, _, rest = name.partition("/")
            if kind == "terms":
                totals[rest.partition("/")[0]] += value
        speed = means["speed/clips_per_second"]
        if self._bar is not None:
            self._bar.update(step, [*totals.items(), ("clips/s", speed)], finalize=False)
            return
        minutes, seconds = divmod(int(left), 60)
        terms = "  ".join(f"{player} {value:.3f}" for player, value in totals.items())
        share = step / self._steps
        print(
            f"step {step}/{self._steps} {share:4.0%}  {terms}  {speed:.1f} clips/s  "
            f"{minutes}:{seconds:02d} left",
            flush=True,
        )
