"""Statistics of how clips look and how they go on, to compare made clips with real ones."""

import numpy as np

LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def statistics(videos):
    """Measures each clip.

    Args:
      videos: uint8 [N, T, H, W, 3], H and W of at least 3.
    Returns:
      dict of float64 [N]: `sharpness`, the mean absolute Laplacian of luma, in grey levels;
      `flicker`, how far the mean luma of a frame lies from that of its neighbours, in grey
      levels (0 for fewer than 3 frames); `loop`, see `loop`; `saturated`, the share of values
      within a grey level of black or white, which tanh gives for |x| > 0.99.
    """
    luma = videos @ LUMA
    return {
        "sharpness": _sharpness(luma),
        "flicker": _flicker(luma.mean(axis=(2, 3), dtype=np.float64)),
        "loop": loop(luma),
        "saturated": ((videos <= 1) | (videos >= 254)).mean(axis=(1, 2, 3, 4)),
    }


def loop(luma):
    """How fully a clip comes back to what it was: 0 if it never does, 1 for an exact loop.

    Only loops of up to half the clip are seen, since longer ones don't come twice. With D(k) the
    mean difference of frames k apart, it is the largest fall of D below its value at a shorter lag,
    relative to that value: a peak of the autocorrelation at a lag above 1.

    Args:
      luma: float [N, T, H, W].
    Returns:
      float64 [N]; 0 for fewer than 3 frames, and for a clip that stands still.
    """
    frames = luma.shape[1]
    if frames < 3:
        return np.zeros(len(luma))
    lags = [
        np.abs(luma[:, lag:] - luma[:, :-lag]).mean(axis=(1, 2, 3), dtype=np.float64)
        for lag in range(1, frames // 2 + 1)
    ]
    apart = np.stack(lags, axis=1)
    highest = np.maximum.accumulate(apart, axis=1)
    return ((highest - apart) / np.maximum(highest, 1e-3)).max(axis=1)


def _sharpness(luma):
    inner = luma[..., 1:-1, 1:-1]
    vertical = luma[..., :-2, 1:-1] + luma[..., 2:, 1:-1]
    horizontal = luma[..., 1:-1, :-2] + luma[..., 1:-1, 2:]
    laplacian = np.abs(4 * inner - vertical - horizontal)
    return laplacian.mean(axis=(1, 2, 3), dtype=np.float64)


def _flicker(levels):
    if levels.shape[1] < 3:
        return np.zeros(len(levels))
    return np.abs(levels[:, 1:-1] - (levels[:, :-2] + levels[:, 2:]) / 2).mean(axis=1)
