"""How far a command has come: a bar on a terminal, a line now and then elsewhere."""

import sys
import time

from tqdm import tqdm

_SECONDS = 10


class Progress:
    """Tells on stderr how much of a whole is done.

    Args:
      total: how much it is, or None.
      unit: what is counted, as "file".
    """

    def __init__(self, total, unit):
        self._total, self._unit, self._told = total, unit, time.monotonic()
        self._bar = tqdm(total=total, unit=unit) if sys.stderr.isatty() else None

    def __call__(self, done):
        """Takes note that so much is done."""
        if self._bar is not None:
            self._bar.update(done - self._bar.n)
        elif time.monotonic() - self._told > _SECONDS:
            print(f"{done}/{self._total or '?'} {self._unit}s", file=sys.stderr, flush=True)
            self._told = time.monotonic()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._bar is not None:
            self._bar.close()


def shown(items, total, unit):
    """The same items, as they are asked for, told about on stderr.

    Args:
      items: any iterable.
      total: how many they are, or None.
      unit: what one is called, as "frame".
    """
    with Progress(total, unit) as tell:
        for number, item in enumerate(items, 1):
            yield item
            tell(number)


def warn(text):
    """One line on stderr."""
    print(f"vgan: warning: {text}", file=sys.stderr, flush=True)
