import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from vgan.core.clip import ClipSpec
from vgan.core.errors import UsageError
from vgan.networks import unet3d

CLIP, GIVEN, LABELS = ClipSpec(8, 16, 24), 2, 3


@pytest.fixture(scope="module")
def critic():
    random.seed(0)
    return unet3d.discriminator(CLIP, GIVEN, LABELS, channels=16)


@pytest.fixture(scope="module")
def shown():
    rng = np.random.default_rng(0)
    return rng.uniform(-1, 1, (2, *CLIP.shape[:3], 3 + GIVEN)).astype(np.float32)


def parts(critic, shown, label=(0, 1)):
    """The encoder's logit of each clip, the decoder's of each pixel, and the critic's verdict."""
    inner = keras.Model(
        critic.network.inputs,
        [critic.network.get_layer(name).output for name in ("logits", "pixel")],
    )
    label = np.int32(label)
    whole, pixels = (np.array(part) for part in inner([shown, label]))
    logits = critic.judge(tf.constant(shown), label).logits.numpy()
    assert logits.shape == (2, 8 * 16 * 24) and critic.entangled == "a logit a pixel"
    return whole, pixels[..., 0], logits.reshape(2, 8, 16, 24)


def test_a_pixels_logit_is_its_own_and_that_of_the_clip(critic, shown):
    whole, pixels, logits = parts(critic, shown)
    assert whole.shape == (2, 1) and np.std(pixels) > 1e-3
    np.testing.assert_allclose(logits, pixels + whole[..., None, None], atol=1e-6)


def test_the_label_enters_the_verdict_on_the_clip_alone(critic, shown):
    before, after = parts(critic, shown), parts(critic, shown, label=(2, 1))
    np.testing.assert_array_equal(before[1], after[1])
    assert abs(before[0] - after[0])[0] > 1e-4 and before[0][1] == after[0][1]


def test_a_pixels_logit_sees_the_pixel_itself(critic, shown):
    """With the decoder's features silenced, it is the sum of what is shown there."""
    kernel = critic.network.get_layer("pixel").layer.kernel
    assert kernel.shape == (4 + 3 + GIVEN, 1), "an eighth of 16 channels, but at least 4"
    before = kernel.numpy()
    kernel.assign(np.float32([0] * 4 + [1] * (3 + GIVEN))[:, None])
    pixels = parts(critic, shown)[1]
    kernel.assign(before)
    ratio = pixels / shown.sum(-1)
    np.testing.assert_allclose(ratio, np.full_like(ratio, ratio.mean()), rtol=1e-3)


def test_each_level_is_joined_to_the_way_back(critic):
    layers = critic.network.layers
    joined = [x.output.shape[1:] for x in layers if isinstance(x, keras.layers.Concatenate)]
    # The way there is 16 and 32 wide at 4 x 8 x 12 and 4 x 4 x 6; the way back half of that.
    assert joined == [(4, 8, 12, 8 + 16), (8, 16, 24, 4 + 3 + GIVEN)]


def test_flow_moves_the_guess():
    """With a last head that says 4 x 0.375 pixels to the right, and adds 0.25."""
    clip = ClipSpec(4, 8, 8)
    network = unet3d.generator(clip, 4, channels=4, latent_dim=4, flow=True)
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv3D) and layer.filters == 7:
            last = layer
            layer.kernel.assign(tf.zeros_like(layer.kernel))
    last.bias.assign([0.25, 0.25, 0.25, 0.375, 0.0, 9.0, 9.0])
    given = np.zeros([1, *clip.shape[:3], 4], np.float32)
    given[:, 0, ..., :3] = np.linspace(-0.7, 0.7, 8)[:, None]  # It rises from left to right by 0.2.
    given[:, 0, ..., 3] = 1
    latents = np.zeros([1, *network.inputs[0].shape[1:]], np.float32)
    video = network([latents, given, np.zeros(1, np.int32)]).numpy()
    # 4 * 0.375 = 1.5 pixels on, so 1.5 * 0.2 higher; then 0.25 is added, and all stays below 1.
    expected = np.minimum(np.linspace(-0.7, 0.7, 8)[:6] + 0.3 + 0.25, 1)
    np.testing.assert_allclose(video[0, 1:, :, :6, 0], np.tile(expected, (3, 8, 1)), atol=1e-5)


def test_nothing_is_moved_where_nothing_is_given():
    with pytest.raises(UsageError, match="flow=True.: moves what is given"):
        unet3d.generator(CLIP, 0, flow=True)
