"""Where an input and an output may lie."""

import os

import numpy as np
import pytest

from vgan.core.errors import StorageError

FRAMES = np.random.default_rng(0).integers(0, 256, [40, 24, 24, 3], np.uint8)


@pytest.fixture
def raw(tmp_path):
    (tmp_path / "raw" / "run").mkdir(parents=True)
    for number in range(3):
        np.save(tmp_path / "raw" / "run" / f"{number}.npy", FRAMES[5 * number : 5 * number + 5])
    return tmp_path / "raw"


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_an_output_in_the_input_would_be_found_by_the_next_run(raw, prepare, monkeypatch):
    monkeypatch.chdir(raw)
    for source, output in ((raw, raw / "out"), (".", "run/out"), (f"{raw}/", "out")):
        with pytest.raises(StorageError, match="lies in the input. Choose another --output"):
            prepare(source, output, (16, 16))
    assert [path.name for path in raw.iterdir()] == ["run"]
    (raw / "list.csv").write_text("path\nrun/0.npy\nrun/1.npy\n")
    prepare("list.csv", "out", (16, 16))  # Of a list nothing else is read.
    assert (raw / "out" / "manifest.json").exists()


def test_how_the_input_is_written_changes_nothing(raw, tmp_path, prepare, monkeypatch):
    prepare(raw, tmp_path / "one", (16, 16))
    (tmp_path / "linked").symlink_to(raw)
    monkeypatch.chdir(tmp_path)
    for number, source in enumerate(["raw", "raw/", "./raw//", "linked", f"{raw}/../raw"]):
        prepare(source, tmp_path / f"other{number}", (16, 16))
        assert contents(tmp_path / f"other{number}") == contents(tmp_path / "one"), source


def test_links_out_of_the_input_are_followed(raw, tmp_path, prepare):
    (tmp_path / "away").mkdir()
    np.save(tmp_path / "away" / "far.npy", FRAMES[30:35])
    (raw / "walk").symlink_to(tmp_path / "away")
    os.link(raw / "run" / "0.npy", raw / "same.npy")
    summary = prepare(raw, tmp_path / "out", (16, 16))
    assert summary.labels == {"run": 3, "walk": 1, None: 1} and summary.duplicates == 1
