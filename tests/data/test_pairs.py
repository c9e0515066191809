import numpy as np
import pytest

from vgan import media
from vgan.clip import ClipSpec
from vgan.data import pipeline
from vgan.data.pairs import Pairs, check_names
from vgan.errors import DataError, UsageError

CLIP = ClipSpec(4, 16, 16)
TEXT = "pairs(target='shapes(num_videos=16)', source='shapes(num_videos=16, outlined=True)')"


def test_each_window_has_its_source():
    pairs = pipeline.open_windows(TEXT, CLIP, 1, "train")
    parts = [
        pipeline.open_windows(f"shapes(num_videos=16{more})", CLIP, 1, "train")
        for more in ("", ", outlined=True")
    ]
    assert len(pairs) == 16 and pairs.labels == parts[0].labels and pairs.fps == parts[0].fps
    for index in (0, 5, 15):
        video, label = pipeline.joined(pairs, index)
        wanted = np.concatenate([part[index][0] for part in parts], -1)
        np.testing.assert_array_equal(video, wanted)
        np.testing.assert_array_equal(pairs[index][0], wanted[..., :3])
        assert label == pairs[index][1] == parts[0][index][1]
    assert pairs.fingerprint not in [part.fingerprint for part in parts]


def test_any_frames_that_both_have():
    """A drawn video is four windows of 4 frames long."""
    pairs = pipeline.open_windows(TEXT, CLIP, 2, "train")
    target, source = (
        pipeline.open_windows(f"shapes(num_videos=16{more})", CLIP, 2, "train")
        for more in ("", ", outlined=True")
    )
    moments = np.array([9, 0, 4])
    video, label = pairs.frames(5, moments)
    for part, found in ((target, video[..., :3]), (source, video[..., 3:])):
        np.testing.assert_array_equal(found, part.frames(5, moments)[0])
    assert label == target[5][1] and pairs.window_labels.tolist() == target.window_labels.tolist()
    assert pairs.extent(5) == target.extent(5) == (0, 27)
    longer = pipeline.open_windows(TEXT.split("'")[1], ClipSpec(8, 16, 16), 2, "train")
    assert Pairs(longer, source).extent(5) == Pairs(source, longer).extent(5) == (0, 27)


def test_batches_keep_pairs_together():
    pairs = pipeline.open_windows(TEXT, CLIP, 1, "train")
    known = {pipeline.joined(pairs, n)[0].tobytes() for n in range(16)}
    mirrored = {pipeline.joined(pairs, n)[0][:, :, ::-1].tobytes() for n in range(16)}
    batches = pipeline.batches(pairs, 8, seed=0, augment="flip").take(2)
    videos = [video for video, _, _ in batches.as_numpy_iterator() for video in video]
    assert videos[0].shape == (4, 16, 16, 6)
    assert {video.tobytes() for video in videos} <= known | mirrored


@pytest.fixture(scope="module")
def folder(tmp_path_factory, prepare):
    """A function from names of files to a folder of a grey clip of each."""

    def prepared(*names):
        home = tmp_path_factory.mktemp("sides")
        (home / "raw").mkdir()
        for number, name in enumerate(names):
            clip = np.full([6, 16, 16, 3], 40 * number, np.uint8)
            (home / "raw" / name).parent.mkdir(exist_ok=True)
            if name.endswith(".npy"):
                np.save(home / "raw" / name, clip)
            else:
                media.write_video(home / "raw" / name, clip, 25)
        prepare(home / "raw", home / "data", (16, 16), test_fraction=0.0)
        return str(home / "data")

    return prepared


def of_folders(target, source):
    return pipeline.open_windows(f"pairs(target={target!r}, source={source!r})", CLIP, 1, "train")


def test_folders_of_the_same_names_fit(folder):
    one, other = folder("a.npy", "b.1.npy"), folder("a.mp4", "b.1.mp4")
    assert len(of_folders(one, other)) == len(of_folders(one, one)) == 6


def test_folders_of_other_names_do_not_fit(folder):
    one, other = folder("a.npy", "c.npy"), folder("a.npy", "b.npy")
    with pytest.raises(DataError, match="video 'c.npy' of .* meets 'b.npy' of .* same name"):
        of_folders(one, other)
    mixed = [f"mixture(sources={[folder('a.npy'), side]})" for side in (one, other)]
    with pytest.raises(DataError, match="video 'c.npy' of .* meets 'b.npy'"):
        of_folders(*mixed)


def test_stretches_of_a_video_are_told_apart():
    ends = [("a.npy", "@0-2")], [("a.npy", "@1-3")]
    with pytest.raises(DataError, match="'a.npy@0-2' of 'one' meets 'a.npy@1-3' of 'two'"):
        check_names("one", "two", *ends)


def test_what_does_not_fit():
    with pytest.raises(DataError, match="16 windows of 16 videos, .* 8 of 8"):
        pipeline.open_windows(TEXT.replace("16, out", "8, out"), CLIP, 1, "train")
    with pytest.raises(UsageError, match="needs the argument"):
        pipeline.open_windows("pairs(target='shapes()')", CLIP, 1, "train")
