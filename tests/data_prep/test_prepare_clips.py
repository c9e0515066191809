"""The preparation, from folders of good and bad videos to what lies on the disk."""

import json
import os
import subprocess
import sys

import cv2
import numpy as np
import pytest

from data_prep import decode, prepare_clips, shards
from vgan.errors import DataError, StorageError, UsageError


def write_video(path, count=8, colour=(200, 100, 50), height=24, width=32, codec="MJPG"):
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*codec), 10, (width, height))
    for index in range(count):
        writer.write(np.full([height, width, 3], colour[::-1], np.uint8) + np.uint8(index))
    writer.release()
    assert path.stat().st_size > 0
    return path


@pytest.fixture
def raw(tmp_path):
    folder = tmp_path / "raw"
    for label in ("run", "walk"):
        for person in range(3):
            write_video(folder / label / f"person{person}.avi")
    return folder


@pytest.fixture
def output(tmp_path):
    return tmp_path / "out"


def run(*arguments):
    command = [sys.executable, "-m", "data_prep.prepare_clips", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def read_lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def leftovers(path):
    return [entry.name for entry in path.parent.iterdir() if entry.name.startswith(path.name + ".")]


def spoil(folder):
    """Puts one bad video of each kind into a folder; returns their names and reasons."""
    folder.mkdir(exist_ok=True)
    (folder / "empty.mp4").touch()
    (folder / "text.mp4").write_text("not a video\n")
    (folder / "random.mkv").write_bytes(np.random.default_rng(0).bytes(5000))
    whole = write_video(folder / "header.mp4", codec="mp4v").read_bytes()
    (folder / "header.mp4").write_bytes(whole[:40])
    (folder / "no_index.mp4").write_bytes(whole[: whole.index(b"moov") - 4])
    write_video(folder / "single.avi", count=1)
    (folder / "nowhere.avi").symlink_to("missing.avi")
    os.mkfifo(folder / "pipe.avi")
    return {
        "empty.mp4": "zero bytes",
        "text.mp4": "can't be opened",
        "random.mkv": "can't be opened",
        "header.mp4": "can't be opened",
        "no_index.mp4": "can't be opened",
        "single.avi": "only one frame",
        "nowhere.avi": "not a regular file",
        "pipe.avi": "not a regular file",
    }


def test_writes_what_it_says(raw, output):
    result = run(f"--input={raw}", f"--output={output}", "--size=16", "--test_fraction=0.3")
    assert (result.returncode, result.stderr) == (0, "")
    closing, following = result.stdout.splitlines()
    assert closing == (
        f"6 ok, 0 skipped (see {output}/skipped.jsonl), 0 short; 2 labels, train 4, test 2"
    )
    assert following == f"next: python -m vgan.train --data={output} --height=16 --width=16"
    manifest = json.loads((output / "manifest.json").read_text())
    assert manifest["size"] == 16
    assert manifest["labels"] == ["run", "walk"]
    assert (manifest["videos"], manifest["frames"]) == (6, 48)
    assert manifest["fps"] == {"min": 10, "median": 10, "max": 10}
    videos = read_lines(output / "videos.jsonl")
    assert [video["key"] for video in videos] == sorted(video["key"] for video in videos)
    assert [video["first_record"] for video in videos] == [0, 8, 16, 24, 32, 40]
    assert videos[0]["label"] == "run" and videos[5]["label"] == "walk"
    assert leftovers(output) == []


def test_same_input_same_bytes(raw, output, tmp_path):
    again = tmp_path / "again"
    prepare_clips.prepare(str(raw), str(output), 16)
    prepare_clips.prepare(str(raw), str(again), 16)
    names = sorted(path.name for path in output.iterdir())
    assert names == sorted(path.name for path in again.iterdir())
    assert len(names) == 5
    for name in names:
        assert (output / name).read_bytes() == (again / name).read_bytes(), name


def test_bad_videos_are_skipped_with_their_reason(raw, output):
    reasons = spoil(raw / "bad")
    result = run(f"--input={raw}", f"--output={output}", "--max_bad_fraction=0.6")
    assert (result.returncode, result.stderr) == (0, "")
    assert "6 ok, 8 skipped" in result.stdout
    skipped = {row["path"]: row["reason"] for row in read_lines(output / "skipped.jsonl")}
    assert sorted(skipped) == sorted(f"bad/{name}" for name in reasons)
    for name, reason in reasons.items():
        assert reason in skipped[f"bad/{name}"]
    assert json.loads((output / "manifest.json").read_text())["labels"] == ["run", "walk"]


def test_too_many_bad_videos_exit_2_and_still_write(raw, output):
    spoil(raw / "bad")
    result = run(f"--input={raw}", f"--output={output}")
    assert result.returncode == 2
    assert "8 of 14 files were skipped, above --max_bad_fraction=0.1" in result.stderr
    assert len(read_lines(output / "videos.jsonl")) == 6


def test_no_usable_video_leaves_no_folder(tmp_path, output):
    spoil(tmp_path / "raw")
    result = run(f"--input={tmp_path / 'raw'}", f"--output={output}")
    assert result.returncode == 2
    assert "none of its 8 videos is usable" in result.stderr
    assert not output.exists() and leftovers(output) == []


def test_frames_before_a_break_are_kept_and_counted_as_short(raw, output, capsys):
    whole = write_video(raw / "run" / "cut.avi", count=40)
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    prepare_clips.prepare(str(raw), str(output), 16)
    assert "7 ok, 0 skipped" in (closing := capsys.readouterr().out) and "1 short" in closing
    cut, *others = read_lines(output / "videos.jsonl")
    assert cut["key"] == "run/cut.avi" and cut["short"] and 5 < cut["frames"] < 30
    assert not any(video["short"] for video in others)


def test_playlist_named_as_a_video_opens_no_other_file(raw):
    (raw / "list.mp4").write_text("ffconcat version 1.0\nfile run/person0.avi\n")
    with pytest.raises(decode.BadVideoError):
        decode.Video(str(raw / "list.mp4"), 16)


def test_size_is_checked_before_the_first_frame(raw, monkeypatch):
    monkeypatch.setattr(decode, "MAX_PIXELS", 32 * 24 - 1)
    with pytest.raises(decode.BadVideoError, match="32x24 pixels"):
        decode.Video(str(raw / "run" / "person0.avi"), 16)


def test_name_that_is_no_text_is_skipped(raw):
    name = os.fsdecode(b"\xff.avi")
    os.rename(raw / "run" / "person0.avi", raw / "run" / name)
    assert f"run/{name}" in decode.find_videos(str(raw))
    with pytest.raises(decode.BadVideoError, match="UTF-8"):
        decode.Video(str(raw / "run" / name), 16)


@pytest.mark.parametrize(("height", "width"), [(24, 64), (64, 24)])
@pytest.mark.parametrize("size", [16, 24, 40])
def test_centre_square_in_rgb(tmp_path, height, width, size):
    path = tmp_path / "striped.avi"
    frame = np.zeros([height, width, 3], np.uint8)
    middle = slice(20, 44)
    frame[(slice(None), middle) if width > height else middle] = (50, 100, 200)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"FFV1"), 10, (width, height))
    for _ in range(2):
        writer.write(frame)
    writer.release()
    video = np.array(list(decode.Video(str(path), size)))
    assert video.shape == (2, size, size, 3)
    inside = video[:, 2:-2, 2:-2].astype(int)  # Half-resolution colour bleeds at the edge.
    assert abs(inside - [200, 100, 50]).max() <= 4


