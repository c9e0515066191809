"""The reader, on what the preparation wrote."""

import concurrent.futures
import hashlib
import json
import shutil

import cv2
import numpy as np
import pytest

from data_prep.base.reading import Prepared
from data_prep.writing import shards
from vgan.core import spec
from vgan.core.clip import ClipSpec
from vgan.core.errors import DataError, UsageError
from vgan.data import records
from vgan.data.folder import windows

SIZE = 16
LENGTHS = {"down/a.npy": 6, "down/b.npy": 9, "up/c.npy": 3, "up/d.npy": 12}


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    folder = tmp_path_factory.mktemp("raw")
    for seed, (name, count) in enumerate(LENGTHS.items()):
        (folder / name).parent.mkdir(exist_ok=True)
        noise = np.random.default_rng(seed).integers(0, 256, [count, SIZE, SIZE, 3], np.uint8)
        np.save(folder / name, noise)
    return folder


@pytest.fixture(scope="module")
def pristine(raw, tmp_path_factory, prepare):
    """Prepared in two shards, all of it for training."""
    output = tmp_path_factory.mktemp("prepared") / "data"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards, "SHARD_BYTES", 10_000)
        prepare(raw, output, (SIZE, SIZE), test_fraction=0.0)
    assert len(list(output.glob("*.tfrecord"))) == 2
    return str(output)


@pytest.fixture
def prepared(pristine, tmp_path):
    """A copy to damage."""
    return shutil.copytree(pristine, tmp_path / "copy")


def open_train(path, frames=3, size=SIZE, frame_step=1):
    return windows(ClipSpec(frames, size, size), frame_step, "train", str(path))


@pytest.mark.parametrize(("frames", "frame_step"), [(1, 1), (3, 1), (3, 2), (2, 7)])
def test_windows_are_all_runs_of_frames_within_a_video(raw, pristine, frames, frame_step):
    expected = []
    for name in LENGTHS:
        video = np.load(raw / name)
        assert len(video) == LENGTHS[name]
        for start in range(len(video) - (frames - 1) * frame_step):
            clip = video[start : start + (frames - 1) * frame_step + 1 : frame_step]
            expected.append((clip, ["down", "up"].index(name.split("/")[0])))
    found = open_train(pristine, frames, frame_step=frame_step)
    assert len(found) == len(expected)
    for (video, label), (expected_video, expected_label) in zip(found, expected, strict=True):
        assert video.dtype == np.uint8
        np.testing.assert_array_equal(video, expected_video)
        assert label == expected_label
    np.testing.assert_array_equal(found[-1][0], expected[-1][0])
    with pytest.raises(IndexError):
        found[len(found)]


def test_says_labels_rate_and_what_the_data_is(raw, prepared, pristine, tmp_path, prepare):
    found = open_train(pristine, frame_step=2)
    assert found.labels == ("down", "up")
    assert found.fps == 12.5
    assert open_train(prepared, frames=2).fingerprint == found.fingerprint
    other = tmp_path / "other"
    prepare(raw, other, (SIZE - 1, SIZE), test_fraction=0.0)
    assert open_train(other, size=8).fingerprint != found.fingerprint


def test_any_frames_of_the_video_of_a_window(raw, pristine):
    """In any order, again and again, and in the second shard too; and how far they go."""
    found = open_train(pristine, frame_step=2)
    # Windows of 5 frames: 2 of a, 5 of b, none of c, 8 of d.
    for window, name, start in ((1, "down/a.npy", 1), (4, "down/b.npy", 2), (14, "up/d.npy", 7)):
        video = np.load(raw / name)
        assert found.extent(window) == (-start, len(video) - 1 - start)
        wanted = np.array([len(video) - 1, 0, 3, 3, 2])
        frames, label = found.frames(window, wanted - start)
        np.testing.assert_array_equal(frames, video[wanted])
        assert label == found[window][1]
    assert found.window_labels.tolist() == [label for _, label in found]


def test_is_built_from_a_spec(pristine):
    clip = ClipSpec(3, SIZE, SIZE)
    folder = spec.Spec("folder", {"path": pristine})
    built = spec.build(folder, "vgan.data.{}.windows", clip=clip, frame_step=1, split="train")
    np.testing.assert_array_equal(built[5][0], open_train(pristine)[5][0])


def test_smaller_windows_are_resized(pristine):
    clip = ClipSpec(3, 8, 12)
    large, small = open_train(pristine)[4][0], windows(clip, 1, "train", pristine)[4][0]
    expected = [cv2.resize(frame, (12, 8), interpolation=cv2.INTER_AREA) for frame in large]
    np.testing.assert_array_equal(small, expected)


