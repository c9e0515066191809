"""Sets of clips whose order only their contents and a seed determine, and folders of videos."""

import av
import numpy as np
import pytest

from vgan.core.clip import ClipSpec
from vgan.core.errors import DataError
from vgan.evaluation import clips
from vgan.evaluation.cache import Cache
from vgan.media.clips import write_video

LENGTHS = (5, 3, 9, 4, 6, 3, 7, 8)


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (*shape, 3), np.uint8)


class Windows:
    """All runs of three frames of videos [T, 2, 2, 3], in the order of the videos."""

    fingerprint, frame_step, split, clip = "f00d", 1, "test", ClipSpec(3, 2, 2)

    def __init__(self, videos):
        self.reads = 0
        self._videos = videos
        self._places = [(v, t) for v, video in enumerate(videos) for t in range(len(video) - 2)]

    def __getitem__(self, number):
        self.reads += 1
        video, start = self._places[number]
        return self._videos[video][start : start + 3], 0

    def apart(self, interval):
        chosen = [n for n, (_, start) in enumerate(self._places) if start % interval == 0]
        return np.array(chosen), np.array([self._places[n][0] for n in chosen])


VIDEOS = [noise(length, 2, 2, seed=number) for number, length in enumerate(LENGTHS)]


def open_set(videos=VIDEOS, interval=1, seed=0, most=100, cache=None):
    return clips.of_windows(Windows(videos), interval, seed, most, cache or Cache(None), abs)


def content(clip_set):
    return np.concatenate(list(clip_set.chunks()))


def same_source(clip_set):
    return clip_set.sources[:, None] == clip_set.sources


def bytes_of(videos):
    return [video.tobytes() for video in videos]


@pytest.mark.parametrize(("interval", "most"), [(1, 100), (1, 7), (2, 5)])
def test_the_order_of_the_videos_changes_nothing(interval, most):
    one = open_set(interval=interval, most=most)
    for shuffle in range(3):
        order = np.random.default_rng(shuffle).permutation(len(VIDEOS))
        other = open_set([VIDEOS[n] for n in order], interval, most=most)
        np.testing.assert_array_equal(content(other), content(one))
        np.testing.assert_array_equal(same_source(other), same_source(one))


def test_every_window_is_there_once_with_its_source():
    found = open_set()
    expected = {
        video[start : start + 3].tobytes(): number
        for number, video in enumerate(VIDEOS)
        for start in range(len(video) - 2)
    }
    assert len(found) == len(expected) == sum(LENGTHS) - 2 * len(LENGTHS)
    assert dict(zip(bytes_of(content(found)), found.sources, strict=True)) == expected
    apart = open_set(interval=2)
    assert len(apart) == sum((length - 1) // 2 for length in LENGTHS)


def test_most_keeps_the_first_of_the_order():
    found = open_set(most=6)
    assert len(found) == len(found.sources) == 6
    np.testing.assert_array_equal(content(found), content(open_set())[:6])


def test_another_seed_keeps_other_clips_in_another_order():
    kept = [bytes_of(content(open_set(seed=seed, most=10))) for seed in (0, 1, 2**59 - 1)]
    assert len({frozenset(some) for some in kept}) == 3
    assert bytes_of(content(open_set(seed=0))) != bytes_of(content(open_set(seed=1)))


def test_the_order_is_kept_and_read_without_the_clips(tmp_path):
    first, again = Windows(VIDEOS), Windows(VIDEOS)
    reads = []
    one = clips.of_windows(first, 1, 0, 10, Cache(tmp_path), reads.append)
    other = clips.of_windows(again, 1, 0, 10, Cache(tmp_path), reads.append)
    assert first.reads == sum(reads) > 10 and again.reads == 0
    clips.of_windows(again, 1, 7, 5, Cache(tmp_path), reads.append)
    assert again.reads == 0  # Another choice among windows whose contents are known.
    assert one.key == other.key
    np.testing.assert_array_equal(content(other), content(one))
    np.testing.assert_array_equal(other.sources, one.sources)


def test_what_else_determines_the_order_is_in_the_key(tmp_path, monkeypatch):
    def key():
        arguments = {"interval": 1, "seed": 0, "most": 10}
        yield open_set(**arguments).key
        for name in arguments:
            yield open_set(**arguments | {name: 2}).key
        changes = {"fingerprint": "beef", "frame_step": 2, "split": "train"}
        for name, value in (changes | {"clip": ClipSpec(3, 2, 4)}).items():
            with monkeypatch.context() as patch:
                patch.setattr(Windows, name, value)
                yield open_set(**arguments).key

    keys = list(key())
    assert len(set(keys)) == len(keys) == 8


def test_clips_are_read_some_at_a_time(monkeypatch):
    monkeypatch.setattr(clips, "CHUNK", 4)
    found = open_set(most=10)
    assert [len(some) for some in found.chunks()] == [4, 4, 2]
    everything = content(found)
    assert everything.shape == (10, 3, 2, 2, 3) and everything.dtype == np.uint8
    np.testing.assert_array_equal(found.take(np.array([7, 0, 7])), everything[[7, 0, 7]])
    np.testing.assert_array_equal(found.take(np.s_[2:4]), everything[2:4])


def test_made_videos_are_ordered_by_content_and_seed():
    videos = noise(20, 2, 3, 3)
    found = clips.of_videos(videos, 5, 99)
    assert found.key is None and len(set(found.sources)) == 20
    assert sorted(bytes_of(content(found))) == sorted(bytes_of(videos))
    shuffled = videos[np.random.default_rng(1).permutation(20)]
    np.testing.assert_array_equal(content(clips.of_videos(shuffled, 5, 99)), content(found))
    assert bytes_of(content(clips.of_videos(videos, 6, 99))) != bytes_of(content(found))
    np.testing.assert_array_equal(content(clips.of_videos(shuffled, 5, 7)), content(found)[:7])


def write_lossless(path, video):
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=8)
        stream.height, stream.width = video.shape[1:3]
        stream.pix_fmt = "bgr0"
        for frame in video:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path):
    videos = noise(4, 5, 8, 12)
    np.save(tmp_path / "c.npy", videos[2])
    write_lossless(tmp_path / "b.mkv", videos[1])
    np.save(tmp_path / "a.npy", videos[0])
    (tmp_path / "c.npy").rename(tmp_path / "c.NPY")
    (tmp_path / "note.txt").write_text("not a video")
    (tmp_path / "._b.mkv").write_text("written beside b.mkv by a Mac")
    (tmp_path / "sub.npy").mkdir()
    np.save(tmp_path / "sub.npy" / "d.npy", videos[3])
    found, names, lossy = clips.read_folder(str(tmp_path))
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, videos[:3])
    assert names == ["a.npy", "b.mkv", "c.NPY"] and lossy == []


