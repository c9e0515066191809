"""A preparation from folders of good and bad files to what lies on the disk."""

import builtins
import errno
import filecmp
import json
import os
import signal
import subprocess
import sys
import time

import cv2
import numpy as np
import pytest

from data_prep.base.settings import Settings
from data_prep.writing import chunks, pool, preparation, shards
from vgan.core.errors import DataError, StorageError, UsageError

FRAMES = np.random.default_rng(0).integers(0, 256, [40, 24, 24, 3], np.uint8)


@pytest.fixture
def raw(tmp_path):
    for label in ("run", "walk"):
        (tmp_path / "raw" / label).mkdir(parents=True)
        for person in range(3):
            start = 3 * person + 9 * (label == "run")
            np.save(tmp_path / "raw" / label / f"person{person}.npy", FRAMES[start : start + 8])
    return tmp_path / "raw"


@pytest.fixture
def output(tmp_path):
    return tmp_path / "out"


def rows(output, name="videos.jsonl"):
    return [json.loads(line) for line in (output / name).read_text().splitlines()]


def leftovers(path):
    return [entry.name for entry in path.parent.iterdir() if path.name + "." in entry.name]


def assert_same_bytes(one, other):
    names = sorted(path.name for path in one.iterdir())
    assert names == sorted(path.name for path in other.iterdir())
    assert filecmp.cmpfiles(one, other, names, shallow=False)[0] == names


def spoil(folder, save_video):
    """Puts one bad file of each kind into a folder; returns their names and reasons."""
    folder.mkdir()
    (folder / "empty.mp4").touch()
    (folder / "text.mp4").write_text("not a video\n")
    (folder / "random.mkv").write_bytes(np.random.default_rng(0).bytes(5000))
    whole = save_video(folder / "header.mp4", FRAMES[:8], "libx264", "yuv420p").read_bytes()
    (folder / "header.mp4").write_bytes(whole[:40])
    (folder / "no_index.mp4").write_bytes(whole.replace(b"moov", b"junk"))
    save_video(folder / "single.avi", FRAMES[:1])
    np.save(folder / "brace.npy", FRAMES)
    array = (folder / "brace.npy").read_bytes()
    (folder / "brace.npy").write_bytes(array.replace(b"}", b" ", 1))
    cv2.imwrite(str(folder / "still.png"), FRAMES[0])
    (folder / "still.png").rename(folder / "still.mp4")
    (folder / "nowhere.avi").symlink_to("missing.avi")
    os.mkfifo(folder / "pipe.avi")
    (folder / "secret.mp4").symlink_to("/proc/self/mem")  # Not even root can read it.
    return {
        "empty.mp4": "zero bytes",
        "text.mp4": "can't be opened",
        "random.mkv": "can't be opened",
        "header.mp4": "can't be opened",
        "no_index.mp4": "can't be opened",
        "single.avi": "only 1 frame, --min_frames=2",
        "brace.npy": "can't be read",
        "still.mp4": "a still picture. If it is a strip of frames, give --kind=strip",
        "nowhere.avi": "not a regular file",
        "pipe.avi": "not a regular file",
        "secret.mp4": "",
    }


def test_writes_what_it_says(raw, output, prepare, capsys):
    prepare(raw, output, (24, 24), test_fraction=0.3, fps=10.0)
    closing = capsys.readouterr().out
    assert (
        closing.startswith("6 ok, 0 skipped") and "2 labels (run, walk), train 4, test 2" in closing
    )
    manifest = json.loads((output / "manifest.json").read_text())
    assert (manifest["height"], manifest["width"]) == (24, 24)
    assert manifest["labels"] == ["run", "walk"]
    assert (manifest["videos"], manifest["frames"]) == (6, 48)
    assert manifest["fps"] == {"min": 10, "median": 10, "max": 10}
    videos = rows(output)
    assert [video["key"] for video in videos] == sorted(video["key"] for video in videos)
    assert [video["first_record"] for video in videos] == [0, 8, 16, 24, 32, 40]
    assert videos[0]["label"] == "run" and videos[5]["label"] == "walk"
    assert leftovers(output) == []
    assert sorted(path.name for path in output.iterdir()) == [
        "README.md", "contact_sheet.png", "frames-00000.tfrecord", "index.html", "manifest.json",
        "offsets.npy", "skipped.jsonl", "videos.jsonl",
    ]  # fmt: skip


