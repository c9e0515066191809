"""Trained generators without what trained them, alone or several in turn."""

import tensorflow as tf


class Averaged(tf.Module):
    """The averaged generator of a Gan alone: all that drawing needs.

    Args:
      average: keras.Model, where a Gan has its own, so that a checkpoint of that can be read.
    """

    def __init__(self, average):
        super().__init__()
        self.average = average

    @property
    def averages(self):
        """The networks that `sample` uses."""
        return [self.average]

    @property
    def latent_shape(self):
        """The shape of one clip's latents."""
        return list(self.average.inputs[0].shape[1:])

    def sample(self, latents, condition, label):
        """Clips float32 [B, T, H, W, C] in [-1, 1]."""
        return self.average([latents, condition, label], training=False)


class Ensemble(tf.Module):
    """Draws from its members by turns: row i of a batch comes from member i mod N.

    Args:
      members: synthesizers of the same clips.
    """

    def __init__(self, members):
        super().__init__()
        self.members = members

    @property
    def averages(self):
        """The networks that `sample` uses."""
        return [network for member in self.members for network in member.averages]

    @property
    def latent_shape(self):
        """The shape of one clip's latents."""
        return self.members[0].latent_shape

    def sample(self, latents, condition, label):
        """Clips float32 [B, T, H, W, C] in [-1, 1]."""
        number = len(self.members)
        rows = tf.range(tf.shape(latents)[0])
        videos = [
            member.sample(latents[turn::number], condition[turn::number], label[turn::number])
            for turn, member in enumerate(self.members)
        ]
        return tf.dynamic_stitch([rows[turn::number] for turn in range(number)], videos)
