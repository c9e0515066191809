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
    """As `warp`, bilinear, and the gradient goes to the flow as well: for flow that is learnt."""
    return _looked_up(image, tf.cast(flow, tf.float32), _linear)


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
