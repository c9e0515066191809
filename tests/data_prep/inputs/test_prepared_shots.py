"""Videos that are cut at scene changes while they are prepared."""

import json

import numpy as np
import pytest

from data_prep.base.reading import Prepared


def scenes(*lengths):
    """Still scenes that differ much; the red of a frame tells its number."""
    frames = np.zeros([sum(lengths), 32, 32, 3], np.uint8)
    start = 0
    for number, length in enumerate(lengths):
        frames[start : start + length, :, :, 1] = 250 * (number % 2)
        start += length
    frames[..., 0] = 2 * np.arange(len(frames), dtype=np.uint8)[:, None, None]
    return frames


def rows(output):
    return [json.loads(line) for line in (output / "videos.jsonl").read_text().splitlines()]


def numbers(output):
    """The numbers of the frames of each clip."""
    prepared = Prepared(str(output))
    return {
        row["key"]: [round(int(frame[8, 8, 0]) / 2) for frame in prepared.frames(row)]
        for row in prepared.rows()
    }


@pytest.fixture
def raw(tmp_path, save_video):
    save_video(tmp_path / "raw" / "cut.mkv", scenes(20, 25, 15), rate=20)
    save_video(tmp_path / "raw" / "whole.mkv", scenes(30), rate=20)
    return tmp_path / "raw"


def test_shots_are_clips_of_one_group_and_their_frames_add_up(raw, tmp_path, prepare):
    output = tmp_path / "out"
    prepare(raw, output, (16, 16), shots="difference()", test_fraction=0.5)
    assert numbers(output) == {
        "cut.mkv#shot1": list(range(20)),
        "cut.mkv#shot2": list(range(20, 45)),
        "cut.mkv#shot3": list(range(45, 60)),
        "whole.mkv": list(range(30)),
    }
    of_cut = [row for row in rows(output) if row["path"] == "cut.mkv"]
    assert {row["group"] for row in of_cut} == {"cut.mkv"}
    assert len({row["split"] for row in of_cut}) == 1
    assert len({row["sha256"] for row in of_cut}) == 1
    assert not any("duplicate_of" in row or row["short"] for row in rows(output))


def test_shots_are_those_of_the_frames_that_are_sampled(raw, tmp_path, prepare):
    output = tmp_path / "out"
    prepare(raw, output, (16, 16), shots="difference(shortest=4)", fps=10.0)
    assert numbers(output) == {
        "cut.mkv#shot1": list(range(0, 20, 2)),
        "cut.mkv#shot2": list(range(20, 45, 2)),
        "cut.mkv#shot3": list(range(46, 60, 2)),
        "whole.mkv": list(range(0, 30, 2)),
    }
    assert {row["fps"] for row in rows(output)} == {10.0}


def test_a_shot_that_is_too_short_is_told_of_and_the_others_stay(raw, tmp_path, prepare):
    output = tmp_path / "out"
    prepare(raw, output, (16, 16), shots="difference()", min_frames=18)
    assert [row["key"] for row in rows(output)] == ["cut.mkv#shot1", "cut.mkv#shot2", "whole.mkv"]
    assert [json.loads(line) for line in (output / "skipped.jsonl").open()] == [
        {"path": "cut.mkv#shot3", "reason": "unusable: only 15 frames, --min_frames=18",
         "kind": "dropped"}
    ]  # fmt: skip


def test_a_stretch_is_cut_by_its_own_frames(raw, tmp_path, prepare):
    (raw / "list.csv").write_text("path,start,end\ncut.mkv,0.5,2\n")
    output = tmp_path / "out"
    prepare(raw / "list.csv", output, (16, 16), shots="difference()")
    assert numbers(output) == {
        "cut.mkv@0.5-2#shot1": list(range(10, 20)),
        "cut.mkv@0.5-2#shot2": list(range(20, 40)),
    }
