"""Motion compensation of made clips against the statistics of real ones; see `kinds.motion`."""

import tensorflow as tf

from vgan.core import randomness
from vgan.core.errors import UsageError
from vgan.motion.compensation import charbonnier, estimate_flow
from vgan.motion.warp import warp


class _Motion(tf.Module):
    """Measures e and c of real and made clips; a variant turns them into a term."""

    def __init__(self, estimate, pairs):
        super().__init__()
        self._estimate, self._pairs = estimate, pairs

    def __call__(self, video, batch, seed, samples):
        clips = tf.shape(video)[0]
        both = tf.concat([video, batch.video], 0)
        first, second = self._draw_pairs(both, seed, tf.concat([samples, samples], 0))
        flow, visible = estimate_flow(self._estimate, first, second)
        mask = tf.cast(visible, tf.float32)[..., None]

        def per_clip(difference):
            explained = tf.reduce_mean(mask * charbonnier(difference), [1, 2, 3])
            return tf.unstack(tf.reduce_mean(tf.reshape(explained, [2, clips, self._pairs]), 2))

        residuals, changes = per_clip(first - warp(second, flow)), per_clip(first - second)
        term, statistics = self._term(*residuals, *changes)
        visible_share = tf.reduce_mean(tf.reshape(mask, [2 * clips, -1]), 1)
        return term, statistics | {"visible": visible_share}

    def after_step(self, statistics):
        """Moves what is remembered by the statistics of a step."""

    def _draw_pairs(self, video, seed, samples):
        steps = video.shape[1] - 1
        if steps < 1:
            raise UsageError("--losses=motion: a clip of --frames=1 has no motion. Use 2 or more")
        draws = randomness.uniform(seed, randomness.PAIRS, samples, [self._pairs])
        positions = tf.minimum(tf.cast(draws * steps, tf.int32), steps - 1)
        shape = [-1, *video.shape[2:]]
        first = tf.reshape(tf.gather(video, positions, batch_dims=1), shape)
        return first, tf.reshape(tf.gather(video, positions + 1, batch_dims=1), shape)


class OneSided(_Motion):
    def __init__(self, estimate, pairs):
        super().__init__(estimate, pairs)
        self.ratio_high = tf.Variable(0.0, trainable=False, name="ratio_high")
        self.change_low = tf.Variable(0.0, trainable=False, name="change_low")

    def _term(self, fake_residual, real_residual, fake_change, real_change):
        change_low = self._threshold(self.change_low, real_change, 0.1)
        real_ratio = real_residual / tf.maximum(real_change, change_low)
        ratio_high = self._threshold(self.ratio_high, real_ratio, 0.9)
        fake_ratio = fake_residual / tf.maximum(tf.stop_gradient(fake_change), change_low)
        term = tf.nn.relu(fake_ratio - ratio_high)
        term += tf.nn.relu(change_low - fake_change) / change_low
        return term, {
            "real_ratio": real_ratio,
            "real_change": real_change,
            "fake_ratio": fake_ratio,
            "fake_change": fake_change,
            "active": tf.cast(term > 0, tf.float32),
        }

    def after_step(self, statistics):
        """Moves the running quantiles towards those of the step's real clips."""
        for variable, values, share in (
            (self.change_low, statistics["real_change"], 0.1),
            (self.ratio_high, statistics["real_ratio"], 0.9),
        ):
            threshold = self._threshold(variable, values, share)
            below = tf.reduce_mean(tf.cast(values < threshold, tf.float32))
            variable.assign(threshold * tf.exp(0.1 * (share - below)))

    def _threshold(self, variable, values, share):
        """The running quantile, or that of these values while none has been kept."""
        ordered = tf.sort(values)
        own = ordered[tf.cast(share * tf.cast(tf.size(values) - 1, tf.float32), tf.int32)]
        return tf.stop_gradient(tf.where(variable > 0, variable, tf.maximum(own, 1e-4)))


class Matching(_Motion):
    def _term(self, fake_residual, real_residual, fake_change, real_change):
        term = _to_same_rank(fake_residual, real_residual) + _to_same_rank(fake_change, real_change)
        return term, {
            "real_residual": real_residual,
            "real_change": real_change,
            "fake_residual": fake_residual,
            "fake_change": fake_change,
        }


def _to_same_rank(fake, real, least=1e-4):
    """|log of each - log of the real one of its rank|, float32 [B], each plus `least`."""
    rank = tf.argsort(tf.argsort(fake))
    wanted = tf.gather(tf.sort(real), rank)
    return tf.abs(tf.math.log(fake + least) - tf.math.log(tf.stop_gradient(wanted) + least))