def test_any_number_of_workers_writes_the_same_bytes(raw, tmp_path, prepare, monkeypatch):
    monkeypatch.setattr(chunks, "_ITEMS", 2)
    prepare(raw, tmp_path / "here", (16, 16))
    for workers in (1, 3):
        out = tmp_path / f"{workers}"
        preparation.prepare(str(raw), str(out), Settings(size=(16, 16)), workers=workers)
        assert_same_bytes(tmp_path / "here", out)
    assert len(list((tmp_path / "here").glob("*.tfrecord"))) == 3


def test_shards_end_where_a_clip_does(raw, output, prepare, monkeypatch):
    monkeypatch.setattr(shards, "SHARD_BYTES", 20_000)
    prepare(raw, output, (24, 24))
    manifest = json.loads((output / "manifest.json").read_text())
    assert [shard["records"] for shard in manifest["shards"]] == [16, 16, 16]
    assert [shard["name"] for shard in manifest["shards"]] == [
        "frames-00000.tfrecord", "frames-00000.1.tfrecord", "frames-00000.2.tfrecord"
    ]  # fmt: skip
    offsets = np.load(output / "offsets.npy")
    assert (offsets[[0, 16, 32]] == 0).all() and (offsets[[1, 17, 33]] > 0).all()


def test_bad_files_are_skipped_with_their_reason(raw, output, save_video):
    reasons = spoil(raw / "bad", save_video)
    settings = Settings(size=(16, 16))
    preparation.prepare(str(raw), str(output), settings, max_bad_fraction=0.7, workers=1)
    skipped = {row["path"]: row for row in rows(output, "skipped.jsonl")}
    assert sorted(skipped) == sorted(f"bad/{name}" for name in reasons)
    for name, reason in reasons.items():
        row = skipped[f"bad/{name}"]
        assert reason in row["reason"] and row["kind"] == "bad", (name, row)
    assert json.loads((output / "manifest.json").read_text())["labels"] == ["run", "walk"]


