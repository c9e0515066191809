"""What watches a run: the detectors of failure, and the scores."""

import numpy as np
import tensorflow as tf
from absl import logging

from vgan.clip import Batch, to_float
from vgan.data import pipeline
from vgan.errors import DataError
from vgan.evaluation.cache import Cache, default_folder
from vgan.evaluation.clips import ClipSet
from vgan.evaluation.evaluator import Evaluator
from vgan.given import parted
from vgan.metrics import copying
from vgan.training import previews
from vgan.training.health import Health

KNOWN = 1024
"""Among how many training clips the detectors look for copies."""


def health(config, windows, samples, model, task, real, labels):
    """The detectors of a run.

    Args:
      config: config.ExperimentConfig.
      windows: of the train split.
      samples: previews.Previews.
      model: models.synthesizer.Synthesizer.
      task: given.Task.
      real, labels: what previews.real gives.
    """
    try:
        test = pipeline.open_windows(config.data, config.clip, config.frame_step, "test")
    except DataError:
        logging.warning(
            "the data have no test split: overfitting and copies can't be seen. Prepare them with "
            "a --test_fraction"
        )
        held_out = real
    else:
        held_out, labels = _spread(test, previews.NUMBER)
    seen, numbers = tf.constant(to_float(held_out)), tf.range(len(labels), dtype=tf.int64)
    batch = Batch(parted(seen)[0], task(seen, config.seed, numbers), tf.constant(labels))

    @tf.function
    def verdicts():
        return model.verdicts(batch, config.seed, numbers)

    def make():
        # Of parts of training clips it would rightly make what looks like copies.
        return samples.completed(held_out, labels) if task.shows else samples.make()

    chosen = _places(windows, KNOWN)
    known = ClipSet(lambda number: windows[int(number)][0], chosen, chosen)
    thumbnails = np.concatenate([copying.thumbnails(videos) for videos in known.chunks()])
    return Health(make, verdicts, parted(real)[0], parted(held_out)[0], thumbnails)


def evaluator(config, windows):
    """The Evaluator of a run on its test split; raises DataError where that has too few clips."""
    test = pipeline.open_windows(config.data, config.clip, config.frame_step, "test")
    interval = config.eval_start_interval or (config.frames - 1) * config.frame_step + 1
    cache = Cache(default_folder())
    both = {"train": windows, "test": test}
    return Evaluator(both, "test", config.eval_videos, interval, config.seed, cache)


def _spread(windows, most):
    places = _places(windows, most)
    videos, labels = zip(*(pipeline.joined(windows, place) for place in places), strict=True)
    return np.stack(videos), np.array(labels, np.int32)


def _places(windows, most):
    """Numbers of windows, spread evenly over a data set."""
    return np.linspace(0, len(windows) - 1, min(most, len(windows))).astype(int)
