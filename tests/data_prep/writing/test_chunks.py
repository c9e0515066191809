"""One item after the other, from a file to rows."""

import json

import numpy as np
import pytest

from data_prep.base.settings import Settings
from data_prep.inputs import items
from data_prep.writing import chunks

FRAMES = np.random.default_rng(0).integers(0, 256, [40, 24, 24, 3], np.uint8)


@pytest.fixture
def written(tmp_path):
    """Writes all items of a folder as one chunk and gives what is said of it."""

    def write(folder, **settings):
        (tmp_path / "out" / chunks.PARTS).mkdir(parents=True)
        source, found, _ = items.find(str(folder))
        settings = Settings(size=(16, 16), **settings)
        chunk = chunks.Chunk(0, source, str(tmp_path / "out"), tuple(found), settings)
        assert not chunk.is_done
        chunks.write(chunk)
        assert chunk.is_done
        with open(chunk.part(".json")) as file:
            return json.load(file)

    return write


def test_a_file_that_is_gone_after_it_was_read_keeps_its_clip(tmp_path, written, monkeypatch):
    (tmp_path / "raw").mkdir()
    for name in "ab":
        np.save(tmp_path / "raw" / f"{name}.npy", FRAMES[:5])
    row = chunks._row

    def remove(chunk, item, *others):
        if item.path == "a.npy":
            (tmp_path / "raw" / "a.npy").unlink()
        return row(chunk, item, *others)

    monkeypatch.setattr(chunks, "_row", remove)
    said = written(tmp_path / "raw")
    assert [video["key"] for video in said["videos"]] == ["a.npy", "b.npy"]
    assert [video["sha256"] is None for video in said["videos"]] == [True, False]


@pytest.mark.parametrize("flip", [False, True])
def test_a_file_of_a_dropped_and_a_useless_clip_is_not_bad(tmp_path, written, flip):
    (tmp_path / "raw").mkdir()
    clips = {"a": np.zeros([5, 8, 8], np.uint8), "b": FRAMES[:1]}
    np.savez(tmp_path / "raw" / "x.npz", **(dict(reversed(clips.items())) if flip else clips))
    said = written(tmp_path / "raw", drop="black")
    assert said["videos"] == [] and {row["kind"] for row in said["skipped"]} == {"dropped"}
    reasons = {row["path"]: row["reason"].split(":")[0] for row in said["skipped"]}
    assert reasons == {"x.npz#a": "black", "x.npz#b": "unusable"}