def test_what_may_not_be_read_is_skipped(raw, output, prepare, save_video, monkeypatch):
    """As by anyone but root, for whom `chmod 000` changes nothing."""
    save_video(raw / "locked.mp4", FRAMES[:4], "libx264", "yuv420p")
    real = builtins.open

    def opened(path, *arguments, **more):
        if str(path).endswith("locked.mp4"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return real(path, *arguments, **more)

    monkeypatch.setattr(builtins, "open", opened)
    prepare(raw, output, (16, 16), max_bad_fraction=0.2)
    assert rows(output, "skipped.jsonl") == [
        {"path": "locked.mp4", "reason": "can't be read: Permission denied", "kind": "bad"}
    ]
    assert len(rows(output)) == 6


def test_too_many_bad_files_are_an_error_and_the_rest_is_written(raw, output, prepare):
    (raw / "a.mp4").touch()
    with pytest.raises(DataError, match="1 of 7 files were skipped, above --max_bad_fraction=0.1"):
        prepare(raw, output, (16, 16))
    assert len(rows(output)) == 6


def test_no_usable_video_leaves_no_folder(tmp_path, output, prepare):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.mp4").touch()
    (tmp_path / "raw" / "b.mp4").write_text("b")
    with pytest.raises(DataError, match="none of its 2 videos is usable. The first, 'a.mp4': zero"):
        prepare(tmp_path / "raw", output, (16, 16))
    assert not output.exists() and leftovers(output) == []


def test_strict_writes_nothing_beside_a_bad_or_short_file(raw, output, prepare):
    (raw / "a.mp4").touch()
    with pytest.raises(DataError, match="'a.mp4': zero bytes, which --strict forbids"):
        prepare(raw, output, (16, 16), strict=True)
    (raw / "a.mp4").unlink()
    broken = np.full([8, 16, 16], 0.5)
    broken[5] = 2
    np.save(raw / "a.npy", broken)
    with pytest.raises(DataError, match="'a.npy': frame 5: values from 2 to 2"):
        prepare(raw, output, (16, 16), strict=True)
    assert not output.exists() and leftovers(output) == []
    (raw / "a.npy").unlink()
    prepare(raw, output, (16, 16), strict=True)


def test_frames_before_a_break_are_kept_and_counted_as_short(
    raw, output, prepare, save_video, capsys
):
    whole = save_video(raw / "run" / "cut.avi", FRAMES, "mjpeg", "yuvj420p")
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    prepare(raw, output, (16, 16))
    assert "7 ok, 0 skipped" in (closing := capsys.readouterr().out) and "1 short" in closing
    cut, *others = rows(output)
    assert cut["key"] == "run/cut.avi" and cut["short"] and 5 < cut["frames"] < 30
    assert not any(video["short"] for video in others)


def test_clips_that_are_too_short_leave_no_trace(raw, tmp_path, prepare):
    prepare(raw, tmp_path / "one", (16, 16), min_frames=5)
    np.save(raw / "run" / "person1a.npy", FRAMES[:4])
    prepare(raw, tmp_path / "two", (16, 16), min_frames=5, max_bad_fraction=0.2)
    for name in ("frames-00000.tfrecord", "videos.jsonl", "offsets.npy", "manifest.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert rows(tmp_path / "two", "skipped.jsonl") == [
        {"path": "run/person1a.npy", "reason": "only 4 frames, --min_frames=5", "kind": "bad"}
    ]


def test_odd_names_are_prepared(tmp_path, output, prepare, save_video):
    names = ["-é #%03d.avi", "http:x.avi", "line\nbreak.avi", "concat:a|b.avi"]
    for name in names:
        save_video(tmp_path / "raw" / name, FRAMES[:3])
    names.append(os.fsdecode(b"\xff.avi"))  # A name that is no text.
    os.rename(save_video(tmp_path / "raw" / "x.avi", FRAMES[:3]), tmp_path / "raw" / names[-1])
    prepare(tmp_path / "raw", output, (16, 16))
    assert [video["key"] for video in rows(output)] == sorted(names)
    assert {video["label"] for video in rows(output)} == {None}


def test_the_same_name_in_two_folders_and_the_same_bytes(raw, output, prepare, capsys):
    np.save(raw / "walk" / "copy.npy", np.load(raw / "run" / "person1.npy"))
    prepare(raw, output, (16, 16), test_fraction=0.5)
    found = {video["key"]: video for video in rows(output)}
    assert len(found) == 7 and "run/person0.npy" in found and "walk/person0.npy" in found
    assert found["walk/copy.npy"]["duplicate_of"] == "run/person1.npy"
    assert sum("duplicate_of" in video for video in found.values()) == 1
    printed = capsys.readouterr()
    assert "1 duplicates" in printed.out
    crosses = found["walk/copy.npy"]["split"] != found["run/person1.npy"]["split"]
    assert ("have the same bytes as one of the other" in printed.err) == crosses


def test_a_group_is_never_divided_and_a_listed_split_counts(raw, output, prepare):
    prepare(raw, output, (16, 16), group=r"person(\d)", test_fraction=0.4)
    split = {video["group"]: video["split"] for video in rows(output)}
    assert sorted(split) == ["0", "1", "2"]
    assert sorted(split.values()) == ["test", "test", "train"]  # ceil(0.4 * 3)
    assert all(video["split"] == split[video["group"]] for video in rows(output))
    (raw / "list.csv").write_text(
        "path,label,split\nrun/person0.npy,a,test\nrun/person1.npy,,train\nwalk/person0.npy,,\n"
    )
    prepare(raw / "list.csv", output.with_name("listed"), (16, 16), test_fraction=0.9)
    listed = rows(output.with_name("listed"))
    assert [video["split"] for video in listed] == ["test", "train", "train"]
    assert [video["label"] for video in listed] == ["a", "run", "walk"]


def test_wrong_group(raw, output, prepare):
    with pytest.raises(UsageError, match="matches none of the videos"):
        prepare(raw, output, (16, 16), group="nobody")


def test_arrays_of_several_videos_and_shots_have_keys_of_their_own(tmp_path, output, prepare):
    (tmp_path / "raw").mkdir()
    five = FRAMES[:20].reshape(4, 5, 24, 24, 3)
    np.savez(tmp_path / "raw" / "many.npz", a=five, b=FRAMES[:6])
    prepare(tmp_path / "raw", output, (24, 24), test_fraction=0.0)
    found = rows(output)
    keys = ["many.npz#a[0]", "many.npz#a[1]", "many.npz#a[2]", "many.npz#a[3]", "many.npz#b"]
    assert [video["key"] for video in found] == keys
    assert {video["group"] for video in found} == {"many.npz"}


def test_dropped_clips_leave_no_trace_and_near_duplicates_are_not_listed(tmp_path, prepare):
    raw = tmp_path / "raw"
    raw.mkdir()
    coarse = np.random.default_rng(1).integers(0, 256, [6, 9, 4, 4, 3], np.uint8)
    clips = coarse.repeat(6, axis=2).repeat(6, axis=3)
    for number, clip in enumerate(clips[:3]):
        np.save(raw / f"{number}.npy", clip)
    features = "colour + motion"
    prepare(raw, tmp_path / "plain", (24, 24), features=features)
    np.save(raw / "1black.npy", np.zeros_like(clips[0]))
    np.save(raw / "1still.npy", clips[5][:1].repeat(9, axis=0))
    np.save(raw / "1twin.npy", clips[1] // 2 * 2)
    drop = "static + black + near_duplicates"
    prepare(raw, tmp_path / "some", (24, 24), features=features, drop=drop)
    reasons = {row["path"]: row for row in rows(tmp_path / "some", "skipped.jsonl")}
    assert {path: row["reason"].split(":")[0] for path, row in reasons.items()} == {
        "1black.npy": "static", "1still.npy": "static", "1twin.npy": "near_duplicates",
    }  # fmt: skip
    assert {row["kind"] for row in reasons.values()} == {"dropped"}
    assert [row["key"] for row in rows(tmp_path / "some")] == ["0.npy", "1.npy", "2.npy"]
    one, two = (np.load(tmp_path / name / "features.npy") for name in ("plain", "some"))
    np.testing.assert_array_equal(one, two)
    names = json.loads((tmp_path / "some" / "features.json").read_text())["names"]
    assert one.shape == (3, len(names)) and "motion.mean" in names


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"features": "smell"}, "unknown name 'smell'"),
        ({"drop": "static(below=-1)"}, "below"),
        ({"shots": "cuts"}, "unknown name 'cuts'"),
    ],
)
def test_specs_are_checked_before_anything_is_read(raw, output, prepare, settings, why):
    with pytest.raises(UsageError, match=why):
        prepare(raw, output, (24, 24), **settings)
    assert leftovers(output) == []


