import cv2
import numpy as np
import pytest
import tensorflow as tf

from vgan.motion.warp import move, warp, warp_next

CV2_KINDS = {"bilinear": cv2.INTER_LINEAR, "bicubic": cv2.INTER_CUBIC}


def random_pair(count=3, height=13, width=17, channels=3, reach=6.0):
    rng = np.random.default_rng(0)
    image = rng.random((count, height, width, channels), np.float32)
    flow = rng.uniform(-reach, reach, (count, height, width, 2)).astype(np.float32)
    return image, flow


def remap(image, flow, kind):
    y, x = np.indices(flow.shape[:2], np.float32)
    return cv2.remap(
        image, x + flow[..., 0], y + flow[..., 1], CV2_KINDS[kind], borderMode=cv2.BORDER_REPLICATE
    )


@pytest.mark.parametrize(("kind", "tolerance"), [("bilinear", 2e-6), ("bicubic", 1e-5)])
def test_matches_opencv(kind, tolerance):
    image, flow = random_pair()
    expected = np.stack([remap(i, f, kind) for i, f in zip(image, flow, strict=True)])
    np.testing.assert_allclose(warp(image, flow, kind), expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize("kind", ["bilinear", "bicubic"])
def test_integer_shift_is_exact_and_replicates_the_border(kind):
    image, flow = random_pair(count=1)
    flow[:] = (3, -2)
    rows = np.clip(np.arange(13) - 2, 0, 12)
    columns = np.clip(np.arange(17) + 3, 0, 16)
    np.testing.assert_array_equal(warp(image, flow, kind), image[:, rows][:, :, columns])


@pytest.mark.parametrize("kind", ["bilinear", "bicubic"])
def test_gradient_goes_to_the_image_only(kind):
    image, flow = (tf.constant(part) for part in random_pair(count=2, height=5, width=6, reach=3))
    # Warping is linear in the image, so its gradient is the transposed warp: <W i, g> = <i, W' g>.
    upstream = tf.random.stateless_normal(image.shape, seed=(1, 2))
    with tf.GradientTape() as tape:
        tape.watch([image, flow])
        warped = warp(image, flow, kind)
    to_image, to_flow = tape.gradient(warped, [image, flow], upstream)
    assert to_flow is None
    forward = tf.reduce_sum(warped * upstream)
    np.testing.assert_allclose(tf.reduce_sum(image * to_image), forward, rtol=1e-4)


def test_learnt_flow_is_followed():
    """`move` is `warp`, and its gradient to the flow is what small changes of the flow do."""
    image, flow = random_pair(count=2, height=5, width=6, reach=3)
    image, flow = tf.constant(image), tf.constant(np.floor(flow) + np.float32(0.4))
    upstream = tf.random.stateless_normal(image.shape, seed=(1, 2))
    with tf.GradientTape() as tape:
        tape.watch(flow)
        moved = move(image, flow)
    np.testing.assert_allclose(moved, warp(image, flow), atol=1e-6)
    found = tape.gradient(moved, flow, upstream).numpy()
    for axis in range(2):
        # Linear between pixels, so that differences are exact.
        step = 0.2 * tf.one_hot(axis, 2)
        change = (move(image, flow + step) - move(image, flow - step)) / 0.4
        expected = tf.reduce_sum(change * upstream, -1)
        np.testing.assert_allclose(found[..., axis], expected, atol=1e-4)


def test_bfloat16_is_computed_in_float32():
    image, flow = random_pair(height=8, width=300)
    halved = tf.cast(image, tf.bfloat16)
    warped = warp(halved, flow)
    assert warped.dtype == tf.float32
    np.testing.assert_array_equal(warped, warp(tf.cast(halved, tf.float32), flow))


def test_warp_next_rebuilds_each_frame_from_the_one_after():
    rng = np.random.default_rng(0)
    video = rng.random((2, 4, 9, 11, 3), np.float32)
    flow = rng.uniform(-3, 3, (2, 3, 9, 11, 2)).astype(np.float32)
    rebuilt = warp_next(video, flow)
    for t in range(3):
        np.testing.assert_array_equal(rebuilt[:, t], warp(video[:, t + 1], flow[:, t]))


def test_sizes_unknown_while_tracing():
    spec = [tf.TensorSpec([None] * 5, tf.float32), tf.TensorSpec([None] * 5, tf.float32)]
    image, flow = random_pair(count=3)
    rebuilt = tf.function(warp_next, input_signature=spec)(image[None], flow[None, 1:])
    np.testing.assert_allclose(rebuilt[0], warp(image[1:], flow[1:]), atol=1e-6)


def test_unknown_kind():
    with pytest.raises(ValueError, match="nearest"):
        warp(*random_pair(), kind="nearest")
