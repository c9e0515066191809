"""Files of several arrays, of which some are no videos."""

import json

import h5py
import numpy as np
import pytest

from vgan.core.errors import DataError

VIDEO = np.random.default_rng(0).integers(0, 256, [6, 20, 20, 3], np.uint8)


def rows(output, name):
    return [json.loads(line) for line in (output / name).read_text().splitlines()]


@pytest.fixture
def raw(tmp_path):
    (tmp_path / "raw").mkdir()
    return tmp_path / "raw"


def save(path, **arrays):
    if path.suffix == ".npz":
        np.savez(path, **arrays)
        return
    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            file[name] = array


@pytest.mark.parametrize("suffix", ["npz", "h5"])
def test_labels_beside_videos_are_told_and_the_features_stay_in_their_rows(
    raw, tmp_path, prepare, suffix
):
    save(raw / f"a.{suffix}", a_labels=np.arange(6), video=VIDEO, z_text=np.bytes_("text"))
    np.save(raw / "b.npy", 255 - VIDEO)
    prepare(raw, tmp_path / "out", (16, 16), features="colour")
    assert [row["key"] for row in rows(tmp_path / "out", "videos.jsonl")] == [
        f"a.{suffix}#video", "b.npy"
    ]  # fmt: skip
    skipped = {row["path"]: row for row in rows(tmp_path / "out", "skipped.jsonl")}
    assert sorted(skipped) == [f"a.{suffix}#a_labels", f"a.{suffix}#z_text"]
    assert skipped[f"a.{suffix}#a_labels"]["reason"].startswith("unusable: shape [6] is no video")
    (raw / f"a.{suffix}").unlink()
    prepare(raw, tmp_path / "alone", (16, 16), features="colour")
    both, alone = (np.load(tmp_path / name / "features.npy") for name in ("out", "alone"))
    assert both.shape[0] == 2
    np.testing.assert_array_equal(both[1], alone[0])


def test_a_damaged_array_spares_those_before_it(raw, tmp_path, prepare):
    np.savez(raw / "a.npz", one=VIDEO, two=255 - VIDEO)
    data = bytearray((raw / "a.npz").read_bytes())
    place = data.index(VIDEO[3].tobytes())
    second = data.index((255 - VIDEO[3]).tobytes())
    assert place < second
    data[second] ^= 255  # Against the checksum of the archive.
    (raw / "a.npz").write_bytes(data)
    np.save(raw / "b.npy", VIDEO // 2)
    arguments = {"features": "colour", "max_bad_fraction": 0.5}
    prepare(raw, tmp_path / "out", (16, 16), **arguments)
    found = rows(tmp_path / "out", "videos.jsonl")
    assert [row["key"] for row in found] == ["a.npz#one", "b.npy"]
    (bad,) = rows(tmp_path / "out", "skipped.jsonl")
    assert bad["path"] == "a.npz" and bad["kind"] == "bad" and "CRC" in bad["reason"]
    assert len(np.load(tmp_path / "out" / "features.npy")) == 2
    with pytest.raises(DataError, match="'a.npz': .*, which --strict forbids"):
        prepare(raw, tmp_path / "strict", (16, 16), strict=True)


def test_what_hdf5_holds_besides_arrays_is_passed_over(raw, tmp_path, prepare):
    with h5py.File(raw / "a.h5", "w") as file:
        file["type"] = np.dtype("u1")
        file["empty"] = h5py.Empty("f")
        file["video"] = VIDEO
    prepare(raw, tmp_path / "out", (16, 16))
    assert [row["key"] for row in rows(tmp_path / "out", "videos.jsonl")] == ["a.h5#video"]


def test_hdf5_opens_no_other_file(raw, tmp_path, prepare):
    (tmp_path / "secret").write_bytes(VIDEO.tobytes())
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["v"] = VIDEO
    layout = h5py.VirtualLayout(VIDEO.shape, "u1")
    layout[:] = h5py.VirtualSource(str(tmp_path / "other.h5"), "v", VIDEO.shape)
    with h5py.File(raw / "a.h5", "w") as file:
        outside = [(str(tmp_path / "secret"), 0, VIDEO.nbytes)]
        file.create_dataset("external", VIDEO.shape, "u1", external=outside)
        file.create_virtual_dataset("virtual", layout)
        file["link"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "v")
        file["own"] = 255 - VIDEO
    prepare(raw, tmp_path / "out", (16, 16))
    assert [row["key"] for row in rows(tmp_path / "out", "videos.jsonl")] == ["a.h5#own"]
