"""What the critics of a trained run say of clips, and how often they are wrong."""

import functools

import numpy as np
import tensorflow as tf

from vgan.core.clip import Batch, to_float
from vgan.core.errors import UsageError
from vgan.networks.batch_statistics import MinibatchStd
from vgan.sampling import graphs

NUMBER = 64
"""Clips of each kind, real and made, that the bound is set by, and as many that it is tried on."""

AT_ONCE = 8


class Judge:
    """Calls clips real or made, by the logits of all critics of a run together.

    Of training clips and made ones it takes the direction in which they differ most beside how they
    scatter (Fisher's discriminant), and the bound half way; of held-out clips and others that are
    made it counts the errors. Where critics know classes, a clip is taken for that of which each
    critic thinks best. Where they compare the clips of a batch, each stands beside training clips.

    Args:
      run: what trained.restore_one gives, of a whole run.
      train, test: real clips of each split, from opening.open_windows.
      seed: of the made clips.
      progress: wraps the iterable of batches that are judged.
    Attributes:
      held_out, made: how many clips it was tried on, of each kind.
      held_out_wrong: how many held-out real ones it calls made.
      made_wrong: how many made ones it calls real.
    Raises:
      UsageError: a run without critics.
    """

    def __init__(self, run, train, test, seed=0, progress=iter):
        if not getattr(run.model, "critic_modules", ()):
            raise UsageError(
                f"--workdir: a run of --model={run.config.model} has no critics. Give another, or "
                "drop the flag"
            )
        self._run, self._progress = run, progress
        layers = [layer for c in run.model.critic_modules for layer in c.network.layers]
        groups = [layer.group for layer in layers if isinstance(layer, MinibatchStd)]
        beside = _spread(train, AT_ONCE * (max(groups, default=1) - 1))
        self._beside = beside, np.int32([train[int(n)][1] for n in _places(train, len(beside))])
        real = self._logits(_spread(train, NUMBER)), self._logits(_spread(test, NUMBER))
        drawn = run.sampling_model().sample(2 * NUMBER, seed)
        made = self._logits(drawn[:NUMBER]), self._logits(drawn[NUMBER:])
        self._direction, self._bound = discriminant(real[0], made[0])
        self.held_out, self.made = len(real[1]), len(made[1])
        self.held_out_wrong = int(self._are_made(real[1]).sum())
        self.made_wrong = int((~self._are_made(made[1])).sum())

    def __call__(self, videos):
        """Whether each of some videos uint8 [N, T, H, W, C] is called made, bool [N]."""
        return self._are_made(self._logits(videos))

    def _are_made(self, logits):
        return logits @ self._direction < self._bound

    def _logits(self, videos):
        """Of each critic, [N, critics]."""
        classes = range(max(1, len(self._run.card.labels)))
        found = []
        for first in self._progress(range(0, len(videos), AT_ONCE)):
            some = videos[first : first + AT_ONCE]
            filled = np.concatenate([some, some[:1].repeat(AT_ONCE - len(some), 0)])
            each = [self._of_class(tf.constant(filled), tf.constant(n)).numpy() for n in classes]
            found.append(np.max(each, axis=0)[: len(some)])
        return np.concatenate(found)

    @functools.cached_property
    def _of_class(self):
        run, (beside, their_labels) = self._run, self._beside
        rows = AT_ONCE + len(beside)
        known = bool(run.card.labels)

        @tf.function(autograph=False)
        def logits(videos, label):
            codec = run.model.codec
            # Members of a group lie as far apart as possible: one is judged, the others beside it.
            video = tf.concat([videos, beside], 0) if len(beside) else videos
            given = codec.shown(graphs.nothing_given(run.card, rows))
            labels = tf.concat([tf.fill([AT_ONCE], label), their_labels * known], 0)
            batch = Batch(codec.encode(to_float(video)), given, labels)
            samples = tf.range(rows, dtype=tf.int64)
            said = run.model.held_out(batch, tf.constant(0, tf.int64), samples)
            return tf.stack(list(said["logits/held_out"].values()), 1)[:AT_ONCE]

        return logits


def discriminant(real, made):
    """Fisher's linear discriminant of two sets of points [N, D].

    Returns:
      the direction [D], and the bound above which a point's product with it is called real.

    Source: Fisher, "The Use of Multiple Measurements in Taxonomic Problems", 1936.
    """
    within = sum(np.cov(points, rowvar=False, ddof=1) for points in (real, made))
    within = np.atleast_2d(within)
    within += 1e-6 * np.trace(within) * np.eye(len(within)) + 1e-12 * np.eye(len(within))
    direction = np.linalg.solve(within, real.mean(0) - made.mean(0))
    return direction, direction @ (real.mean(0) + made.mean(0)) / 2


def _places(windows, number):
    number = min(number, len(windows))
    return np.linspace(0, len(windows) - 1, number).round().astype(int)


def _spread(windows, number):
    """Up to so many clips, evenly spread over the windows, uint8 [N, T, H, W, C]."""
    shape = (0, *windows.clip.shape)
    found = [windows[int(n)][0][None] for n in _places(windows, number)]
    return np.concatenate([np.zeros(shape, np.uint8), *found])
