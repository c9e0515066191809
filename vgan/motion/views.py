"""Pictures of motion, chosen by name: each function here turns a `Moment` into a picture.

What they give is uint8 `[H, W, 3]`, the size of the frames.
"""

import functools

import cv2
import numpy as np

from vgan.motion import remap

_YELLOW, _RED = (255, 230, 0), (255, 60, 60)


class Moment:
    """A frame of a video, and what is known of its motion to the next one.

    Args:
      frame, following: uint8 `[H, W, 3]`.
      estimate: an estimator of vgan.motion.estimators, asked only by views that need it.
      longest: length of flow in pixels that has full colour in `wheel`; None is a fiftieth of the
        frame's diagonal.
      centres: `[t, 2]`, where a tracked object was so far, NaN where it was not found.
      known: the frame's flow float32 `[H, W, 2]` and masks `[H, W, K]` in [0, 1] where they are
        known, instead of an estimate; else None.
    """

    def __init__(self, frame, following, estimate, longest=None, centres=(), known=None):
        self.frame, self.following, self._estimate = frame, following, estimate
        self.longest = longest or np.hypot(*frame.shape[:2]) / 50
        self.centres, self.known = centres, known

    @functools.cached_property
    def flow(self):
        """float32 `[H, W, 2]`, (dx, dy) in pixels."""
        if self.known is not None:
            return self.known[0]
        return self._estimate(self.frame[None], self.following[None])[0]

    @functools.cached_property
    def compensated(self):
        """The next frame moved back onto this one, float32 `[H, W, 3]`."""
        return remap.backward(self.following[None], self.flow[None])[0]


def wheel(moment):
    """Flow as colour: hue is direction, saturation length; white stands still.

    Right is red, down yellow-green, left cyan, up violet. After Baker et al. 2011, "A database and
    evaluation methodology for optical flow".
    """
    dx, dy = np.moveaxis(moment.flow, -1, 0)
    hue = np.degrees(np.arctan2(dy, dx)) % 360
    saturation = np.minimum(np.hypot(dx, dy) / moment.longest, 1)
    colours = np.stack([hue, saturation, np.ones_like(hue)], axis=-1)
    return np.uint8(cv2.cvtColor(np.float32(colours), cv2.COLOR_HSV2RGB) * 255 + 0.5)


def arrows(moment):
    """Arrows to where points go, where that is half a pixel away at least."""
    picture = moment.frame.copy()
    height, width = picture.shape[:2]
    step = max(min(height, width) // 16, 4)
    for y in range(step // 2, height, step):
        for x in range(step // 2, width, step):
            dx, dy = moment.flow[y, x]
            if np.hypot(dx, dy) >= 0.5:
                end = round(x + dx), round(y + dy)
                cv2.arrowedLine(picture, (x, y), end, _YELLOW, 1, cv2.LINE_AA, tipLength=0.3)
    return picture


def tracks(moment):
    """The way of a tracked object so far, and a ring around it where it is found."""
    picture = moment.frame.copy()
    places = np.reshape(moment.centres, (-1, 2))
    # Whole numbers of sixteenths, from pixels' corners to their centres.
    fixed = np.rint((places - 0.5) * 16)
    for start, end in zip(fixed[:-1], fixed[1:], strict=True):
        if np.isfinite([*start, *end]).all():
            ends = (tuple(map(int, point)) for point in (start, end))
            cv2.line(picture, *ends, _YELLOW, 1, cv2.LINE_AA, shift=4)
    if np.isfinite(places[-1:]).all() and len(places):
        centre = tuple(map(int, fixed[-1]))
        cv2.circle(picture, centre, 3 * 16, _RED, 1, cv2.LINE_AA, shift=4)
    return picture


def masks(moment):
    """What is known to be an object, tinted: each in a colour of its own."""
    _, shares = moment.known
    hues = np.linspace(0, 300, shares.shape[-1], dtype=np.float32)
    colours = cv2.cvtColor(np.float32([[hue, 1, 1] for hue in hues])[None], cv2.COLOR_HSV2RGB)[0]
    tint = 0.6 * shares @ (255 * colours)
    return np.uint8(moment.frame * (1 - 0.6 * shares.sum(-1, keepdims=True)) + tint + 0.5)


def compensated(moment):
    """The next frame moved back by the flow: where flow explains all, it is this frame."""
    return np.uint8(moment.compensated + 0.5)


def residual(moment):
    """What flow doesn't explain: this frame less the compensated one, mid grey where equal."""
    return np.uint8(np.clip(moment.frame - moment.compensated + 128.5, 0, 255))
