"""The fields of what the page asks for, each checked as it is read."""

from vgan.core.errors import UsageError
from vgan.sampling.model import SEED_LIMIT

MOST_NUMBER = 2**53
"""Above the number of any clip of a seed."""

_MOST_DEVIATIONS = 10


class Asked:
    """The fields of a request, checked as they are read.

    Args:
      fields: dict of JSON.
      served: Served that is asked.
      shelf: shelf.Shelf of its files.
      marking: marks.marking.Marking of those that are made.
    """

    def __init__(self, fields, served, shelf, marking):
        self._fields, self.served, self.shelf, self.marking = fields, served, shelf, marking
        self.checkpoint = fields.get("checkpoint")
        if self.checkpoint is not None and not isinstance(self.checkpoint, str):
            raise UsageError(f"checkpoint {self.checkpoint!r}: must be a text")

    def whole(self, name, least, most, default=None):
        """A whole number."""
        value = self._fields.get(name, default)
        if type(value) is not int or not least <= value <= most:
            raise UsageError(f"{name.replace('_', ' ')}: must be a whole number, {least} to {most}")
        return value

    def seed(self):
        """A seed."""
        return self.whole("seed", 0, SEED_LIMIT - 1)

    def label(self, needed=False):
        """The number of a class; None for each in turn, or where there are no classes."""
        label = self._fields.get("label")
        if needed:
            return self.served.first.needed_label(label)
        return None if label is None else self.served.first.label_number(label)

    def ends(self):
        """Pairs of a seed and the number of one of its videos."""
        ends = self._fields.get("ends")
        if not isinstance(ends, list) or not 2 <= len(ends) <= 16:
            raise UsageError("ends: give 2 to 16 clips to walk through")
        for end in ends:
            pair = isinstance(end, list) and [type(number) for number in end] == [int, int]
            if not pair or not (0 <= end[0] < SEED_LIMIT and 0 <= end[1] < MOST_NUMBER):
                raise UsageError("ends: each must be a seed and the number of a clip, 0 or more")
        return ends

    def amounts(self):
        """{name of a direction: how many deviations}."""
        amounts = self._fields.get("amounts", {})
        if not isinstance(amounts, dict) or not all(
            type(of) in (int, float) and abs(of) <= _MOST_DEVIATIONS for of in amounts.values()
        ):
            raise UsageError(f"amounts: must be numbers by name, at most {_MOST_DEVIATIONS} each")
        return amounts

    def files(self):
        """The shelf.Kept of uploaded files."""
        numbers = self._fields.get("files")
        if not isinstance(numbers, list) or not 1 <= len(numbers) <= 64:
            raise UsageError("files: give one, or several pictures")
        return [self.shelf.get(str(number)) for number in numbers]

    def mask(self):
        """The shelf.Kept of the picture of a mask, or None."""
        number = self._fields.get("mask")
        return None if number is None else self.shelf.get(str(number))

    def task(self):
        """The task.Task that is meant."""
        text = self._fields.get("task")
        if text is not None and not isinstance(text, str):
            raise UsageError("task: must be a text")
        return self.served.first.task.alone(text)
