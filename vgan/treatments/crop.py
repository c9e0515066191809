"""A part of each frame."""

from vgan.core.arguments import check_whole
from vgan.core.errors import UsageError

_LARGEST = 2**15


def treatment(height, width, top=None, left=None):
    """Cuts a rectangle out, from the centre by default.

    Args:
      height, width: its size in pixels.
      top, left: its first row and column; None centres it.
    Raises:
      UsageError: an argument that is no whole number; later, a rectangle that isn't in the frame.
    """
    check_whole("crop", 1, _LARGEST, height=height, width=width)
    place = {name: at for name, at in (("top", top), ("left", left)) if at is not None}
    check_whole("crop", 0, _LARGEST, **place)

    def cropped(frame):
        y = (frame.shape[0] - height) // 2 if top is None else top
        x = (frame.shape[1] - width) // 2 if left is None else left
        if min(y, x) < 0 or y + height > frame.shape[0] or x + width > frame.shape[1]:
            raise UsageError(
                f"crop(height={height}, width={width}, top={top}, left={left}): not inside frames "
                f"of {frame.shape[0]}x{frame.shape[1]} (height x width). Change it"
            )
        return frame[y : y + height, x : x + width].copy()  # Or the whole would be kept.

    return lambda frames, fps: (map(cropped, frames), fps)
