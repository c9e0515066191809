"""The errors a person is meant to see, each with the exit code of its kind."""

import contextlib


class VganError(Exception):
    """An error whose text is the whole explanation: what, which, why, and what to do."""

    exit_code = 1


class UsageError(VganError, ValueError):
    """A flag, argument or spec string that can't be honoured."""

    exit_code = 1


class DataError(VganError, ValueError):
    """Input data that is missing, damaged, or doesn't fit the experiment."""

    exit_code = 2


class DivergedError(VganError, ArithmeticError):
    """Training met a value that is not finite."""

    exit_code = 3


class CheckpointError(VganError, ValueError):
    """A checkpoint, workdir or export that is missing, damaged, or of another experiment."""

    exit_code = 4


class StorageError(VganError, OSError):
    """A disk, permission or lock that stands in the way."""

    exit_code = 5


class WorkersError(VganError, RuntimeError):
    """Another worker of the same run is gone."""

    exit_code = 6


def told(error):
    """What an error of a library says, and its kind where that alone says little."""
    kind, text = type(error).__name__, str(error)
    bare = isinstance(error, (LookupError, TypeError, ArithmeticError, AttributeError))
    return f"{kind}: {text}" if text and bare else text or kind


@contextlib.contextmanager
def naming(flag, text):
    """Errors raised within begin with the flag whose text is at fault, unless they name one.

    Args:
      flag: its name; text: what it was given.
    """
    try:
        yield
    except VganError as error:
        said = str(error)
        if said.startswith("--"):
            raise
        own = bool(text) and said.startswith(text)
        raise type(error)(f"--{flag}={said if own else f'{text}: {said}'}") from error
