"""Translation between the classes of one set of clips, by one generator."""

import tensorflow as tf

from vgan.core.clip import Seen
from vgan.models.codec import hint
from vgan.models.game.gan import Gan
from vgan.models.parts import Weighted
from vgan.models.passes import with_losses


class Star(Gan):
    """A generator that makes each clip one of the class of the next clip of the batch.

    So real and made clips beside each other are of one class, and classes are asked for as often as
    the data have them.

    Args:
      parts: as of Gan.
      reconstruction: weight of the difference of a clip that was made one of another class and then
        one of its own again.
    """

    tells_critics = False

    def __init__(self, *parts, reconstruction):
        super().__init__(*parts)
        self._reconstruction = reconstruction

    def generate(self, costs):
        """Clips made ones of other classes, Seen; adds what they cost beside the critics."""
        latents, batch = self.noise(costs), costs.batch
        given, own = (tf.roll(of, 1, axis=0) for of in (batch.condition, batch.label))

        def passed(condition, label=batch.label):
            video, losses = with_losses(self.generator, [latents, condition, label])
            return tf.cast(video, tf.float32), losses

        def made(*given):
            return passed(*given)[0]

        fake, losses = passed(given)
        if losses:
            costs.add_regularisation(losses)
        off = tf.reduce_mean(tf.abs(made(hint(fake), own) - given[..., :-1]), [1, 2, 3, 4])
        costs.add("generator", Weighted("reconstruction", None, self._reconstruction), off)
        costs.of(batch._replace(condition=given)).lose(self.rules.losses, fake, made)
        return Seen(fake)
