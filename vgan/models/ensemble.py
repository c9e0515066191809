"""Several trained models together."""

import tensorflow as tf


class Ensemble(tf.Module):
    """Draws each clip from one of its members, which the clip's latents choose at random.

    So the member has nothing to do with the clip's place in a batch, nor with its label.

    Args:
      members: samplers of the same clips.
    """

    def __init__(self, members):
        super().__init__()
        self.members = members
        self.codec = members[0].codec

    @property
    def sampling_networks(self):
        """The networks that `sample` uses."""
        return [network for member in self.members for network in member.sampling_networks]

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
        """What the codec decodes to clips: [B, ...]."""
        videos = [member.sample(latents, condition, label) for member in self.members]
        return tf.gather(tf.stack(videos, 1), self.chosen(latents), batch_dims=1)
