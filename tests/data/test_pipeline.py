import numpy as np
import pytest
import tensorflow as tf

from vgan.core.clip import ClipSpec
from vgan.core.errors import DataError, UsageError
from vgan.data.folder import Folder
from vgan.data.opening import open_windows
from vgan.data.pipeline import batches
from vgan.data.shapes import Shapes

CLIP = ClipSpec(2, 16, 16)


class Numbered:
    """Window i has pixels i in its left half and 100 + i in its right one, and label 2 i."""

    source = None

    def __init__(self, number):
        self._number = number

    def __len__(self):
        return self._number

    def __getitem__(self, index):
        video = np.full((2, 2, 4, 3), index, np.uint8)
        video[:, :, 2:] += 100
        return video, 2 * index


def read(number, batch_size, count, seed=0, first_sample=0, augment=""):
    """The first `count` samples: windows' numbers, and which of them were mirrored."""
    data = batches(Numbered(number), batch_size, seed, first_sample, augment)
    taken = list(data.take(-(-count // batch_size)).as_numpy_iterator())
    video, _, label, samples = (
        np.concatenate(parts) for parts in zip(*(clips[:4] for clips in taken), strict=True)
    )
    np.testing.assert_array_equal(samples, first_sample + np.arange(len(video)))
    index = label // 2
    mirrored = video[:, 0, 0, 0, 0] >= 100
    plain = np.where(mirrored[:, None, None, None, None], video[:, :, :, ::-1], video)
    for clip, of in zip(plain, index, strict=True):
        np.testing.assert_array_equal(clip, Numbered(number)[of][0])
    return index[:count], mirrored[:count]


def order(*args, **kwargs):
    return read(*args, **kwargs)[0].tolist()


@pytest.mark.parametrize(("number", "batch_size"), [(10, 4), (12, 4), (3, 8), (1, 4), (7, 7)])
def test_each_pass_visits_every_window_once(number, batch_size):
    passes = np.reshape(order(number, batch_size, 6 * number), (6, number))
    for one in passes:
        assert sorted(one) == list(range(number))
    if number > 2:
        assert len(np.unique(passes, axis=0)) > 1


def test_passes_and_seeds_differ():
    first, second = np.reshape(order(50, 10, 100), (2, 50)).tolist()
    other = order(50, 10, 50, seed=1)
    assert first != second and first != other and second != other
    assert first != sorted(first)
    assert order(50, 10, 50) == first


@pytest.mark.parametrize("batch_size", [4, 6])
def test_goes_on_where_it_was_left(batch_size):
    """At any sample, with any batch size: the order is one of samples, not of batches."""
    whole, whole_mirrored = read(10, 4, 60, augment="flip")
    rest, mirrored = read(10, batch_size, 36, first_sample=24, augment="flip")
    np.testing.assert_array_equal(rest, whole[24:])
    np.testing.assert_array_equal(mirrored, whole_mirrored[24:])


def test_mirrors_a_random_half():
    index, mirrored = read(8, 8, 256, augment="flip")
    assert 256 / 2 - 4 * 8 < mirrored.sum() < 256 / 2 + 4 * 8
    for window in range(8):
        assert 0 < mirrored[index == window].mean() < 1
    assert (mirrored != read(8, 8, 256, seed=1, augment="flip")[1]).mean() > 0.3
    assert not read(8, 8, 64)[1].any()


def test_shapes_are_known_before_the_data():
    video, _, label, samples, *_ = batches(Numbered(5), 4, 0, augment="flip").element_spec
    assert video == tf.TensorSpec([4, 2, 2, 4, 3], tf.uint8)
    assert label == tf.TensorSpec([4], tf.int32)
    assert samples == tf.TensorSpec([4], tf.int64)


def test_opens_embedded_data():
    found = open_windows("shapes(objects=3, num_videos=5)", CLIP, 2, "train")
    assert isinstance(found, Shapes)
    assert (found.clip, found.frame_step, found.objects, len(found)) == (CLIP, 2, 3, 5)
    assert len(open_windows(" shapes ", CLIP, 1, "test")) == 256


def test_opens_a_prepared_folder(tmp_path, monkeypatch, prepare):
    raw = tmp_path / "raw"
    raw.mkdir()
    shades = np.arange(0, 200, 40, np.uint8)
    np.save(raw / "a.npy", np.broadcast_to(shades[:, None, None], [5, 16, 16]))
    prepare(raw, tmp_path / "shapes", (16, 16), test_fraction=0.0)
    found = open_windows(str(tmp_path / "shapes"), CLIP, 1, "train")
    assert isinstance(found, Folder) and len(found) == 4
    monkeypatch.chdir(tmp_path)
    assert isinstance(open_windows("shapes", CLIP, 1, "train"), Folder), (
        "a folder of that name wins"
    )
    video, _, label, *_ = next(batches(found, 3, 0).as_numpy_iterator())
    assert video.shape == (3, 2, 16, 16, 3) and not label.any()
    assert np.all(np.diff(video[:, :, 0, 0, 0].astype(int), axis=1) > 20)


def test_data_that_is_not_there(tmp_path):
    with pytest.raises(UsageError) as caught:
        open_windows("squares(objects=2)", CLIP, 1, "train")
    assert str(caught.value) == (
        "--data=squares(objects=2): no embedded data of this name. "
        "Known: folder, mixture, pairs, shapes, unpaired; or give a prepared folder"
    )
    with pytest.raises(UsageError, match="no argument 'colour'. It takes: num_videos, objects"):
        open_windows("shapes(colour=1)", CLIP, 1, "train")
    with pytest.raises(UsageError, match="Check brackets"):
        open_windows("shapes(objects=2", CLIP, 1, "train")
    for missing in (str(tmp_path / "missing"), "squares"):
        with pytest.raises(DataError, match=f"data folder '{missing}': not a folder"):
            open_windows(missing, CLIP, 1, "train")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="neither prepared data nor videos"):
        open_windows(str(tmp_path / "empty"), CLIP, 1, "train")
