"""A classifier of labelled clips, trained by `training.classifier`: its features and its folder.

The folder holds `network.keras`, and `classifier.json`, which says what it was trained on.
"""

import hashlib
import json
import os
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from vgan.core.clip import ClipSpec, to_float
from vgan.core.errors import CheckpointError, StorageError, UsageError
from vgan.core.files import replacing_folder

CHUNK = 16
"""How many clips the network always sees at a time, since another number rounds differently."""

_NETWORK, _ABOUT = "network.keras", "classifier.json"


class Classifier:
    """A network of clips of one size, and what it was trained on.

    Args:
      network: keras.Model, float32 [N, T, H, W, C] in [-1, 1] -> features [N, D], logits [N, K].
      about: dict of `labels`, `clip` (T, H, W, C) and anything else that is kept with it.

    Attributes:
      network, about: as given, with the digest in `about`.
      labels: tuple of names.
      clip: ClipSpec.
      digest: of the weights.
    """

    def __init__(self, network, about):
        digest = hashlib.sha256()
        for weight in network.get_weights():
            digest.update(weight.tobytes())
        self.digest = digest.hexdigest()[:16]
        self.network, self.about = network, about | {"digest": self.digest}
        self.labels, self.clip = tuple(about["labels"]), ClipSpec(*about["clip"])
        self._compute = tf.function(network, autograph=False)

    def predictions(self, videos):
        """Features and probabilities from one pass.

        Args:
          videos: uint8 [N, T, H, W, C].
        Returns:
          float64 [N, D], what the last layer sees; float64 [N, K], rows that sum to 1.
        Raises:
          UsageError: clips of another size than it was trained on.
        """
        if videos.shape[1:] != self.clip.shape:
            raise UsageError(
                f"classifier: trained on clips of {self.clip}, not {ClipSpec(*videos.shape[1:])}. "
                "Train another with --frames, --height and --width of these"
            )
        parts = [self._whole_chunk(videos[i : i + CHUNK]) for i in range(0, len(videos), CHUNK)]
        features, logits = (np.concatenate(part) for part in zip(*parts, strict=True))
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        return features, odds / odds.sum(axis=1, keepdims=True)

    def features(self, videos):
        """The features of `predictions` alone."""
        return self.predictions(videos)[0]

    def probabilities(self, videos):
        """The probabilities of `predictions` alone."""
        return self.predictions(videos)[1]

    def _whole_chunk(self, videos):
        filled = np.resize(videos, (CHUNK, *videos.shape[1:]))
        outputs = self._compute(tf.constant(to_float(filled)))
        return [output.numpy()[: len(videos)].astype(np.float64) for output in outputs]


def check_output(path, overwrite):
    """Raises StorageError if a classifier may not be saved at `path`."""
    if not os.path.lexists(path):
        return
    if not overwrite:
        raise StorageError(f"output {str(path)!r}: it exists. Add --overwrite or name another")
    if not (Path(path) / _ABOUT).is_file():
        raise StorageError(
            f"output {str(path)!r}: it is no classifier, so --overwrite leaves it alone. "
            "Name another"
        )


def save(classifier, path, overwrite):
    """Writes the folder of a classifier, whole or not at all.

    Args:
      classifier: a Classifier.
      path: of the folder.
      overwrite: replace a classifier that is there.
    Raises:
      StorageError: the path exists and may not be replaced.
    """
    check_output(path, overwrite)
    with replacing_folder(os.path.realpath(path)) as folder:
        classifier.network.save(folder / _NETWORK)
        (folder / _ABOUT).write_text(json.dumps(classifier.about, indent=2) + "\n")


def load(path):
    """The Classifier of a folder; raises CheckpointError if there is none, or it is damaged."""
    path, advice = Path(path), "python -m vgan.train_classifier"
    if not (path / _ABOUT).is_file():
        raise CheckpointError(f"classifier {str(path)!r}: there is none. Make one with {advice}")
    try:
        about = json.loads((path / _ABOUT).read_text())
        classifier = Classifier(keras.saving.load_model(path / _NETWORK, compile=False), about)
        intact = classifier.about == about
    except Exception:  # What a damaged file raises depends on the byte.
        intact = False
    if not intact:
        raise CheckpointError(f"classifier {str(path)!r}: damaged. Make it again with {advice}")
    return classifier
