"""Several trained models together."""

import tensorflow as tf


class Ensemble(tf.Module):
    """Draws each clip from one of its members, which the clip's latents choose at random.

    So the member has nothing to do with the clip's place in a batch, nor with its label.

    Args:
      members: samplers of the same clips.
    """

    encodes = False

    def __init__(self, members):
        super().__init__()
        self.members, first = members, members[0]
        self.codec, self.latent_shape = first.codec, tuple(first.latent_shape)
        self.knows_motion = all(member.knows_motion for member in members)
        self.sampling_networks = [n for member in members for n in member.sampling_networks]

    def chosen(self, latents):
        """The number of each clip's member, int32 [B]: low digits of its first latent."""
        first = 1000 * tf.abs(tf.reshape(latents, [tf.shape(latents)[0], -1])[:, 0])
        number = len(self.members)
        return tf.minimum(tf.cast((first - tf.floor(first)) * number, tf.int32), number - 1)

    def sample(self, latents, condition, label):
        """What the codec decodes to clips: [B, ...]."""
        videos = [member.sample(latents, condition, label) for member in self.members]
        return self._of_chosen(latents, videos)

    def sample_with_motion(self, latents, condition, label):
        """Clips, their flow and their masks, as `motion.with_motion` has them."""
        found = [m.sample_with_motion(latents, condition, label) for m in self.members]
        return [self._of_chosen(latents, of) for of in zip(*found, strict=True)]

    def _of_chosen(self, latents, each):
        return tf.gather(tf.stack(each, 1), self.chosen(latents), batch_dims=1)