def test_threads_read_the_same(pristine):
    found = open_train(pristine)
    order = np.random.default_rng(0).integers(len(found), size=200)
    expected = [video for video, _ in found]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for index, (video, _) in zip(order, pool.map(found.__getitem__, order), strict=True):
            np.testing.assert_array_equal(video, expected[index])


def test_larger_windows_are_refused(pristine):
    with pytest.raises(UsageError, match=r"--height=16 --width=20: larger than the 16x16"):
        windows(ClipSpec(3, 16, 20), 1, "train", pristine)


@pytest.mark.parametrize(
    ("clip", "frame_step", "split"),
    [((3, 8, 8, 1), 1, "train"), ((3, 8, 8), 0, "train"), ((3, 8, 8), 1, "validation")],
)
def test_arguments_out_of_range_are_refused(pristine, clip, frame_step, split):
    with pytest.raises(UsageError, match="can't give"):
        windows(ClipSpec(*clip), frame_step, split, pristine)


def test_videos_that_are_too_short(pristine):
    text = "longest train video has 12 frames, --frames=5 --frame_step=3 needs 13"
    with pytest.raises(DataError, match=text):
        open_train(pristine, 5, frame_step=3)
    assert len(open_train(pristine, 4, frame_step=3)) == 3
    with pytest.raises(DataError, match="no test videos"):
        windows(ClipSpec(2, 8, 8), 1, "test", pristine)


def test_flipped_byte_names_shard_and_offset(prepared):
    offsets = np.load(prepared / "offsets.npy")
    shard = prepared / "frames-00000.tfrecord"
    data = bytearray(shard.read_bytes())
    data[offsets[4] + 30] ^= 1
    shard.write_bytes(data)
    found = open_train(prepared, frames=2)
    assert found[2][0].shape == (2, SIZE, SIZE, 3)
    with pytest.raises(DataError, match=rf"frames-00000.tfrecord'.* byte {offsets[4]},"):
        found[3]


def test_frames_between_those_of_a_window_are_not_checked(prepared):
    offsets = np.load(prepared / "offsets.npy")
    shard = prepared / "frames-00000.tfrecord"
    data = bytearray(shard.read_bytes())
    data[offsets[1] + 30] ^= 1
    shard.write_bytes(data)
    assert open_train(prepared, frames=2, frame_step=2)[0][0].shape == (2, SIZE, SIZE, 3)


def test_missing_cut_and_extra_shards(prepared):
    shard = prepared / "frames-00000.1.tfrecord"
    data = shard.read_bytes()
    extra = shutil.copy(shard, prepared / "frames-00001.tfrecord")
    with pytest.raises(DataError, match="frames-00001.tfrecord': not in the manifest"):
        open_train(prepared)
    extra.unlink()
    shard.write_bytes(data[:-1])
    with pytest.raises(DataError, match=f"{len(data) - 1} bytes, the manifest says {len(data)}"):
        open_train(prepared)
    shard.unlink()
    with pytest.raises(DataError, match="frames-00000.1.tfrecord': missing"):
        open_train(prepared)


@pytest.mark.parametrize("name", ["manifest.json", "videos.jsonl", "offsets.npy"])
def test_damaged_index(prepared, name):
    path = prepared / name
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(DataError, match=name):
        open_train(prepared)


def test_wrong_offset(prepared):
    offsets = np.load(prepared / "offsets.npy")
    offsets[1] = -7
    np.save(prepared / "offsets.npy", offsets)
    with pytest.raises(DataError, match="offsets.npy': wrong at record 0"):
        open_train(prepared)[0]


