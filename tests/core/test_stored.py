"""JSON files that are read back."""

import json

import pytest

from vgan.core.errors import CheckpointError
from vgan.core.stored import number, positive, read_json, texts

FIELDS = {"step": int, "data": {"fps": positive, "labels": texts}, "value": number}
GOOD = {"step": 3, "data": {"fps": 12.5, "labels": ["a"]}, "value": -1, "more": None}


def read(path):
    return read_json(path, FIELDS, "config", CheckpointError, "Copy it")


def test_what_is_right_comes_back(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(GOOD))
    assert read(tmp_path / "a.json") == GOOD
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "b.json")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Expecting value"),
        ("{", "Expecting"),
        ("[1]", "it is no object"),
        ("{}", "field 'step' is missing"),
        ("[" * 100_000, "recursion"),
        ("\xff", "can't decode"),
        (json.dumps(GOOD | {"step": "3"}), "field 'step' can't be \"3\""),
        (json.dumps(GOOD | {"data": 3}), "field 'data' is no object"),
        (json.dumps(GOOD | {"data": {"fps": 1}}), "field 'labels' of field 'data' is missing"),
        (
            json.dumps(GOOD | {"data": {"fps": float("nan"), "labels": []}}),
            "'fps' of field 'data' can't be NaN",
        ),
        (
            json.dumps(GOOD | {"data": {"fps": -5, "labels": []}}),
            "'fps' of field 'data' can't be -5",
        ),
        (json.dumps(GOOD | {"data": {"fps": 5, "labels": [1]}}), r"'labels' of .* can't be \[1\]"),
        (json.dumps(GOOD | {"value": True}), "'value' can't be true"),
    ],
)
def test_what_is_wrong_is_told(tmp_path, text, why):
    path = tmp_path / "a.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(
        CheckpointError, match=rf"^config '{path}': damaged \(.*{why}.*\)\. Copy it"
    ):
        read(path)
