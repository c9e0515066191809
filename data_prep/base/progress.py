"""How far a command has come: a bar on a terminal, a line now and then elsewhere."""

import sys
import time

from tqdm import tqdm

from vgan.core.escaping import plain

_SECONDS = 10


class Progress:
    """Says on stderr how much of a whole is done.

    Args:
      total: how much it is, or None.
      unit: what is counted, as "file".
    """

    def __init__(self, total, unit):
        self._total, self._unit, self._said = total, unit, time.monotonic()
        self._bar = tqdm(total=total, unit=unit) if sys.stderr.isatty() else None

    def __call__(self, done):
        """Says how much is done, if it is time to."""
        if self._bar is not None:
            self._bar.update(done - self._bar.n)
        elif time.monotonic() - self._said > _SECONDS:
            print(f"{done}/{self._total or '?'} {self._unit}s", file=sys.stderr, flush=True)
            self._said = time.monotonic()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._bar is not None:
            self._bar.close()


def counted(items, total, unit):
    """The same items, as they are asked for, with their number on stderr.

    Args:
      items: any iterable.
      total, unit: as of `Progress`.
    """
    with Progress(total, unit) as progress:
        for number, item in enumerate(items, 1):
            yield item
            progress(number)


def warn(text):
    """One line on stderr."""
    print(f"vgan: warning: {plain(text)}", file=sys.stderr, flush=True)