def test_other_format(prepared):
    manifest = json.loads((prepared / "manifest.json").read_text())
    (prepared / "manifest.json").write_text(json.dumps({**manifest, "format": 99}))
    with pytest.raises(DataError, match="format 99, this version reads 2"):
        open_train(prepared)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("height", "16"), ("width", 0), ("labels", [1]), ("labels", "down"), ("frames", -1),
        ("fps", None), ("fps", {"min": 1, "median": float("nan"), "max": 2}),
        ("fps", {"min": 1, "median": -5, "max": 2}), ("fps", {"min": 1}),
        ("fps", {"min": 1, "median": None, "max": 2}), ("shards", {}),
        ("shards", [1]), ("shards", [{"name": "../a.tfrecord", "records": 1, "bytes": 1,
                                      "sha256": ""}]), ("videos_sha256", 5), ("videos", "4"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("reader", [open_train, lambda path: Prepared(str(path))])
def test_a_manifest_that_can_not_be(prepared, reader, field, value):
    path = prepared / "manifest.json"
    manifest = json.loads(path.read_text())
    for wrong in (manifest | {field: value}, {n: v for n, v in manifest.items() if n != field}):
        path.write_text(json.dumps(wrong))
        with pytest.raises(DataError, match=f"manifest.json': .*'{field}'"):
            reader(prepared)
    path.write_text(json.dumps(manifest | {"frames": manifest["frames"] + 1}))
    with pytest.raises(DataError, match="manifest.json': its shards have another number"):
        reader(prepared)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda row: 7,
        lambda row: {name: of for name, of in row.items() if name != "split"},
        lambda row: row | {"frames": "6"},
        lambda row: row | {"frames": -6},
        lambda row: row | {"frames": 6.5},
        lambda row: row | {"first_record": 10**9},
        lambda row: row | {"first_record": 2**62, "frames": 2**62},
        lambda row: row | {"path": 7},
    ],
)
def test_rows_that_can_not_be(prepared, spoil):
    lines = (prepared / "videos.jsonl").read_text().splitlines()
    lines[0] = json.dumps(spoil(json.loads(lines[0])))
    data = ("\n".join(lines) + "\n").encode()
    (prepared / "videos.jsonl").write_bytes(data)
    manifest = json.loads((prepared / "manifest.json").read_text())
    manifest["videos_sha256"] = hashlib.sha256(data).hexdigest()
    (prepared / "manifest.json").write_text(json.dumps(manifest))
    for read in (open_train, lambda path: list(Prepared(str(path)).rows())):
        with pytest.raises(DataError, match="videos.jsonl'"):
            read(prepared)


@pytest.mark.parametrize("spoil", [lambda png: b"", lambda png: png[:20], lambda png: b"GIF" + png,
                                   lambda png: png[:16] + b"\0\1\0\0" * 2 + png[24:],
                                   lambda png: png[:40] + bytes(len(png) - 40)])  # fmt: skip
def test_a_record_that_is_no_frame(prepared, spoil):
    """Whole by its checksums: empty, cut, of another kind, of 65536 x 65536 pixels, damaged."""
    manifest = json.loads((prepared / "manifest.json").read_text())
    path = prepared / manifest["shards"][0]["name"]
    data = path.read_bytes()
    size = records.framed_size(data[: records.HEADER_BYTES])
    record = records.pack(spoil(records.unpack(data[:size])))
    path.write_bytes(record + data[size:])
    offsets = np.load(prepared / "offsets.npy")
    first = manifest["shards"][0]["records"]
    offsets[1:first] += len(record) - size
    np.save(prepared / "offsets.npy", offsets)
    manifest["shards"][0]["bytes"] += len(record) - size
    (prepared / "manifest.json").write_text(json.dumps(manifest))
    row, *_ = Prepared(str(prepared)).rows()
    for read in (
        lambda: open_train(prepared, frames=1)[0],
        lambda: list(Prepared(str(prepared)).frames(row)),
    ):
        with pytest.raises(DataError, match=f"{path.name}': at byte 0"):
            read()


def test_raw_videos_say_how_to_prepare_them(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "a.mp4").touch()
    with pytest.raises(DataError) as caught:
        windows(ClipSpec(3, 16, 20), 1, "train", f"{raw}/")
    command = (
        f"python -m data_prep.prepare_clips --input={raw}/ --output={raw}-prepared --size=16x20"
    )
    assert str(caught.value).endswith(command)


def test_folder_missing_or_without_videos(tmp_path):
    with pytest.raises(DataError, match="nowhere': not a folder"):
        open_train(tmp_path / "nowhere")
    (tmp_path / "note.txt").touch()
    with pytest.raises(DataError, match=r"Looked for manifest.json and .*\*.mp4"):
        open_train(tmp_path)
    with pytest.raises(DataError, match="note.txt': not a folder"):
        open_train(tmp_path / "note.txt")


@pytest.mark.parametrize("interval", [1, 2, 5, 99])
def test_windows_apart(pristine, raw, interval):
    """Their starts lie so many frames apart in each video; videos of 6, 9, 3 and 12 frames."""
    data = windows(ClipSpec(3, SIZE, SIZE), 2, "train", pristine)
    numbers, sources = data.apart(interval)
    starts = {name: range(0, count - 4, interval) for name, count in LENGTHS.items() if count > 4}
    assert len(numbers) == len(sources) == sum(map(len, starts.values()))
    for source, (name, expected) in enumerate(starts.items()):
        frames = np.load(raw / name)
        for number, start in zip(numbers[sources == source], expected, strict=True):
            np.testing.assert_array_equal(data[number][0], frames[start : start + 5 : 2])
