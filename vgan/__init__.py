"""vgan: video synthesis on TensorFlow and Keras 3, by adversarial networks and other families."""

import os

# Keras reads it when it is imported first; another backend has none of the parts that vgan has.
os.environ["KERAS_BACKEND"] = "tensorflow"
# TensorFlow reads it when it is imported first. Without AVX-512 it leaves oneDNN out by itself, and
# a gradient of a strided 3-D convolution takes 500 times as long.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")


def fit(flags, workdir):
    """Trains an experiment in a folder, or goes on with the one that is there.

    `vgan.fit({"data": "my_data", "steps": 1000}, "runs/mine")` is what `python -m vgan.train` does.

    Args:
      flags: dict of flags of vgan.train by name; what is left out has its default.
      workdir: folder of the run.
    Returns:
      the trained model, as `load` gives it.
    Raises:
      errors.VganError: of the kind that fits what is wrong.
    """
    from vgan.core.errors import UsageError  # Importing vgan alone must stay light.
    from vgan.runs.config import ExperimentConfig

    unknown = sorted(set(flags) - set(ExperimentConfig.__dataclass_fields__))
    if unknown:
        raise UsageError(f"flags {', '.join(unknown)}: unknown. See python -m vgan.train --help")
    config = ExperimentConfig(**flags)
    from vgan.training import run

    run.train(config, workdir)
    return load(workdir, trust_code=True)  # What it names was named by the caller.


def load(path, checkpoint="last", frames=None, trust_code=False):
    """The model of a training run's workdir, or of an export, to draw videos from.

    `vgan.load("runs/base").sample(num_videos=4, seed=0)` is uint8 [4, T, H, W, 3].

    Args:
      path: the folder.
      checkpoint: of a workdir, as --checkpoint: "last", "best", "average(last=3)" ...
      frames: of its videos, None for as many as it was trained on; a layered or recurrent generator
        makes any number.
      trust_code: import code that the folder names by dotted paths, parts of somebody's own.
    Returns:
      sampling.model.Model.
    Raises:
      CheckpointError: the folder is neither, or holds no checkpoint.
      UsageError: a model that can't make that many frames, or code in a folder that isn't trusted.
    """
    from vgan.runs import trained

    return trained.load(path, checkpoint, frames, trust_code)


def score(model, data, num_videos=1024, seed=0, frame_step=1, start_interval=None):
    """Scores the videos of a model against held-out real ones, as `python -m vgan.evaluate` does.

    Args:
      model: what `load` gives.
      data: what --data can name: a prepared folder, or embedded data such as "shapes()".
      num_videos: how many clips of each kind at most.
      seed: int of the videos and of every choice.
      frame_step: of the real clips, that of the training.
      start_interval: frames between the starts of real clips of one video, None for a clip length.
    Returns:
      {score: dict of its value, interval, floor, over_floor and protocol}.
    Raises:
      DataError: too few clips. UsageError: clips of one frame.
    """
    from vgan.evaluation import scored

    return scored.score(model, data, num_videos, seed, frame_step, start_interval).scores


def show(videos, fps=8.0):
    """Plays videos in a notebook.

    Args:
      videos: uint8 [N, T, H, W, 3], or one of them. A model shows eight of its own by itself.
      fps: frames a second.
    Returns:
      media.player.Player, which a notebook shows.
    """
    from vgan.media.player import Player

    return Player(videos, fps)
