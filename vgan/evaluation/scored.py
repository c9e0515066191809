"""Scores of a model in one call."""

from vgan.data.opening import open_windows
from vgan.evaluation import generated
from vgan.evaluation.cache import Cache, default_folder
from vgan.evaluation.evaluator import SPLITS, Evaluator


def score(model, data, num_videos, seed, frame_step, start_interval):
    """The evaluator.Result of a model's videos against the test split of data.

    Args:
      model: sampling.model.Model.
      data: what --data can name.
      num_videos: at most that many clips of each kind.
      seed: int, of the videos and of every choice.
      frame_step: of the real clips.
      start_interval: frames between the starts of real clips of one video, None for a clip's
        length.
    """
    clip = model.clip
    windows = {split: open_windows(data, clip, frame_step, split) for split in SPLITS}
    interval = start_interval or (clip.frames - 1) * frame_step + 1
    cache = Cache(default_folder())
    evaluator = Evaluator(windows, "test", num_videos, interval, seed, cache)
    return evaluator.score(*generated.videos(model, num_videos, seed, evaluator))
