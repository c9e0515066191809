import numpy as np
import pytest

from vgan.core.clip import ClipSpec
from vgan.core.errors import DataError, UsageError
from vgan.data import pipeline
from vgan.data.opening import beside, open_windows
from vgan.data.pairs import Pairs, check_names
from vgan.media.clips import write_video

CLIP = ClipSpec(4, 16, 16)
TEXT = "pairs(target='shapes(num_videos=16)', source='shapes(num_videos=16, outlined=True)')"


def test_each_window_has_its_source():
    pairs = open_windows(TEXT, CLIP, 1, "train")
    parts = [
        open_windows(f"shapes(num_videos=16{more})", CLIP, 1, "train")
        for more in ("", ", outlined=True")
    ]
    assert len(pairs) == 16 and pairs.labels == parts[0].labels and pairs.fps == parts[0].fps
    for index in (0, 5, 15):
        *videos, label = beside(pairs, index)
        for video, part in zip(videos, parts, strict=True):
            np.testing.assert_array_equal(video, part[index][0])
        np.testing.assert_array_equal(pairs[index][0], videos[0])
        assert label == pairs[index][1] == parts[0][index][1]
    assert pairs.fingerprint not in [part.fingerprint for part in parts]


def test_any_frames_that_both_have():
    """A drawn video is four windows of 4 frames long."""
    pairs = open_windows(TEXT, CLIP, 2, "train")
    target, source = (
        open_windows(f"shapes(num_videos=16{more})", CLIP, 2, "train")
        for more in ("", ", outlined=True")
    )
    moments = np.array([9, 0, 4])
    *videos, label = beside(pairs, 5, moments)
    for part, found in zip((target, source), videos, strict=True):
        np.testing.assert_array_equal(found, part.frames(5, moments)[0])
    assert label == target[5][1] and pairs.window_labels.tolist() == target.window_labels.tolist()
    assert pairs.extent(5) == target.extent(5) == (0, 27)
    longer = open_windows(TEXT.split("'")[1], ClipSpec(8, 16, 16), 2, "train")
    assert Pairs(longer, source).extent(5) == Pairs(source, longer).extent(5) == (0, 27)


def test_batches_keep_pairs_together():
    pairs = open_windows(TEXT, CLIP, 1, "train")
    both = [np.concatenate(beside(pairs, n)[:2], -1) for n in range(16)]
    known = {video.tobytes() for video in both}
    mirrored = {video[:, :, ::-1].tobytes() for video in both}
    batches = pipeline.batches(pairs, 8, seed=0, augment="flip").take(2)
    for clips in batches.as_numpy_iterator():
        videos = np.concatenate([clips.video, clips.source], -1)
        assert videos.shape == (8, 4, 16, 16, 6)
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
                write_video(home / "raw" / name, clip, 25)
        prepare(home / "raw", home / "data", (16, 16), test_fraction=0.0)
        return str(home / "data")

    return prepared


def of_folders(target, source):
    return open_windows(f"pairs(target={target!r}, source={source!r})", CLIP, 1, "train")


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
        open_windows(TEXT.replace("16, out", "8, out"), CLIP, 1, "train")
    with pytest.raises(UsageError, match="needs the argument"):
        open_windows("pairs(target='shapes()')", CLIP, 1, "train")
