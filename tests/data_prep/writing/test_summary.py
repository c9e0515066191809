"""Counts, and which clips are shown."""

import hashlib

from data_prep.writing.summary import SHOWN, Summary


def row(key, **others):
    base = {"key": key, "label": None, "split": "train", "frames": 3, "fps": None, "short": False}
    return {**base, **others}


def test_counts():
    summary = Summary()
    summary.add(row("a", label="x", fps=2.0, short=True))
    summary.add(row("b", label="x", split="test", duplicate_of="a"))
    summary.add(row("c", frames=5, fps=10.0))
    for kind, reason in [("bad", "zero"), ("dropped", "static: 0"), ("dropped", "static: 1"),
                         ("dropped", "black: 2"), ("other", "text")]:  # fmt: skip
        summary.leave_out({"kind": kind, "reason": reason})
    assert (summary.videos, summary.frames, summary.short, summary.duplicates) == (3, 11, 1, 1)
    assert summary.seconds == 1.5 + 0.5
    assert summary.labels == {"x": 2, None: 1} and summary.splits == {"train": 2, "test": 1}
    assert summary.left_out == {"bad": 1, "dropped": 2 + 1, "other": 1}
    assert summary.dropped == {"static": 2, "black": 1}


def test_what_is_shown_depends_on_the_names_alone():
    keys = [f"{number}" for number in range(3 * SHOWN)]
    found = []
    for order in (keys, keys[::-1]):
        summary = Summary()
        for key in order:
            summary.add(row(key))
        found.append([each["key"] for each in summary.shown])
    assert found[0] == found[1] == sorted(found[0]) and len(set(found[0])) == SHOWN
    ranked = sorted(keys, key=lambda key: hashlib.sha256(key.encode()).digest())
    assert set(found[0]) == set(ranked[-SHOWN:])
