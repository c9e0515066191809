import numpy as np
import pytest
import tensorflow as tf

from vgan.core.clip import ClipSpec
from vgan.core.errors import UsageError
from vgan.networks import conv3d, frames2d, seen_by_critics

CLIP = ClipSpec(4, 16, 16)


@pytest.mark.parametrize("spectral_norm", [True, False])
def test_pictures_of_any_size_are_seen_as_the_critic_sees_its_own(spectral_norm):
    critics = [
        conv3d.discriminator(CLIP, channels=2),
        frames2d.discriminator(CLIP, channels=2, spectral_norm=spectral_norm),
    ]
    seen = seen_by_critics.features(critics, "runs/a")
    network = critics[1].network
    pictures = tf.random.stateless_uniform([1, 16, 16, 3], [0, 1], -1, 1)
    own, features = pictures, seen(pictures)
    for layer in network.layers[1 : 1 + 2 * len(features)]:
        own = layer(own)
    np.testing.assert_allclose(features[-1], own, rtol=1e-5)
    assert [of.shape[1] for of in seen(tf.zeros([1, 48, 32, 3]))] == [
        3 * of.shape[1] for of in features
    ]


def test_without_a_critic_of_frames_there_is_nothing_to_see_by():
    for critics in ([], [conv3d.discriminator(CLIP, channels=2)]):
        with pytest.raises(UsageError, match="--features=runs/a: no critic of frames"):
            seen_by_critics.features(critics, "runs/a")
