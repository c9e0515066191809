"""vgan: video synthesis with generative adversarial networks on TensorFlow and Keras 3."""


def load(path, checkpoint="last"):
    """The model of a training run's workdir, or of an export, to draw videos from.

    `vgan.load("runs/base").sample(num_videos=4, seed=0)` is uint8 [4, T, H, W, 3].

    Args:
      path: the folder.
      checkpoint: of a workdir, "last", or "best" for the one with the best score.
    Returns:
      sampling.Model.
    Raises:
      CheckpointError: the folder is neither, or holds no checkpoint.
    """
    from vgan import experiment  # Importing vgan alone must stay light.

    return experiment.load(path, checkpoint)
