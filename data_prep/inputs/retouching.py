"""What is done to each frame once it has its size."""

import cv2
import numpy as np

_TILES = 4
"""Squares a side in which contrast is equalised."""


def retouch(frame, settings):
    """A frame, uint8 `[H, W, 3]`, RGB, denoised, equalised and gray as `Settings` ask."""
    if settings.denoise:
        # OpenCV takes blue first, which changes the lightness that noise is judged by.
        bgr = np.ascontiguousarray(frame[..., ::-1])
        strength = settings.denoise
        bgr = cv2.fastNlMeansDenoisingColored(bgr, None, strength, strength, 5, 15)
        frame = np.ascontiguousarray(bgr[..., ::-1])
    if settings.equalize:
        frame = _equalized(frame, settings.equalize)
    if settings.grayscale:
        gray = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
        frame = np.repeat(gray[..., None], 3, axis=2)
    return frame


def _equalized(frame, limit):
    """Contrast-limited adaptive histogram equalisation of the lightness (Zuiderveld 1994)."""
    lab = cv2.cvtColor(frame, cv2.COLOR_RGB2LAB)
    lab[..., 0] = cv2.createCLAHE(limit, (_TILES, _TILES)).apply(lab[..., 0])
    return cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)
