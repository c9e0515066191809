"""Scores of a model in one call, and the evaluator of some data."""

from vgan.data.opening import open_windows
from vgan.evaluation import generated
from vgan.evaluation.cache import Cache, default_folder
from vgan.evaluation.evaluator import SPLITS, Evaluator


def score(model, data, num_videos, seed, frame_step, start_interval):
    """The evaluator.Result of videos of a sampling.model.Model; arguments as of `opened`."""
    evaluator = opened(data, model.clip, frame_step, num_videos, seed, start_interval)
    return evaluator.score(*generated.videos(model, num_videos, seed, evaluator))


def opened(data, clip, frame_step, most, seed, interval=None, split="test", cache=None, *further):
    """An evaluator.Evaluator of what --data can name.

    Args:
      data, clip, frame_step: as of opening.open_windows.
      most, seed, split: as of Evaluator.
      interval: frames between the starts of real clips of one video, None for a clip's length.
      cache: folder of what is measured of real clips, None for that of the user.
      *further: the last arguments of Evaluator.
    """
    windows = {of: open_windows(data, clip, frame_step, of) for of in SPLITS}
    interval = interval or (clip.frames - 1) * frame_step + 1
    cache = Cache(cache or default_folder())
    return Evaluator(windows, split, most, interval, seed, cache, *further)