def test_existing_output(raw, output, prepare):
    prepare(raw, output, (16, 16))
    with pytest.raises(StorageError, match="it exists already"):
        prepare(raw, output, (8, 8))
    assert json.loads((output / "manifest.json").read_text())["height"] == 16
    prepare(raw, output, (8, 8), overwrite=True)
    assert json.loads((output / "manifest.json").read_text())["height"] == 8
    assert leftovers(output) == []


def test_failed_run_leaves_the_old_output(raw, output, tmp_path, prepare):
    prepare(raw, output, (16, 16))
    before = (output / "manifest.json").read_bytes()
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "a.mp4").touch()
    with pytest.raises(DataError):
        prepare(tmp_path / "bad", output, (8, 8), overwrite=True)
    assert (output / "manifest.json").read_bytes() == before
    assert leftovers(output) == []


def test_overwrite_spares_what_is_not_prepared_data(raw, output, prepare):
    output.mkdir()
    (output / "thesis.tex").touch()
    with pytest.raises(StorageError, match="holds no manifest.json, so --overwrite"):
        prepare(raw, output, (16, 16), overwrite=True)
    assert (output / "thesis.tex").exists()
    (raw / "manifest.json").touch()
    for target in (raw, raw.parent):
        with pytest.raises(StorageError, match="holds the input"):
            prepare(raw, target, (16, 16), overwrite=True)
    assert (raw / "run" / "person0.npy").exists()


