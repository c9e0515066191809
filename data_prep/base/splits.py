"""Which videos are kept for testing: whole groups, the same whatever the order."""

import hashlib
import math
import os
import re

from vgan.core.errors import UsageError

RULE = "groups ranked by the SHA-256 of their name; the first ceil(test_fraction * n) are test"


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


def choose_test(groups, fraction):
    """Chooses which groups are test, a set: never all of them."""
    if len(groups) < 2:
        return set()
    count = math.ceil(round(fraction * len(groups), 9))  # 0.07 * 100 is a little above 7.
    ranked = sorted(groups, key=lambda name: hashlib.sha256(os.fsencode(name)).digest())
    return set(ranked[: min(count, len(groups) - 1)])
