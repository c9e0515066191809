"""Edges made steeper."""

import cv2
import numpy as np

from vgan.core.arguments import check_number


def treatment(amount=0.5, sigma=1.0):
    """Unsharp mask: adds `amount` times what a Gaussian blur would take away.

    Args:
      amount: 0 to 10.
      sigma: deviation of the blur, pixels, 0.1 to 50.
    Raises:
      UsageError: an argument out of its range.
    """
    check_number("sharpen", least=0, most=10, amount=amount)
    check_number("sharpen", least=0.1, most=50, sigma=sigma)

    def sharpened(frame):
        frame = frame.astype(np.float32)
        frame += amount * (frame - cv2.GaussianBlur(frame, (0, 0), sigma))
        return np.clip(np.rint(frame), 0, 255).astype(np.uint8)

    return lambda frames, fps: (map(sharpened, frames), fps)