def test_goes_on_with_the_chunks_that_are_done(raw, tmp_path, prepare, monkeypatch, capsys):
    monkeypatch.setattr(chunks, "_ITEMS", 2)
    prepare(raw, tmp_path / "straight", (16, 16))
    written = []

    def stop_after_two(todo, workers, progress):
        for chunk in todo[:2]:
            written.append(chunk.number)
            chunks.write(chunk)
        raise KeyboardInterrupt

    def go_on(todo, workers, progress):
        for chunk in todo:
            written.append(chunk.number)
            chunks.write(chunk)

    arguments = (str(raw), str(tmp_path / "out"), Settings(size=(16, 16)))
    with pytest.raises(KeyboardInterrupt):
        preparation.prepare(*arguments, write=stop_after_two)
    assert not (tmp_path / "out").exists() and len(leftovers(tmp_path / "out")) == 1
    capsys.readouterr()
    preparation.prepare(*arguments, write=go_on)
    assert "going on: 4 of 6 files were done before" in capsys.readouterr().out
    assert written == [0, 1, 2]
    assert_same_bytes(tmp_path / "straight", tmp_path / "out")


def test_other_settings_or_files_begin_anew(raw, tmp_path, prepare, monkeypatch):
    def stop(todo, workers, progress):
        chunks.write(todo[0])
        raise KeyboardInterrupt

    monkeypatch.setattr(chunks, "_ITEMS", 2)
    out = tmp_path / "out"
    for size in ((16, 16), (12, 12)):
        with pytest.raises(KeyboardInterrupt):
            preparation.prepare(str(raw), str(out), Settings(size=size), write=stop)
        assert len(leftovers(out)) == 1
    np.save(raw / "run" / "person0.npy", FRAMES[20:30])
    prepare(raw, out, (12, 12))
    prepare(raw, tmp_path / "straight", (12, 12))
    assert_same_bytes(tmp_path / "straight", out)
    assert leftovers(out) == []


def test_a_second_run_into_one_output_is_refused(raw, output, prepare):
    def meanwhile(todo, workers, progress):
        with pytest.raises(StorageError, match=f"process {os.getpid()} on host .* is preparing it"):
            prepare(raw, output, (16, 16))
        for chunk in todo:
            chunks.write(chunk)

    preparation.prepare(str(raw), str(output), Settings(size=(16, 16)), write=meanwhile)
    assert output.exists()


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_that_appears_meanwhile_is_left_alone(raw, output, overwrite):
    def meanwhile(todo, workers, progress):
        for chunk in todo:
            chunks.write(chunk)
        output.mkdir()
        (output / "theirs").touch()

    with pytest.raises(StorageError):
        preparation.prepare(
            str(raw), str(output), Settings(size=(16, 16)), write=meanwhile, overwrite=overwrite
        )
    assert (output / "theirs").exists()


def test_a_full_disk_is_told_before_it_is_full(raw, output, prepare, monkeypatch):
    monkeypatch.setattr("data_prep.writing.disk.Space._free", lambda self: 2**20)
    with pytest.raises(StorageError, match="1 MiB are free. Free some space and run the same"):
        prepare(raw, output, (16, 16))
    assert not output.exists()


def test_killed_while_it_works_it_goes_on_to_the_same_bytes(tmp_path, prepare):
    raw = tmp_path / "raw"
    raw.mkdir()
    for number in range(400):
        np.save(raw / f"{number:03}.npy", FRAMES[number % 30 : number % 30 + 9])
    prepare(raw, tmp_path / "straight", (20, 20))
    command = [sys.executable, "-m", "data_prep.prepare_clips", f"--input={raw}", "--workers=2",
               f"--output={tmp_path / 'out'}", "--size=20"]  # fmt: skip
    for seconds in (0.8, 1.2):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        time.sleep(seconds)
        process.kill()
        process.wait()
        assert not (tmp_path / "out").exists() or process.returncode == 0
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode in (0, 5), done.stderr
    assert_same_bytes(tmp_path / "straight", tmp_path / "out")
    assert leftovers(tmp_path / "out") == []


