import numpy as np
import pytest
import tensorflow as tf

from vgan.core.clip import ClipSpec
from vgan.networks.denoiser3d import denoiser

CLIP = ClipSpec(5, 16, 8)


def awake(network):
    """The network with weights where it begins with zeros."""
    random = np.random.default_rng(0)
    for variable in network.trainable_variables:
        if not np.any(variable):
            variable.assign(random.normal(size=variable.shape) * 0.1)
    return network


def said(network, video, level, label):
    given = tf.zeros([len(video), *CLIP.shape[:3], network.inputs[2].shape[-1]])
    return network([video, level, given, label]).numpy()


@pytest.mark.parametrize("recurrent", [False, True])
def test_levels_classes_and_other_frames_are_heard(recurrent):
    network = denoiser(CLIP, num_labels=2, channels=4, recurrent=recurrent)
    video = tf.random.stateless_normal([1, *CLIP.shape], [1, 2])
    level, label = tf.fill([1, 5], 0.5), tf.constant([0])
    assert not said(network, video, level, label).any(), "it begins with nothing"
    awake(network)
    base = said(network, video, level, label)
    assert base.shape == (1, *CLIP.shape) and base.dtype == np.float32
    other = video.numpy()
    other[:, 0] += 1
    for changed in (
        said(network, video, level, tf.constant([1])),
        said(network, video, level, tf.constant([2])),
        said(network, video, tf.constant([[0.5, 0.5, 0.5, 0.5, 0.1]]), label),
        said(network, tf.constant(other), level, label),
    ):
        assert np.abs(changed[:, -1] - base[:, -1]).max() > 1e-4


def test_it_knows_the_order_of_frames():
    network = awake(denoiser(CLIP, channels=4))
    video = tf.random.stateless_normal([1, *CLIP.shape], [1, 2])
    level, label = tf.fill([1, 5], 0.5), tf.constant([0])
    back = said(network, video[:, ::-1], level, label)[:, ::-1]
    assert np.abs(back - said(network, video, level, label)).max() > 1e-3


def test_what_is_given_is_seen():
    network = awake(denoiser(CLIP, condition_channels=4, channels=4))
    video, level = tf.random.stateless_normal([1, *CLIP.shape], [1, 2]), tf.fill([1, 5], 0.5)
    given = [tf.zeros([1, *CLIP.shape[:3], 4]), tf.ones([1, *CLIP.shape[:3], 4])]
    one, other = (network([video, level, of, tf.constant([0])]).numpy() for of in given)
    assert np.abs(one - other).max() > 1e-3