def test_shrinking_averages(tmp_path):
    path = tmp_path / "stripes.avi"
    frame = np.zeros([32, 32, 3], np.uint8)
    frame[:, ::2] = 200
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"FFV1"), 10, (32, 32))
    for _ in range(2):
        writer.write(frame)
    writer.release()
    video = np.array(list(decode.Video(str(path), 16)))
    assert abs(video.astype(int) - 100).max() <= 3


def test_names_are_found_sorted_without_hidden_ones_and_loops(tmp_path):
    names = ["b/x.MP4", "b/a.b/é #%03d:.webm", "a/-y.avi", "top.gif", "line\nbreak.mov"]
    for name in [*names, ".hidden.mp4", ".git/z.mp4", "b/readme.txt"]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "b" / "loop").symlink_to(tmp_path)
    (tmp_path / "a" / "twice").symlink_to(tmp_path / "b")
    found = decode.find_videos(str(tmp_path))
    assert found == sorted(names)


def test_odd_names_are_prepared(tmp_path, output):
    names = ["-é #%03d.avi", "http:x.avi", "line\nbreak.avi"]
    for name in names:
        write_video(tmp_path / "raw" / name)
    prepare_clips.prepare(str(tmp_path / "raw"), str(output), 16)
    videos = read_lines(output / "videos.jsonl")
    assert [video["key"] for video in videos] == sorted(names)
    assert {video["label"] for video in videos} == {None}


def test_input_without_videos(tmp_path, output):
    (tmp_path / "empty").mkdir()
    result = run(f"--input={tmp_path / 'empty'}", f"--output={output}")
    assert result.returncode == 2
    assert "no videos in it or below. Looked for *.avi" in result.stderr
    with pytest.raises(DataError, match="missing': not a folder"):
        prepare_clips.prepare(str(tmp_path / "missing"), str(output), 16)
    assert not output.exists()