def test_what_kills_hangs_or_bloats_a_process_is_named_and_the_rest_is_done(
    raw, output, monkeypatch
):
    for name in ("crash", "hang", "bloat", "crash2"):
        (raw / "run" / f"{name}.npy").write_bytes((raw / "run" / "person0.npy").read_bytes())
    here = os.path.dirname(__file__)  # For the workers, who import this file.
    monkeypatch.setenv("PYTHONPATH", f"{here}:{os.environ.get('PYTHONPATH', '')}")
    monkeypatch.setattr(pool, "_write", write_deadly)
    settings = Settings(size=(16, 16), file_seconds=2.0, file_memory=512)
    preparation.prepare(str(raw), str(output), settings, workers=2, max_bad_fraction=0.5)
    reasons = {row["path"]: row["reason"] for row in rows(output, "skipped.jsonl")}
    assert reasons == {
        "run/crash.npy": "the process that read it was ended by SIGSEGV",
        "run/crash2.npy": "the process that read it was ended by SIGSEGV",
        "run/hang.npy": "not done after --file_seconds=2",
        "run/bloat.npy": "it needs more memory than --file_memory allows",
    }
    assert len(rows(output)) == 6


def test_a_disk_that_gets_full_leaves_what_is_done_for_the_next_run(
    raw, tmp_path, prepare, monkeypatch
):
    monkeypatch.setattr(chunks, "_ITEMS", 2)
    prepare(raw, tmp_path / "straight", (16, 16))
    out, real = tmp_path / "out", shards.ShardWriter._write

    def write(writer, record):
        if "00001" in writer._file.name and writer._shard["records"] == 5:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), writer._file.name)
        real(writer, record)

    monkeypatch.setattr(shards.ShardWriter, "_write", write)
    with pytest.raises(OSError, match="No space left") as caught:
        prepare(raw, out, (16, 16))
    assert caught.value.errno == errno.ENOSPC and len(leftovers(out)) == 1 and not out.exists()
    monkeypatch.setattr(shards.ShardWriter, "_write", real)
    prepare(raw, out, (16, 16))
    assert_same_bytes(tmp_path / "straight", out)
    assert leftovers(out) == []


def test_how_far_a_worker_is_can_always_be_read(tmp_path):
    chunk = chunks.Chunk(0, "", str(tmp_path), (), Settings())
    os.mkdir(tmp_path / chunks.PARTS)
    assert pool._current(chunk) == pool._BEFORE
    for number in (117, pool._BEFORE, 3):
        pool._note(chunk, number)
        assert pool._current(chunk) == number


_WRITE = pool._write


def write_deadly(chunk, bad):
    """What a worker does, with files that do harm by their names."""
    from data_prep.inputs import opening

    real = opening.clips

    def clips(folder, item, settings, strip_frames):
        if "crash" in item.path:
            os.kill(os.getpid(), signal.SIGSEGV)
        if "hang" in item.path:
            time.sleep(100)
        if "bloat" in item.path:
            np.zeros(2**33, np.uint8)
        yield from real(folder, item, settings, strip_frames)

    opening.clips = clips
    try:
        _WRITE(chunk, bad)
    finally:
        opening.clips = real


def test_a_worker_that_dies_at_once_is_no_endless_loop(raw, output, monkeypatch):
    monkeypatch.setattr(pool, "_write", die)
    with pytest.raises(DataError, match="a worker ended with 7 before it read a file"):
        preparation.prepare(str(raw), str(output), Settings(size=(16, 16)), workers=1)


def die(chunk, bad):
    """Ends the process."""
    os._exit(7)


def test_a_label_that_can_not_be_learnt_is_said(tmp_path, output, prepare, capsys):
    listed = "path,label,split\n"
    for name, label, split in (("a1", "a", "train"), ("a2", "a", "train"), ("b", "b", "test")):
        np.save(tmp_path / f"{name}.npy", FRAMES[:8])
        listed += f"{name}.npy,{label},{split}\n"
    (tmp_path / "list.csv").write_text(listed)
    prepare(tmp_path / "list.csv", output, (8, 8))
    assert (
        "label 'b': all its videos are test, and none are there to learn" in capsys.readouterr().err
    )
