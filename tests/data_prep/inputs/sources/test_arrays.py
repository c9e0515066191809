"""Arrays as videos."""

import h5py
import numpy as np
import pytest

from data_prep.base.settings import Settings
from data_prep.inputs.sources.arrays import ArraySource, open_arrays
from data_prep.inputs.sources.source import BadFileError

COLOURS = np.random.default_rng(0).integers(0, 256, [4, 5, 6, 3], np.uint8)


def read(array, **settings):
    source = ArraySource(array, Settings(**settings))
    return np.array(list(source.frames())), source


@pytest.mark.parametrize(
    "array",
    [
        COLOURS,
        COLOURS.astype(np.uint16) * 257,
        COLOURS.astype(np.float32) / 255,
        np.concatenate([COLOURS, np.full_like(COLOURS[..., :1], 255)], axis=-1),
    ],
)
def test_each_type_gives_the_same_values(array):
    found, source = read(array)
    np.testing.assert_array_equal(found, COLOURS)
    assert (source.size, source.fps, source.broken) == ((5, 6), None, "")


def test_gray_and_bool():
    np.testing.assert_array_equal(read(COLOURS[..., 0])[0], COLOURS[..., :1].repeat(3, -1))
    np.testing.assert_array_equal(read(COLOURS[..., :1])[0], COLOURS[..., :1].repeat(3, -1))
    assert set(read(COLOURS[..., 0] > 99)[0].ravel()) == {0, 255}


def test_transparent_parts_show_the_background():
    array = np.full([2, 3, 3, 4], (200, 0, 0, 51), np.uint8)
    assert read(array, background=(0, 100, 250))[0][1, 2, 2].tolist() == [40, 80, 200]


def test_rate_is_what_is_said():
    assert read(COLOURS, fps=12.0)[1].fps == 12.0


@pytest.mark.parametrize(
    ("array", "why"),
    [
        (COLOURS[0], None),
        (np.zeros([3, 4]), "no video"),
        (np.zeros([3, 4, 4, 2]), "no video"),
        (np.zeros([3, 4, 4], np.int32), "type int32"),
        (np.zeros([0, 4, 4], np.uint8), "empty"),
    ],
)
def test_shapes_and_types_that_are_no_video(array, why):
    if why is None:  # [5, 6, 3] can't be told from five gray frames.
        assert len(read(array)[0]) == 5
        return
    with pytest.raises(BadFileError, match=why):
        ArraySource(array, Settings())


def test_too_large():
    with pytest.raises(BadFileError, match="6x5 pixels: at most 29"):
        ArraySource(COLOURS, Settings(max_pixels=29))


@pytest.mark.parametrize("wrong", [1.5, -0.1, np.nan])
def test_floats_out_of_range_end_it(wrong):
    array = COLOURS / 255
    array[2, 0, 0, 0] = wrong
    found, source = read(array)
    assert len(found) == 2 and source.broken.startswith("frame 2: values from")


def test_files(tmp_path):
    np.save(tmp_path / "a.npy", COLOURS)
    np.savez(tmp_path / "a.npz", b=COLOURS, a=np.stack([COLOURS, COLOURS + 1]))
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["group/x"] = COLOURS
        file["five"] = np.stack([COLOURS, COLOURS + 1])

    def found(name, kind):
        with open_arrays(str(tmp_path / name), kind) as arrays:
            return {name: read(array)[0] for name, array in arrays}

    assert list(found("a.npy", "npy")) == [""]
    for name, kind, expected in [
        ("a.npz", "npz", ["b", "a[0]", "a[1]"]),
        ("a.h5", "hdf5", ["five[0]", "five[1]", "group/x"]),
    ]:
        videos = found(name, kind)
        assert list(videos) == expected
        for key, video in videos.items():
            np.testing.assert_array_equal(video, COLOURS + ("[1]" in key))


@pytest.mark.parametrize("kind", ["npy", "npz", "hdf5"])
def test_damaged_files(tmp_path, kind):
    np.savez(tmp_path / "a", b=COLOURS)
    data = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "a.npz").write_bytes(data[: len(data) // 2])
    with pytest.raises(BadFileError, match=f"can't be read as {kind}"):
        with open_arrays(str(tmp_path / "a.npz"), kind) as arrays:
            list(arrays)


def test_objects_are_never_loaded(tmp_path):
    np.save(tmp_path / "a.npy", np.array([{}, {}], object), allow_pickle=True)
    with pytest.raises(BadFileError, match="can't be read as npy"):
        with open_arrays(str(tmp_path / "a.npy"), "npy") as arrays:
            list(arrays)
