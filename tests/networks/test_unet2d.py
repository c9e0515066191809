"""What the 2-D U-Net alone promises; see test_contract.py for what all networks do."""

import numpy as np
import pytest
import tensorflow as tf

from vgan.core.clip import ClipSpec
from vgan.core.errors import UsageError
from vgan.networks import unet2d

CLIP = ClipSpec(4, 16, 16)


def test_it_can_begin_with_what_is_given():
    given = tf.random.stateless_uniform([2, *CLIP.shape[:3], 4], [1, 2], -1.0, 1.0)
    inputs = [tf.zeros([2, 4]), given, tf.zeros([2], tf.int32)]
    apart = {}
    for retouch in (False, True):
        network = unet2d.generator(CLIP, 4, latent_dim=4, channels=2, retouch=retouch)
        apart[retouch] = np.abs(network(inputs) - given[..., :3]).mean()
    assert apart[True] < 0.1 * apart[False]


def test_nothing_to_retouch():
    with pytest.raises(UsageError, match=r"unet2d\(retouch=True\): nothing is given"):
        unet2d.generator(CLIP, latent_dim=4, channels=2, retouch=True)
