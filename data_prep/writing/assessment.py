"""Clips as they are read: described and judged frame by frame, every failure said in words."""

from data_prep.features.description import Description
from data_prep.inputs.sources.source import BadFileError
from data_prep.judging.filters import Drop
from vgan.core.errors import StorageError, UsageError, told


class Assessment:
    """Describes and judges clips as settings ask, and keeps what is said of those that stay.

    Args:
      settings: `Settings`.
    Raises:
      UsageError: its features or drop can't be used.

    Attributes:
      description, drop: of its features and drop.
      features: float32 [D] of each clip that stays.
      fingerprints: uint64 [K] of each, or None where near duplicates stay.
    """

    def __init__(self, settings):
        self.description, self.drop = Description(settings.features), Drop(settings.drop)
        self.features, self.fingerprints = [], []

    def keep(self, reading):
        """Takes what was seen of a clip that stays."""
        if self.description.names:
            self.features.append(reading.watch.features())
        self.fingerprints.append(reading.judge.fingerprint())


class Reading:
    """Iterates over the frames of a clip; what goes wrong ends it.

    Args:
      clip: `opening.Clip`.
      assessment: `Assessment`.

    Attributes:
      watch, judge: of what was read.
    """

    def __init__(self, clip, assessment):
        self._clip, self._error = clip, ""
        self.watch, self.judge = assessment.description.watch(), assessment.drop.watch()

    def __iter__(self):
        try:
            for frame in readable(self._clip.frames):
                self.watch.see(frame)
                self.judge.see(frame)
                yield frame
        except BadFileError as error:
            self._error = str(error)

    @property
    def broken(self):
        """Why it ended before what the file announces, or ""."""
        return self._error or self._clip.source.broken


def readable(iterator):
    """What an iterator gives, every failure of which is a BadFileError."""
    try:
        yield from iterator
    except MemoryError:
        raise BadFileError("it needs more memory than --file_memory allows") from None
    except (BadFileError, UsageError, StorageError):
        raise
    except Exception as error:  # What a library raises at a damaged file depends on the byte.
        raise BadFileError(f"can't be read: {told(error)}") from None
