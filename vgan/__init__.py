"""vgan: video synthesis with generative adversarial networks on TensorFlow and Keras 3."""


def load(path, checkpoint="last", frames=None, trust_code=False):
    """The model of a training run's workdir, or of an export, to draw videos from.

    `vgan.load("runs/base").sample(num_videos=4, seed=0)` is uint8 [4, T, H, W, 3].

    Args:
      path: the folder.
      checkpoint: of a workdir, as --checkpoint: "last", "best", "average(last=3)" ...
      frames: of its videos, None for as many as it was trained on; a recurrent generator makes any
        number.
      trust_code: import code that the folder names by dotted paths, parts of somebody's own.
    Returns:
      sampling.model.Model.
    Raises:
      CheckpointError: the folder is neither, or holds no checkpoint.
      UsageError: a model that can't make so many frames.
    """
    from vgan.runs import trained  # Importing vgan alone must stay light.

    return trained.load(path, checkpoint, frames, trust_code)
