"""Which checkpoint of a run is meant, or which of them together: what --checkpoint takes."""

import typing

from vgan.core import spec
from vgan.core.errors import UsageError

HELP = (
    "Which checkpoint of the run: last, best, average(last=N) of their weights, or "
    "ensemble(last=N), each of which makes some of the videos."
)
_ARGUMENTS = {"last": [], "best": [], "average": ["last"], "ensemble": ["last"]}


class CheckpointChoice(typing.NamedTuple):
    """A kind of choice, and how many checkpoints it takes together."""

    kind: str
    number: int


def parse(text):
    """Reads `last`, `best`, `average(last=N)` or `ensemble(last=N)`, N at least 2.

    Raises:
      UsageError: it is none of these.
    """
    try:
        wanted = spec.parse(text)
    except UsageError as error:
        raise UsageError(f"--checkpoint: {error}") from None
    number = wanted.arguments.get("last", 1)
    known = _ARGUMENTS.get(wanted.name) == list(wanted.arguments)
    if not known or type(number) is not int or (wanted.arguments and number < 2):
        raise UsageError(
            f"--checkpoint={text}: unknown. Choose last, best, average(last=N) or "
            "ensemble(last=N), N at least 2"
        )
    return CheckpointChoice(wanted.name, number)
