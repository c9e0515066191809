"""A flow model that goes in few, long steps, which critics have taught it to end at real clips."""

import functools

import tensorflow as tf

from vgan.core import randomness
from vgan.core.clip import Seen
from vgan.models.average import Averaged
from vgan.models.codec import put_back
from vgan.models.game.gan import Gan
from vgan.models.noise import paths
from vgan.models.noise.denoiser import levels_of, missed
from vgan.models.parts import Weighted
from vgan.models.passes import through

PATH = paths.straight()


class Leaping(Averaged):
    """The averaged network alone: all that drawing needs.

    Each step finds a clip, and mixes it with fresh noise for the next one.

    Args:
      average: keras.Model, [x, level, condition, label] -> the velocity there.
      steps: how many.
    """

    def __init__(self, average, steps):
        super().__init__(average)
        self._steps = steps

    @property
    def latent_shape(self):
        """Noise for each step."""
        return [self._steps, *self.average.inputs[0].shape[1:]]

    @property
    def knows_motion(self):
        """It doesn't."""
        return False

    def sample(self, latents, condition, label):
        """Clips float32 [B, T, H, W, C] in [-1, 1]."""
        x, number = latents[:, 0], tf.shape(label)[0]
        for step in range(self._steps):
            level = tf.fill([number], 1 - step / self._steps)
            clip, _ = found(self.average, x, level, condition, label)
            clip = put_back(clip, condition)
            if step + 1 < self._steps:
                x = PATH.mixed(clip, latents[:, step + 1], 1 - (step + 1) / self._steps)
        return clip


class FewSteps(Gan):
    """A flow model against critics, who look at the clips that it finds at each of its levels.

    Args:
      networks: of Leaping, and its average.
      optimizers, rules, disguise: as of Gan.
      steps: as of Leaping.
      keep: weight of what a flow model minimises.

    Source: Sauer et al., "Fast High-Resolution Image Synthesis with Latent Adversarial Diffusion
    Distillation", 2024, section 3.
    """

    def __init__(self, networks, optimizers, rules, disguise, steps, keep):
        super().__init__(*networks, optimizers, rules, disguise)
        self.network = self.generator  # As a flow model's checkpoint calls it.
        self._drawing, self._steps, self._keep = Leaping(self.average, steps), steps, keep

    def networks(self):
        """What another run can begin with, a flow model's among them: {attribute: network}."""
        return {"network": self.network, "average": self.average}

    @property
    def latent_shape(self):
        """Noise for each step."""
        return self._drawing.latent_shape

    @property
    def knows_motion(self):
        """It doesn't."""
        return False

    def sample(self, latents, condition, label):
        """Clips float32 [B, T, H, W, C] in [-1, 1]."""
        return self._drawing.sample(latents, condition, label)

    def generate(self, costs):
        """Clips that are found in real ones with noise, each at one of its levels: Seen."""
        video, condition, label = costs.batch[:3]
        noise = randomness.normal(costs.seed, randomness.NOISE, costs.samples, video.shape[1:])
        turn = randomness.uniform(costs.seed, randomness.LEVELS, costs.samples, [])
        level = 1 - tf.floor(turn * self._steps) / self._steps
        x = PATH.mixed(video, noise, level[:, None, None, None, None])
        network = functools.partial(through, self.generator)
        clip, velocity = found(network, x, level, condition, label)
        off = missed(velocity, noise - video, condition)
        costs.add("generator", Weighted("target", None, self._keep), off)
        clip = put_back(clip, condition)
        costs.lose(self.rules.losses, clip)
        return Seen(clip)


def found(network, x, level, condition, label):
    """The clip that a network finds in x at levels [B], and the velocity that it says."""
    x, frames = put_back(x, condition), tf.shape(x)[1]
    levels = levels_of(tf.repeat(level[:, None], frames, 1), condition)
    velocity = network([x, levels, condition, label])
    velocity = tf.cast(velocity, tf.float32)
    return paths.VELOCITY.both(PATH, x, velocity, levels[:, :, None, None, None])[0], velocity
