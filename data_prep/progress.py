"""How far a command has come: a bar on a terminal, a line now and then elsewhere."""

import sys
import time

from tqdm import tqdm

_SECONDS = 10


def shown(items, total, unit):
    """The same items, as they are asked for, told about on stderr.

    Args:
      items: any iterable.
      total: how many they are, or None.
      unit: what one is called, as "frame".
    """
    if sys.stderr.isatty():
        yield from tqdm(items, total=total, unit=unit)
        return
    told = time.monotonic()
    for number, item in enumerate(items):
        if time.monotonic() - told > _SECONDS:
            print(f"{number}/{total or '?'} {unit}s", file=sys.stderr, flush=True)
            told = time.monotonic()
        yield item
