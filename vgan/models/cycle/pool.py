"""Earlier made clips, so that critics don't forget what they learnt of them."""

import tensorflow as tf

from vgan.core import randomness


class Pool(tf.Module):
    """The last made clips, of which critics see some in the place of new ones.

    Args:
      size: how many, 1 or more.
      shape: of a clip.

    Source: Shrivastava et al., "Learning from Simulated and Unsupervised Images through Adversarial
    Training", 2017, section 2.3.
    """

    def __init__(self, size, shape):
        super().__init__()
        self._size = size
        # Half precision is finer than the grey levels of pixels.
        self.clips = tf.Variable(tf.zeros([size, *shape], tf.float16), trainable=False)
        self.held = tf.Variable(0, dtype=tf.int64, trainable=False)

    def mixed(self, video, seed, samples):
        """Clips float32 [B, T, H, W, C], of which half are earlier ones once there are some."""
        draws = randomness.uniform(seed, randomness.POOL, samples, [2])
        held = tf.minimum(self.held, self._size)
        place = tf.cast(draws[:, 0] * tf.cast(held, tf.float32), tf.int64)
        earlier = tf.cast(tf.gather(self.clips, place), tf.float32)
        old = (draws[:, 1] < 0.5) & (held > 0)
        return tf.where(old[:, None, None, None, None], earlier, tf.cast(video, tf.float32))

    def keep(self, video):
        """Puts clips in the place of the oldest ones; of more than there is room for, the first."""
        video = video[: self._size]
        number = tf.shape(video, tf.int64)[0]
        places = (self.held + tf.range(number)) % self._size
        # A scatter into a variable that several devices have is not implemented.
        video = tf.cast(video, tf.float16)
        self.clips.assign(tf.tensor_scatter_nd_update(self.clips, places[:, None], video))
        self.held.assign_add(number)