def test_lossy_codecs_are_named(tmp_path):
    video = np.repeat(np.arange(0, 96, 16, np.uint8), 8 * 12 * 3).reshape(6, 8, 12, 3)
    np.save(tmp_path / "1.npy", video)
    for name in ("2.mp4", "3.mp4"):
        write_video(tmp_path / name, video, fps=10)
    write_lossless(tmp_path / "4.mkv", video)
    write_video(tmp_path / "passed over.gif", video, fps=10)
    found, names, lossy = clips.read_folder(tmp_path)
    assert len(names) == 4 and lossy == ["h264 yuv420p"]
    assert np.abs(found.astype(int) - video).max() < 8


def test_what_is_not_a_folder_of_videos(tmp_path):
    (tmp_path / "note.txt").touch()
    for name in ("missing", "note.txt"):
        with pytest.raises(DataError, match=f"{name}': not a folder. Give"):
            clips.read_folder(tmp_path / name)
    with pytest.raises(DataError, match=r"no videos in it. Looked for \*.mp4 .*\*.npy"):
        clips.read_folder(tmp_path)


@pytest.mark.parametrize(
    ("shape", "text"), [((4, 8, 12), "4 frames of 8x12"), ((5, 12, 8), "5 frames of 12x8")]
)
def test_a_video_of_another_length_or_size_is_named(tmp_path, shape, text):
    np.save(tmp_path / "a.npy", noise(5, 8, 12))
    np.save(tmp_path / "b.npy", noise(*shape))
    with pytest.raises(DataError, match=rf"b.npy': {text}, but 'a.npy' is 5 frames of 8x12"):
        clips.read_folder(tmp_path)


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (np.zeros((2, 4, 4, 3), np.float32), r"float32 \[2, 4, 4, 3\]"),
        (np.zeros((4, 4, 3), np.uint8), r"uint8 \[4, 4, 3\]"),
        (np.zeros((2, 4, 4, 1), np.uint8), r"uint8 \[2, 4, 4, 1\]"),
    ],
)
def test_an_array_of_another_kind(tmp_path, array, text):
    np.save(tmp_path / "a.npy", array)
    with pytest.raises(DataError, match=rf"a.npy': {text}, not uint8 \[T, H, W, 3\]. Save each"):
        clips.read_folder(tmp_path)


@pytest.mark.parametrize("part", [0, 50, 300])
@pytest.mark.parametrize("name", ["b.npy", "b.mkv"])
def test_a_damaged_file_is_named(tmp_path, name, part):
    np.save(tmp_path / "a.npy", noise(5, 8, 12))
    path = tmp_path / name
    (np.save if name == "b.npy" else write_lossless)(path, noise(5, 8, 12))
    path.write_bytes(path.read_bytes()[:part])
    with pytest.raises(DataError, match=rf"{name}': can't be .*[Rr]emove it"):
        clips.read_folder(tmp_path)


def test_pickled_objects_are_not_loaded(tmp_path):
    np.save(tmp_path / "a.npy", np.array([{}], object), allow_pickle=True)
    with pytest.raises(DataError, match="a.npy': can't be read"):
        clips.read_folder(tmp_path)


def test_damaged_arrays(tmp_path):
    np.save(tmp_path / "a.npy", noise(1, 2, 3, 3)[0])
    whole = (tmp_path / "a.npy").read_bytes()
    with (tmp_path / "b.npy").open("wb") as file:
        np.savez(file, a=1)
    archive = (tmp_path / "b.npy").read_bytes()
    (tmp_path / "b.npy").unlink()
    header = whole.replace(b"{'descr'", b"{('descr")
    empty = np.zeros([0, 3, 3, 3], np.uint8)
    for content_ in (archive, archive[:-40], header, whole[:50], b""):
        (tmp_path / "a.npy").write_bytes(content_)
        with pytest.raises(DataError, match="a.npy'"):
            clips.read_folder(tmp_path)
    np.save(tmp_path / "a.npy", empty)
    with pytest.raises(DataError, match="not uint8"):
        clips.read_folder(tmp_path)


def test_equal_clips_of_different_videos_keep_their_sources_in_any_order():
    """Videos 0 and 1 share a clip; what else they hold tells them apart."""
    videos = noise(3, 2, 3, 3)[[0, 1, 0, 2]]
    sources = np.array([0, 0, 1, 1])
    numbers = np.arange(4)
    digests = clips._digests(videos.__getitem__, numbers, abs)
    order = clips._order(digests, sources, 3)
    other = np.array([2, 3, 0, 1])
    again = clips._order(digests[other], sources[other], 3)
    assert sources[order].tolist() == sources[other][again].tolist()
