import numpy as np
import pytest

from vgan.clip import ClipSpec
from vgan.data import pipeline
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


def test_batches_keep_pairs_together():
    pairs = pipeline.open_windows(TEXT, CLIP, 1, "train")
    known = {pipeline.joined(pairs, n)[0].tobytes() for n in range(16)}
    mirrored = {pipeline.joined(pairs, n)[0][:, :, ::-1].tobytes() for n in range(16)}
    batches = pipeline.batches(pairs, 8, seed=0, flip=True).take(2)
    videos = [video for video, _, _ in batches.as_numpy_iterator() for video in video]
    assert videos[0].shape == (4, 16, 16, 6)
    assert {video.tobytes() for video in videos} <= known | mirrored


def test_what_does_not_fit():
    with pytest.raises(DataError, match="16 windows of 16 videos, .* 8 of 8"):
        pipeline.open_windows(TEXT.replace("16, out", "8, out"), CLIP, 1, "train")
    with pytest.raises(UsageError, match="needs the argument"):
        pipeline.open_windows("pairs(target='shapes()')", CLIP, 1, "train")
