import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from vgan.core.clip import ClipSpec
from vgan.core.errors import UsageError
from vgan.networks import conv3d, frames2d
from vgan.networks.batch_statistics import BatchNorm

CLIP = ClipSpec(8, 16, 24)
LABELS = 3


def build(clip=CLIP, **options):
    random.seed(0)
    return conv3d.discriminator(clip, num_labels=LABELS, channels=4, **options)


def clips(count=3, clip=CLIP):
    return np.random.default_rng(0).uniform(-1, 1, (count, *clip.shape)).astype(np.float32)


def judged(critic, video, label=(0, 1, 2)):
    return critic.judge(tf.constant(video), np.int32(label))


def kernels(critic):
    """Shapes of the kernels of the convolutions."""
    shapes = [tuple(v.shape) for v in critic.network.trainable_variables]
    return [shape for shape in shapes if len(shape) > 3]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({}, ""),
        ({"attention": True, "every": 2, "shrink": 2, "halve_time": False}, ""),
        ({"batch_norm": True}, "batch norm"),
        ({"minibatch_std": 2}, "minibatch statistics"),
        ({"patches": True}, "a logit a patch"),
        ({"classes": 0.1}, "class logits"),
        ({"patches": True, "batch_norm": True}, "batch norm and a logit a patch"),
    ],
)
def test_why_an_input_has_no_logit_of_its_own(options, reason):
    assert build(**options).entangled == reason


def test_a_patch_has_a_logit_that_sees_only_its_surroundings():
    clip = ClipSpec(4, 12, 12)  # One stage: kernels of 3 x 4 x 4, so 4 x 6 x 6 patches.
    critic, video = build(clip, patches=True, spectral_norm=False), clips(clip=clip)
    logits = judged(critic, video).logits.numpy()
    assert logits.shape == (3, 4 * 6 * 6)
    # The projection of the label is that of the mean features, so it sees the whole: take it out.
    projection = critic.network.get_layer("projection")
    projection.kernel.assign(tf.zeros_like(projection.kernel))
    before = judged(critic, video).logits.numpy().reshape(3, 4, 6, 6)
    video[:, :, 8:, 8:] = 0
    moved = judged(critic, video).logits.numpy().reshape(before.shape) != before
    assert not moved[:, :, :3].any() and not moved[:, :, :, :3].any()
    assert moved[:, :, 4:, 4:].all()


def test_the_label_moves_all_patches_by_its_projection():
    critic, video = build(patches=True, spectral_norm=False), clips()
    last = critic.network.get_layer("verdict").input
    features = keras.Model(critic.network.inputs, last)([video, np.int32([0, 1, 2])])
    table = critic.network.get_layer("projection").kernel.numpy()
    moved = judged(critic, video, [1, 1, 0]).logits - judged(critic, video, [0, 1, 2]).logits
    expected = np.mean(features, 1) * (table[[1, 1, 0]] - table[[0, 1, 2]])
    np.testing.assert_allclose(moved, moved[:, :1] * np.ones_like(moved), atol=1e-5)
    np.testing.assert_allclose(moved[:, 0], expected.sum(1), atol=1e-5)


@pytest.mark.parametrize("patches", [False, True])
def test_the_class_loss(patches):
    critic, video = build(classes=0.3, patches=patches), clips()
    label = np.int32([2, 0, 1])
    verdict = judged(critic, video, label)
    logits, classes = critic.network([video, label])
    np.testing.assert_allclose(verdict.logits, logits, atol=1e-5)
    assert critic.class_weight == 0.3 and classes.shape == (3, LABELS)
    shares = np.exp(classes) / np.exp(classes).sum(1, keepdims=True)
    np.testing.assert_allclose(verdict.class_loss, -np.log(shares[range(3), label]), rtol=1e-4)
    assert build().class_weight == 0 and judged(build(), video).class_loss is None


def test_what_is_told_of_the_class_knows_no_label():
    critic, video = build(classes=0.3), clips()
    outputs = [critic.network([video, np.int32([label] * 3)])[1] for label in range(LABELS)]
    np.testing.assert_array_equal(outputs[0], outputs[1])


def test_the_last_convolution_sees_the_spread():
    critic, video = build(minibatch_std=3), clips()
    plain = [shape[:-2] + (shape[-2] + more, shape[-1]) for shape, more in zip(
        kernels(build()), [0, 2], strict=True)]  # fmt: skip
    assert kernels(critic) == plain
    alike = np.repeat(video[:1], 3, axis=0)
    first = judged(critic, video, [0, 0, 0]).logits[0]
    assert abs(first - judged(critic, alike, [0, 0, 0]).logits[0]) > 1e-4


def test_batch_norm_follows_all_convolutions_but_the_first():
    layers = build(ClipSpec(4, 32, 32), batch_norm=True).network.layers
    names = [type(layer).__name__ for layer in layers if layer.name != "video"]
    assert names[:8] == [
        "SpectralNorm",
        "LeakyReLU",
        *["SpectralNorm", "BatchNorm", "LeakyReLU"] * 2,
    ]
    network = frames2d.discriminator(ClipSpec(4, 32, 32), channels=4, batch_norm=True).network
    assert sum(isinstance(layer, BatchNorm) for layer in network.layers) == 2


@pytest.mark.parametrize(
    ("clip", "attended"),
    [
        (ClipSpec(16, 32, 32), (4, 8, 8)),  # Not 8 x 16 x 16 = 2,048 positions.
        (ClipSpec(4, 32, 32), (4, 16, 16)),  # 1,024 of them; once is enough.
        (ClipSpec(8, 8, 264), (4, 4, 132)),  # 2,112, but there is no other.
    ],
)
def test_attention_joins_once_where_there_are_at_most_1024_positions(clip, attended):
    layers = build(clip, attention=True).network.layers
    found = [layer.output.shape[1:-1] for layer in layers if type(layer).__name__ == "Lookup"]
    assert found == [attended]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"minibatch_std": 1}, r"conv3d\(minibatch_std=1\): must be a group of 2 or more"),
        ({"minibatch_std": 2.5}, "minibatch_std=2.5"),
        ({"classes": -1.0}, r"conv3d\(classes=-1.0\): must be a number of at least 0"),
        ({"classes": "all"}, "classes='all'"),
    ],
)
def test_options_out_of_range(options, text):
    with pytest.raises(UsageError, match=text):
        build(**options)


@pytest.mark.parametrize("num_labels", [0, 1])
@pytest.mark.parametrize("network", [conv3d, frames2d])
def test_no_class_can_be_told_where_there_are_none(network, num_labels):
    with pytest.raises(UsageError, match=r"\(classes=0.5\): .*It needs --conditional"):
        network.discriminator(CLIP, num_labels=num_labels, classes=0.5)
