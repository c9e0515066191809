"""What monitors a run: the detectors of failure, and the scores."""

import numpy as np
import tensorflow as tf
from absl import logging

from vgan.core.errors import DataError
from vgan.data.opening import beside, open_windows
from vgan.data.pipeline import Clips
from vgan.evaluation.cache import Cache, default_folder
from vgan.evaluation.clips import ClipSet
from vgan.evaluation.evaluator import Evaluator
from vgan.metrics import copying
from vgan.training import loop, previews
from vgan.training.health import Health

KNOWN = 1024
"""Among how many training clips the detectors look for copies."""


def health(config, windows, samples, model, task, real):
    """The detectors of a run.

    Args:
      config: config.ExperimentConfig.
      windows: of the train split.
      samples: previews.Previews.
      model: models.synthesizer.Synthesizer.
      task: tasks.task.Task.
      real: what previews.real gives.
    """
    try:
        test = open_windows(config.data, config.clip, config.frame_step, "test")
    except DataError:
        logging.warning(
            "the data have no test split: overfitting and copies can't be seen. Prepare them with "
            "a --test_fraction"
        )
        held_out = real
    else:
        held_out = _spread(test, previews.NUMBER)
    tensors = Clips(*map(tf.constant, held_out[:4]))
    batch = loop.batch_of(model, task, config.seed, tensors)

    @tf.function(autograph=False)
    def statistics():
        return model.held_out(batch, config.seed, held_out.samples)

    def held_out_statistics():
        means = tf.nest.map_structure(tf.reduce_mean, statistics())
        return loop.by_path(means)

    def make():
        # Of parts of training clips it would rightly make what looks like copies.
        return samples.completed(held_out) if task.shows else samples.make()

    def known():
        chosen = _places(windows, KNOWN)
        clips = ClipSet(lambda number: windows[int(number)][0], chosen, chosen)
        return np.concatenate([copying.thumbnails(videos) for videos in clips.chunks()])

    return Health(model, make, held_out_statistics, real.video, held_out.video, known)


def evaluator(config, windows):
    """The Evaluator of a run on its test split; raises DataError where that has too few clips."""
    test = open_windows(config.data, config.clip, config.frame_step, "test")
    interval = config.eval_start_interval or (config.frames - 1) * config.frame_step + 1
    cache = Cache(default_folder())
    both = {"train": windows, "test": test}
    return Evaluator(both, "test", config.eval_videos, interval, config.seed, cache)


def _spread(windows, most):
    """data.pipeline.Clips of windows spread evenly over a data set, at most that many."""
    found = [beside(windows, place) for place in _places(windows, most)]
    videos, sources, labels = zip(*found, strict=True)
    samples = np.arange(len(found), dtype=np.int64)
    return Clips(np.stack(videos), np.stack(sources), np.array(labels, np.int32), samples)


def _places(windows, most):
    """Numbers of windows, spread evenly over a data set."""
    return np.linspace(0, len(windows) - 1, min(most, len(windows))).astype(int)
