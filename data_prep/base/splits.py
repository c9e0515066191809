"""Which videos are kept for testing: whole groups, the same whatever the order."""

import collections
import hashlib
import math
import os
import re

from vgan.core.errors import UsageError

RULE = (
    "groups ranked by the SHA-256 of their name; the first ceil(test_fraction * n) are test, but "
    "for the last group of a label"
)


def group_of(item, pattern):
    """The group of an item: those of one group share a split.

    Args:
      item: `Item`; a listed group counts before the pattern.
      pattern: regular expression searched in its path; the first capture group, else the whole
        match, names the group. What it doesn't match, or all where it's empty, is a group of its
        own.
    """
    if item.listed and "group" in item.listed:
        return item.listed["group"]
    match = re.search(pattern, item.path) if pattern else None
    if not match:
        return item.path
    first = match[1] if match.re.groups else None
    return match[0] if first is None else first


def check_pattern(pattern, items):
    """Raises UsageError if a pattern is no regular expression or matches none of the items."""
    try:
        expression = re.compile(pattern)
    except re.error as error:
        raise UsageError(f"--group={pattern!r}: {error}. Give a regular expression") from None
    if not any(expression.search(item.path) for item in items):
        raise UsageError(
            f"--group={pattern!r}: matches none of the videos, such as {items[0].path!r}"
        )


def choose_test(groups, fraction, trained=()):
    """Chooses which groups are test, a set: never all of them, nor all that have a label.

    Args:
      groups: {name: labels of its videos}.
      fraction: of the groups.
      trained: labels of which there are training videos beside these groups.
    """
    count = math.ceil(round(fraction * len(groups), 9))  # 0.07 * 100 is a little above 7.
    left = collections.Counter(label for labels in groups.values() for label in set(labels))
    chosen = set()
    for name in sorted(groups, key=lambda name: hashlib.sha256(os.fsencode(name)).digest()):
        labels = set(groups[name])
        if len(chosen) == count or len(chosen) == len(groups) - 1:
            break
        if all(left[label] > 1 or label in trained for label in labels):
            chosen.add(name)
            left.subtract(labels)
    return chosen