def test_a_group_is_never_divided(raw, output):
    prepare_clips.prepare(str(raw), str(output), 16, group=r"person(\d)", test_fraction=0.4)
    videos = read_lines(output / "videos.jsonl")
    split = {video["group"]: video["split"] for video in videos}
    assert sorted(split) == ["0", "1", "2"]
    assert sorted(split.values()) == ["test", "test", "train"]  # ceil(0.4 * 3)
    assert all(video["split"] == split[video["group"]] for video in videos)


def test_groups():
    paths = ["a/x1.avi", "b/x1.avi", "c/y.avi"]
    whole = prepare_clips.group_videos(paths, r"x\d")
    assert whole == {"a/x1.avi": "x1", "b/x1.avi": "x1", "c/y.avi": "c/y.avi"}
    assert prepare_clips.group_videos(paths, "x(2)?")["a/x1.avi"] == "x"
    assert prepare_clips.group_videos(paths, "") == {path: path for path in paths}
    with pytest.raises(UsageError, match="matches none of the videos"):
        prepare_clips.group_videos(paths, "person")
    with pytest.raises(UsageError, match="unterminated"):
        prepare_clips.group_videos(paths, "(")


def test_chosen_groups(capsys):
    names = {f"person{index}" for index in range(100)}
    assert len(prepare_clips.choose_test(names, 0.07)) == 7
    assert len(prepare_clips.choose_test(names, 0.071)) == 8
    assert prepare_clips.choose_test(names, 0.0) == set()
    assert prepare_clips.choose_test(names, 0.07) < prepare_clips.choose_test(names, 0.2)
    assert len(prepare_clips.choose_test({"a", "b"}, 0.9)) == 1
    assert capsys.readouterr().err == ""
    assert prepare_clips.choose_test({"a"}, 0.5) == set()
    assert "all are train" in capsys.readouterr().err


def test_existing_output(raw, output):
    prepare_clips.prepare(str(raw), str(output), 16)
    result = run(f"--input={raw}", f"--output={output}", "--size=8")
    assert result.returncode == 5
    assert "exists already" in result.stderr
    assert json.loads((output / "manifest.json").read_text())["size"] == 16
    result = run(f"--input={raw}", f"--output={output}", "--size=8", "--overwrite")
    assert result.returncode == 0
    assert json.loads((output / "manifest.json").read_text())["size"] == 8
    assert leftovers(output) == []


def test_failed_run_leaves_the_old_output(raw, output, tmp_path):
    prepare_clips.prepare(str(raw), str(output), 16)
    before = (output / "manifest.json").read_bytes()
    spoil(tmp_path / "bad")
    with pytest.raises(DataError):
        prepare_clips.prepare(str(tmp_path / "bad"), str(output), 8, overwrite=True)
    assert (output / "manifest.json").read_bytes() == before
    assert leftovers(output) == []


@pytest.mark.parametrize("overwrite", [False, True])
def test_folder_that_appears_meanwhile_is_left_alone(output, overwrite):
    with pytest.raises(StorageError):
        with shards.new_folder(str(output), overwrite):
            output.mkdir()
            (output / "theirs").touch()
    assert (output / "theirs").exists() and leftovers(output) == []


def test_overwrite_spares_what_is_not_prepared_data(raw, output):
    output.mkdir()
    (output / "thesis.tex").touch()
    with pytest.raises(StorageError, match="is not prepared data"):
        prepare_clips.prepare(str(raw), str(output), 16, overwrite=True)
    assert (output / "thesis.tex").exists()
    (raw / "manifest.json").touch()
    for target in (raw, raw.parent):
        with pytest.raises(StorageError, match="holds the input"):
            prepare_clips.prepare(str(raw), str(target), 16, overwrite=True)
    assert (raw / "run" / "person0.avi").exists()


@pytest.mark.parametrize(
    ("argument", "text"),
    [
        ("stray", "stray argument 'stray'"),
        ("--sise=16", "Unknown command line flag 'sise'. Did you mean: size"),
        ("--size=0", "flag --size=0"),
        ("--test_fraction=nan", "must be in [0, 0.9]"),
        ("--group=nobody", "matches none"),
    ],
)
def test_usage_exits_1(raw, output, argument, text):
    result = run(f"--input={raw}", f"--output={output}", argument)
    assert result.returncode == 1
    assert text in result.stderr and "Traceback" not in result.stderr
    assert not output.exists()


def test_needs_input_and_output():
    result = run("--size=16")
    assert result.returncode == 1
    assert "--input" in result.stderr


def test_imports_no_tensorflow():
    code = (
        "import data_prep.prepare_clips, sys; "
        "print([name for name in ('tensorflow', 'keras', 'absl', 'cv2') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout.strip() == "['absl', 'cv2']"
