import numpy as np
import pytest

from vgan.core.clip import ClipSpec
from vgan.data import shapes
from vgan.motion import estimators
from vgan.sampling import pixel_features


@pytest.mark.parametrize("frames", [2, 5, 8, 9, 20])
def test_each_frame_is_in_one_window_and_depends_on_none(monkeypatch, frames):
    clips = shapes.windows(ClipSpec(20, 32, 32), 1, "test", objects=2, textured=True)
    video = clips[0][0][:frames]
    (whole,) = (w for w in _with_step(monkeypatch, 64, video))
    parts = _with_step(monkeypatch, 4, video)
    assert len(parts) == -(-frames // 4)
    for name in ("frames", "motion"):
        own = np.concatenate([getattr(window, name)[window.inner] for window in parts])
        np.testing.assert_allclose(own, getattr(whole, name), atol=1e-5)
    assert max(len(window.frames) for window in parts) <= 4 + 2 * pixel_features.MARGIN


def _with_step(monkeypatch, step, video):
    monkeypatch.setattr(pixel_features, "STEP", step)
    return list(pixel_features.windows(iter(video), estimators.dis()))


def test_what_a_network_finds_is_tiled_and_made_short():
    shown = []

    def features(clips):
        shown.append(clips.shape)
        return np.concatenate([clips, -clips, 2 * clips, 0 * clips], axis=-1)

    frames = np.random.default_rng(0).integers(0, 256, (6, 12, 20, 3), np.uint8)
    seen = pixel_features.Seeing(features, ClipSpec(4, 8, 16))(frames)
    assert seen.shape == (6, 12, 20, pixel_features.DEPTH)
    assert {shape[1:] for shape in shown} == {(4, 8, 16, 3)}
    # Three components hold all of it: distances between pixels are kept.
    exact = np.sqrt(6) * frames.reshape(-1, 3) / 127.5
    seen = seen.reshape(-1, pixel_features.DEPTH)
    distances = [np.linalg.norm(of[:50] - of[50:100], axis=1) for of in (exact, seen)]
    np.testing.assert_allclose(*distances, rtol=1e-3)
