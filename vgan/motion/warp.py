"""Backward warping of float images along flow."""

import tensorflow as tf


def warp(image, flow, kind="bilinear"):
    """Looks up `image(p + flow(p))` for every pixel p, the border replicated.

    The gradient goes to the image; the flow is taken as given, unlike in `move`. Equal to
    `cv2.remap` with BORDER_REPLICATE; bicubic is Keys' kernel with a = -0.75, as there.

    Args:
      image: float `[N, H, W, C]`.
      flow: `[N, H, W, 2]`, (dx, dy) in pixels.
      kind: "bilinear" or "bicubic".
    Returns:
      float32 `[N, H, W, C]` whatever the image's type: bfloat16 can't hold a pixel's position.
    Raises:
      ValueError: an unknown kind.
    """
    if kind not in ("bilinear", "bicubic"):
        raise ValueError(f"kind {kind!r}: unknown. Choose bilinear or bicubic")
    flow = tf.stop_gradient(tf.cast(flow, tf.float32))
    return _looked_up(image, flow, _linear if kind == "bilinear" else _cubic)


def move(image, flow):
    """As `warp`, bilinear, and the gradient goes to the flow as well: for flow that is learnt.

    Args:
      image: float `[N, H, W, C]`.
      flow: `[N, H, W, 2]`, or `[N, T, H, W, 2]` for T looks at each image.
    Returns:
      float32, shaped as the flow but for its last axis.
    """
    shape = tf.shape(image)
    height, width, channels = shape[1], shape[2], image.shape[-1]
    flow = tf.cast(flow, tf.float32)
    column, right = _place(tf.range(width), flow[..., 0], width)
    row, down = _place(tf.range(height)[:, None], flow[..., 1], height)
    # The four neighbours side by side: one gather of them takes half the time of four.
    image = tf.cast(image, tf.float32)
    image = tf.concat([image, image[:, -1:]], 1)
    image = tf.concat([image, image[:, :, -1:]], 2)
    above, below = image[:, :-1], image[:, 1:]
    corners = [
        of[:, :, side] for of in (above, below) for side in (slice(None, -1), slice(1, None))
    ]
    corners = tf.reshape(tf.concat(corners, -1), [shape[0], height * width, 4 * channels])
    found = tf.gather(corners, row * width + column, batch_dims=1)
    upper_left, upper, lower_left, lower = tf.split(found, 4, -1)
    top = upper_left + right * (upper - upper_left)
    bottom = lower_left + right * (lower - lower_left)
    return top + down * (bottom - top)


def _place(position, displacement, size):
    """The pixel before a place along an axis, kept in the frame, and how far beyond it is."""
    place = tf.cast(position, tf.float32) + displacement
    place = tf.clip_by_value(place, 0.0, tf.cast(size - 1, tf.float32))
    whole = tf.floor(place)
    return tf.cast(whole, tf.int32), (place - whole)[..., None]


def _looked_up(image, flow, kernel):
    shape = tf.shape(image)
    count, height, width, channels = shape[0], shape[1], shape[2], shape[3]
    # One row of pixels an image: gathers from it are 20 times as fast as map_coordinates.
    pixels = tf.reshape(tf.cast(image, tf.float32), [count, height * width, channels])
    columns = list(_taps(tf.range(width), flow[..., 0], width, kernel))
    rows = list(_taps(tf.range(height)[:, None], flow[..., 1], height, kernel))
    return tf.add_n(
        [
            (row_weight * weight)[..., None] * tf.gather(pixels, row * width + column, batch_dims=1)
            for row, row_weight in rows
            for column, weight in columns
        ]
    )


def warp_next(video, flow):
    """Rebuilds each frame but the last from the one after it: `W(x[t+1]; flow[t])`.

    Args:
      video: float `[B, T, H, W, C]`.
      flow: `[B, T-1, H, W, 2]`, (dx, dy) in pixels, frame t to t+1.
    Returns:
      float32 `[B, T-1, H, W, C]`.
    """
    following = video[:, 1:]
    shape = tf.shape(following)
    images = tf.reshape(following, tf.concat([[-1], shape[2:]], axis=0))
    flows = tf.reshape(flow, tf.concat([[-1], tf.shape(flow)[2:]], axis=0))
    return tf.reshape(warp(images, flows), shape)


def _taps(position, displacement, size, kernel):
    """Pairs of the neighbours' indices along one axis, kept in the frame, and their weights."""
    whole = tf.floor(displacement)
    weights = kernel(displacement - whole)
    first = position + tf.cast(whole, tf.int32) + 1 - len(weights) // 2
    for tap, weight in enumerate(weights):
        yield tf.clip_by_value(first + tap, 0, size - 1), weight


def _linear(f):
    return 1 - f, f


def _cubic(f, a=-0.75):
    """Weights of the taps at -1, 0, 1, 2 (Keys 1981, equation 4, for any a)."""

    def near(d):
        return ((a + 2) * d - (a + 3)) * d * d + 1

    def far(d):
        return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a

    return far(1 + f), near(f), near(1 - f), far(2 - f)
