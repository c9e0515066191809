"""Frames of another size."""

import cv2

from vgan.core.arguments import check_whole
from vgan.treatments.kind import Treatment

_LARGEST = 2**14


def treatment(height, width):
    """Shrinks by the mean over areas, and enlarges by cubics, each axis by what it needs.

    Who names height and width means what is seen: pixels are square from then on.

    Args:
      height, width: of the frames that come out, pixels.
    Raises:
      UsageError: an argument that is no whole number.
    """
    check_whole("resize", 1, _LARGEST, height=height, width=width)

    def resized(frame):
        least = min(width, frame.shape[1]), min(height, frame.shape[0])
        # Two steps: areas enlarge an axis by plain repetition, and cubics skip pixels.
        frame = cv2.resize(frame, least, interpolation=cv2.INTER_AREA)
        return cv2.resize(frame, (width, height), interpolation=cv2.INTER_CUBIC)

    return Treatment(lambda frames, fps: (map(resized, frames), fps), makes_pixels_square=True)
