"""Prepared data looked through, whole and damaged in each way."""

import json
import os

import numpy as np
import pytest

from data_prep import inspect
from data_prep.base.reading import Prepared
from vgan.core.errors import DataError
from vgan.data import records

FRAMES = np.random.default_rng(0).integers(0, 256, [40, 16, 24, 3], np.uint8)


@pytest.fixture
def folder(tmp_path, prepare):
    for label, first, count in [("run", 0, 4), ("run", 5, 6), ("walk", 12, 9)]:
        (tmp_path / "raw" / label).mkdir(parents=True, exist_ok=True)
        np.save(tmp_path / "raw" / label / f"{count}.npy", FRAMES[first : first + count])
    np.save(tmp_path / "raw" / "twin.npy", FRAMES[5:11])
    prepare(tmp_path / "raw", tmp_path / "out", (16, 24), fps=5.0, test_fraction=0.25)
    return tmp_path / "out"


def check(folder):
    prepared = Prepared(str(folder))
    inspect.check_index(prepared)
    counts = []
    inspect.verify(prepared, counts.append)
    return counts


def manifest(folder, **changes):
    path = folder / "manifest.json"
    whole = {**json.loads(path.read_text()), **changes}
    path.write_text(json.dumps(whole))
    return whole


def resign(folder):
    """What someone does who changes a shard on purpose."""
    shard = folder / "frames-00000.tfrecord"
    (row,) = manifest(folder)["shards"]
    row = {**row, "bytes": shard.stat().st_size, "sha256": inspect._sha256(shard)}
    manifest(folder, shards=[row])


def flip(path, place, bits=255):
    data = bytearray(path.read_bytes())
    data[place] ^= bits
    path.write_bytes(data)


def test_all_is_well(folder):
    assert check(folder) == [1, 2, 3, 4]


def test_frames_come_back_as_they_were(folder):
    prepared = Prepared(str(folder))
    found = {row["key"]: np.array(list(prepared.frames(row))) for row in prepared.rows()}
    assert sorted(found) == ["run/4.npy", "run/6.npy", "twin.npy", "walk/9.npy"]
    for key, first, count in [("run/4.npy", 0, 4), ("run/6.npy", 5, 6), ("walk/9.npy", 12, 9)]:
        np.testing.assert_array_equal(found[key], FRAMES[first : first + count])


def test_overview(folder):
    lines = inspect.overview(Prepared(str(folder)))
    size = (folder / "frames-00000.tfrecord").stat().st_size / 2**20
    assert lines[:4] == [
        f"4 clips, 25 frames of 16x24 pixels (height x width), 0.00 hours, {size:.1f} MiB, "
        "shards: 1",
        "frames a clip: from 4 to 9, median 6",
        "frames a second: from 5 to 5, median 5",
        "short: 0, with the bytes of another file: 1",
    ]
    table = [line.split() for line in lines[4:]]
    assert [row[0] for row in table] == ["label", "(none)", "run", "walk"]
    assert table[0][1:] == ["train", "test"]
    counts = np.array([row[1:] for row in table[1:]], int)
    assert counts.sum(axis=1).tolist() == [1, 2, 1] and counts[:, 1].sum() == 1


def test_an_unknown_rate(folder):
    manifest(folder, fps={"min": None, "median": None, "max": None})
    assert inspect.overview(Prepared(str(folder)))[2] == "frames a second: unknown"


@pytest.mark.parametrize("record", [0, 7, 24])
def test_a_flipped_byte_names_shard_and_byte(folder, record):
    begin = int(np.load(folder / "offsets.npy")[record])
    flip(folder / "frames-00000.tfrecord", begin + 60)
    with pytest.raises(DataError, match=rf"frames-00000.tfrecord': at byte {begin}, "):
        check(folder)


def test_bytes_that_no_clip_has_are_seen_by_the_sum_of_the_shard(folder):
    manifest(folder, shards=[{**manifest(folder)["shards"][0], "sha256": "0" * 64}])
    with pytest.raises(DataError, match="frames-00000.tfrecord': its SHA-256 is not"):
        check(folder)


def test_a_record_that_is_no_picture_or_of_another_size(folder):
    shard = folder / "frames-00000.tfrecord"
    last = int(np.load(folder / "offsets.npy")[-1])
    whole = shard.read_bytes()
    shard.write_bytes(whole[:last] + records.pack(b"no picture"))
    resign(folder)
    with pytest.raises(DataError, match=f"at byte {last}, the record is not a PNG"):
        check(folder)
    shard.write_bytes(whole)
    resign(folder)
    manifest(folder, height=17)
    with pytest.raises(DataError, match=r"at byte 0, the frame is \(16, 24\), not \(17, 24\)"):
        check(folder)


