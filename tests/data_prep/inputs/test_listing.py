"""Lists as people and programs write them."""

import json
import os

import numpy as np
import pytest

from data_prep.inputs import items, listing
from vgan.core.errors import DataError


def jsonl(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def test_numbers_are_names_too(tmp_path):
    path = jsonl(tmp_path / "l.jsonl", {"path": "a", "label": 3, "group": 1.5, "start": "1"})
    assert listing.read(path) == [("a", "@1-inf", {"label": "3", "group": "1.5", "start": 1.0})]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ([1], "entry 2: not an object of the columns path"),
        ("text", "entry 2: not an object"),
        ({"path": 3}, "entry 2, 3: the path is no text"),
        ({"path": "a", "label": ["x"]}, r"label \['x'\] is neither text nor a number"),
        ({"path": "a", "start": [1]}, "start .* is neither text nor a number"),
        ({"path": "a", "end": True}, "end True is neither"),
    ],
)
def test_what_is_no_entry(tmp_path, row, why):
    with pytest.raises(DataError, match=why):
        listing.read(jsonl(tmp_path / "l.jsonl", {"path": "fine"}, row))


def test_stretches_of_hours_and_milliseconds_have_names_of_their_own(tmp_path):
    path = tmp_path / "l.csv"
    path.write_text("path,start,end\na,36000.125,36000.25\na,36000.126,36000.25\na,0,1e-5\n")
    stretches = [stretch for _, stretch, _ in listing.read(str(path))]
    assert stretches == ["@36000.125-36000.25", "@36000.126-36000.25", "@0-1e-05"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"path\n\xff.avi\n", "can't be read"),
        (b'{"path": \n', "can't be read"),
        (b"", "no entries"),
    ],
)
def test_what_cannot_be_read(tmp_path, data, why):
    path = tmp_path / ("l.jsonl" if b"{" in data else "l.csv")
    path.write_bytes(data)
    with pytest.raises(DataError, match=why):
        listing.read(str(path))


def test_a_byte_order_mark_capitals_and_quoted_names(tmp_path):
    path = tmp_path / "L.CSV"
    path.write_bytes('\ufeffpath,label\n"a, b.avi","say ""hi"""\n'.encode())
    assert listing.read(str(path)) == [("a, b.avi", "", {"label": 'say "hi"'})]


def test_paths_anywhere_have_plain_labels_and_one_name_each(tmp_path):
    lists, away = tmp_path / "lists", tmp_path / "away" / "deep"
    for folder in (lists / "run", away):
        folder.mkdir(parents=True)
        np.save(folder / "a.npy", np.zeros([3, 4, 4], np.uint8))
    whole = str(away / "a.npy")
    path = jsonl(lists / "l.jsonl", *[{"path": p} for p in (
        "./run/a.npy", "run/../no.npy", "../away/deep/a.npy", whole)])  # fmt: skip
    folder, found, _ = items.find(path)
    assert {item.key: (item.label, item.kind) for item in found} == {
        "run/a.npy": ("run", "npy"),
        "no.npy": (None, ""),
        "../away/deep/a.npy": (None, "npy"),
        whole: (None, "npy"),
    }
    assert os.path.samefile(os.path.join(folder, "../away/deep/a.npy"), whole)
    jsonl(lists / "l.jsonl", {"path": "run/a.npy"}, {"path": "./run//a.npy"})
    with pytest.raises(DataError, match="'run/a.npy' stands in it twice"):
        items.find(path)
