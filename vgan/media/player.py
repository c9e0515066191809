"""Clips that play wherever HTML is shown: in a report's page, and in a notebook."""

import base64
import html

import numpy as np

from vgan.core.errors import UsageError
from vgan.media.clips import webp_bytes

WIDTH = 128


def image(video, fps, caption, width=WIDTH):
    """The HTML of a clip that plays over and over, each of its pixels kept, enlarged if small.

    Args:
      video: uint8 [T, H, W, 3].
      fps: frames a second.
      caption: what stands for it where it can't be seen.
      width: of the page, in pixels, to about which a small clip is enlarged by a whole factor.
    """
    _, high, wide, _ = video.shape
    zoom = max(1, round(width / wide))
    data = base64.b64encode(webp_bytes(video, fps)).decode()
    return (
        f'<img src="data:image/webp;base64,{data}" alt="{html.escape(caption)}" '
        f'width="{zoom * wide}" height="{zoom * high}" style="image-rendering: pixelated">'
    )


class Player:
    """Clips that play in a notebook, side by side.

    Args:
      videos: uint8 [N, T, H, W, 3], or one of them without N.
      fps: frames a second.
    Raises:
      UsageError: videos of another shape or type.
    """

    def __init__(self, videos, fps):
        videos = np.asarray(videos)
        videos = videos[None] if videos.ndim == 4 else videos
        if videos.ndim != 5 or videos.dtype != np.uint8 or videos.shape[-1] != 3 or not videos.size:
            raise UsageError(
                f"videos: {videos.dtype} {list(videos.shape)}, not uint8 [N, T, H, W, 3]. Give "
                "what model.sample gives"
            )
        self._videos, self._fps = videos, float(fps)

    def __repr__(self):
        number, *size, _ = self._videos.shape
        return f"{number} videos of {'x'.join(map(str, size))}, played in a notebook"

    def _repr_html_(self):
        """What a notebook shows."""
        return "\n".join(
            image(video, self._fps, f"video {number}") for number, video in enumerate(self._videos)
        )