@pytest.mark.parametrize("cut", [1, 500])
def test_a_cut_shard(folder, cut):
    shard = folder / "frames-00000.tfrecord"
    size = shard.stat().st_size
    shard.write_bytes(shard.read_bytes()[:-cut])
    with pytest.raises(DataError, match=f"{size - cut} bytes, the manifest says {size}"):
        check(folder)


def test_a_missing_and_a_strange_shard(folder):
    (folder / "frames-9.tfrecord").touch()
    with pytest.raises(DataError, match="frames-9.tfrecord': not in the manifest"):
        check(folder)
    (folder / "frames-9.tfrecord").unlink()
    (folder / "frames-00000.tfrecord").unlink()
    with pytest.raises(DataError, match="frames-00000.tfrecord': missing"):
        check(folder)


def test_another_list_of_videos(folder):
    path = folder / "videos.jsonl"
    path.write_text(path.read_text().replace("run/4", "run/5"))
    with pytest.raises(DataError, match="videos.jsonl': its SHA-256 is not the manifest's"):
        check(folder)
    path.unlink()
    with pytest.raises(DataError, match="videos.jsonl'"):
        check(folder)
    with pytest.raises(DataError, match="videos.jsonl'"):
        list(Prepared(str(folder)).rows())


@pytest.mark.parametrize("line", [b"{", b"\xff\n"])
def test_rows_that_cannot_be_read(folder, line):
    (folder / "videos.jsonl").write_bytes(line)
    with pytest.raises(DataError, match="videos.jsonl'"):
        list(Prepared(str(folder)).rows())


@pytest.mark.parametrize("record", [0, 1, 6])
@pytest.mark.parametrize("by", [-(2**40), -1, 1, 2**40])
def test_a_wrong_offset(folder, record, by):
    """A window in the middle of a clip is read from there."""
    offsets = np.load(folder / "offsets.npy")
    offsets[record] += by
    np.save(folder / "offsets.npy", offsets)
    with pytest.raises(DataError, match="offsets.npy': .*record|tfrecord': at byte"):
        check(folder)


@pytest.mark.parametrize("spoil", ["short", "long", "cut", "missing", "flat"])
def test_damaged_offsets(folder, spoil):
    path = folder / "offsets.npy"
    offsets = np.load(path)
    if spoil == "cut":
        path.write_bytes(path.read_bytes()[:-8])
    elif spoil == "missing":
        path.unlink()
    else:
        changed = {"short": offsets[1:], "long": np.append(offsets, 0), "flat": offsets[None]}
        np.save(path, changed[spoil])
    with pytest.raises(DataError, match="offsets.npy'"):
        check(folder)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "manifest.json': damaged .*Expecting value"),
        ("[]", "manifest.json': damaged .*no object"),
        (
            f'{{"format": {records.FORMAT_VERSION}}}',
            "damaged .*'height' is missing",
        ),
        ('{"format": 99}', "format 99, this version reads"),
        (None, "no manifest.json in it"),
    ],
)
def test_a_manifest_that_says_nothing(folder, text, why):
    if text is None:
        (folder / "manifest.json").unlink()
    else:
        (folder / "manifest.json").write_text(text)
    with pytest.raises(DataError, match=why):
        Prepared(str(folder))


def test_what_a_script_sees(folder, command):
    def run(*arguments):
        return command("data_prep.inspect", *arguments)

    done = run(folder)
    assert done.code == 0 and done.err == ""
    assert done.out.splitlines()[-1] == "all bytes are as they were written"
    flip(folder / "frames-00000.tfrecord", 100)
    done = run(folder)
    assert done.code == 2 and done.err.count("\n") == 1 and "at byte 0" in done.err
    assert done.out.startswith("4 clips, 25 frames")
    assert run(folder, "--noverify").code == 0
    (folder / "videos.jsonl").write_text("{\n")
    assert run(folder, "--noverify").code == 2
    assert run(folder / "nowhere").code == 2
    assert run().code == run(folder, folder).code == 1


def test_a_label_that_is_no_text_is_shown_all_the_same(tmp_path, prepare, command):
    (tmp_path / "raw").mkdir()
    label = os.fsencode(tmp_path) + b"/raw/\xff"
    os.mkdir(label)
    np.save(os.fsdecode(label) + "/a.npy", FRAMES[:3])
    prepare(tmp_path / "raw", tmp_path / "out", (16, 24))
    done = command("data_prep.inspect", tmp_path / "out")
    assert done.code == 0 and "\\udcff " in done.out, done.err
