"""Trained generators without what trained them, alone or several together."""

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

    @property
    def condition_channels(self):
        """How many channels what is given has, 0 where nothing is."""
        return self.average.inputs[1].shape[-1]

    def sample(self, latents, condition, label):
        """Clips float32 [B, T, H, W, C] in [-1, 1]."""
        return self.average([latents, condition, label], training=False)


class Ensemble(tf.Module):
    """Draws each clip from one of its members, which the clip's latents choose at random.

    So the member has nothing to do with the clip's place in a batch, nor with its label.

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

    @property
    def condition_channels(self):
        """How many channels what is given has, 0 where nothing is."""
        return self.members[0].condition_channels

    def chosen(self, latents):
        """The number of each clip's member, int32 [B]: low digits of its first latent."""
        first = 1000 * tf.abs(tf.reshape(latents, [tf.shape(latents)[0], -1])[:, 0])
        number = len(self.members)
        return tf.minimum(tf.cast((first - tf.floor(first)) * number, tf.int32), number - 1)

    def sample(self, latents, condition, label):
        """Clips float32 [B, T, H, W, C] in [-1, 1]."""
        videos = [member.sample(latents, condition, label) for member in self.members]
        return tf.gather(tf.stack(videos, 1), self.chosen(latents), batch_dims=1)
