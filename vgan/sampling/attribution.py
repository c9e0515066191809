"""What a critic's verdict on a clip rests on: integrated gradients, as a map and over the clip."""

import copy
import random
import typing

import keras
import numpy as np
import tensorflow as tf

from vgan.core.clip import Seen, to_float
from vgan.sampling import graphs

STEPS = 32
"""Points on the way from the baseline at which gradients are taken."""

_VIEWS = 4
"""Of each clip, for critics that look at random frames: their verdicts are averaged."""


class Attribution(typing.NamedTuple):
    """What verdicts on clips rest on.

    Attributes:
      maps: float32 [N, T, H, W], what each pixel adds to the verdicts, large for real.
      verdicts, of_baseline: float, the sum of the verdicts on the clips, and on mid grey; their
        difference is the sum of the maps but for what the steps between leave out.
    """

    maps: np.ndarray
    verdicts: float
    of_baseline: float


def integrated(verdict, clips, steps=STEPS):
    """The Attribution of clips by integrated gradients, from mid grey.

    All clips go the way together, since a verdict may depend on the others of its batch.

    Args:
      verdict: clips float32 [N, T, H, W, C] -> float32 [N].
      clips: float32 [N, T, H, W, C] in [-1, 1].
      steps: of the midpoint rule.

    Source: Sundararajan, Taly and Yan, "Axiomatic Attribution for Deep Networks", 2017, equation 1;
    completeness is its proposition 1.
    """

    @tf.function(autograph=False)
    def slope(share):
        shown = share * clips
        with tf.GradientTape() as tape:
            tape.watch(shown)
            said = tf.reduce_sum(verdict(shown))
        return tape.gradient(said, shown), said

    shares = (np.arange(steps, dtype=np.float32) + 0.5) / steps
    mean = sum(slope(tf.constant(share))[0] for share in shares) / steps
    ends = (float(slope(tf.constant(share))[1]) for share in (1.0, 0.0))
    return Attribution(tf.reduce_sum(mean * clips, -1).numpy(), *ends)


def of_critic(critic, model, card, videos, labels, seed=0):
    """The Attribution of a critic's mean logits.

    Args:
      critic: networks.critic.Critic that looks at no flow.
      model: the models.game.gan.Gan that it is a critic of; card: sampling.card.Card of its clips.
      videos: uint8 [N, T, H, W, C]; labels: int [N].
      seed: of the frames that it looks at.
    """
    number = len(videos)
    nothing = graphs.nothing_given(card, number)
    nothing = model.codec.shown(nothing if model.tells_critics else nothing[..., :0])
    samples = tf.range(number * _VIEWS, dtype=tf.int64)
    condition, labels = (tf.repeat(of, _VIEWS, 0) for of in (nothing, tf.constant(labels)))

    def verdict(clips):
        seen = Seen(tf.repeat(model.codec.encode(clips), _VIEWS, 0))
        logits = critic.judge(critic.inputs(seen, condition, seed, samples), labels).logits
        return tf.reduce_mean(tf.reshape(logits, [number, -1]), 1)

    return integrated(verdict, to_float(tf.constant(videos)))


def randomised(critic, seed=0):
    """The same critic with fresh random weights.

    Source: Adebayo et al., "Sanity Checks for Saliency Maps", 2018, section 3.
    """
    random.seed(seed)  # From which Keras draws the seeds of initializers.
    fresh = copy.copy(critic)
    fresh.network = keras.models.clone_model(critic.network)
    return fresh
