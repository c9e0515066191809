"""What is written of all chunks together."""

import json

import numpy as np
import pytest

from vgan.core.errors import DataError

FRAMES = np.random.default_rng(0).integers(0, 256, [40, 24, 24, 3], np.uint8)


@pytest.fixture
def raw(tmp_path):
    (tmp_path / "raw").mkdir()
    for number in range(6):
        np.save(tmp_path / "raw" / f"{number}.npy", FRAMES[5 * number : 5 * number + 5])
    return tmp_path / "raw"


def test_where_all_is_dropped_the_first_reason_is_told(raw, tmp_path, prepare):
    with pytest.raises(
        DataError, match="none of its 6 videos is usable. The first, '0.npy': black: mean"
    ):
        prepare(raw, tmp_path / "out", (16, 16), drop="black(below=255, spread=255)")
    assert [path.name for path in tmp_path.iterdir()] == ["raw"]


def test_a_listed_split_is_that_of_its_whole_group(raw, tmp_path, prepare):
    lines = ["0.npy,p,train", "1.npy,p,", "2.npy,p,", "3.npy,q,", "4.npy,q,", "5.npy,r,test"]
    (raw / "list.csv").write_text("\n".join(["path,group,split", *lines]))
    for number, fraction in enumerate((0.0, 0.5, 0.9)):
        out = tmp_path / f"{number}"
        prepare(raw / "list.csv", out, (16, 16), test_fraction=fraction)
        rows = [json.loads(line) for line in (out / "videos.jsonl").read_text().splitlines()]
        splits = {(row["group"], row["split"]) for row in rows}
        assert splits == {("p", "train"), ("q", "train"), ("r", "test")}
