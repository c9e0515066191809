"""Trains a small 3-D convolutional classifier of labelled clips and measures its accuracy."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from vgan.core import randomness
from vgan.core.clip import to_float
from vgan.core.errors import DataError
from vgan.data import pipeline
from vgan.metrics.classifier import CHUNK, Classifier
from vgan.networks.sizes import halvings

_BATCH, _LEARNING_RATE = 32, 2e-3
_PROGRESS_INTERVAL = 50
_MOST_HELD_OUT = 2048


def train(data, windows, held_out, steps, seed, progress):
    """A classifier trained on windows; the same arguments give the same one.

    Args:
      data: what the windows were opened from, as a person names it.
      windows: of the train split, as `open_windows` gives them.
      held_out: windows of the test split, where the accuracy is measured: those that start a
        clip's length apart, and 2,048 of them at most, evenly chosen.
      steps: of 32 clips.
      seed: of weights, order and augmentation.
      progress: is called now and then with steps done, mean loss, and accuracy in [0, 1].
    Raises:
      DataError: the windows have fewer than two labels.
    """
    if len(windows.labels) < 2:
        raise DataError(
            f"data {data!r}: fewer than 2 labels, so there are no classes. Put the "
            "videos of each class in a subfolder of its own and prepare them again"
        )
    keras.utils.set_random_seed(seed)
    network = _build(windows.clip, len(windows.labels))
    _fit(network, windows, steps, seed, progress)
    about = {
        "labels": list(windows.labels),
        "clip": list(windows.clip.shape),
        "frame_step": windows.frame_step,
        "data": data,
        "fingerprint": windows.fingerprint,
        "steps": steps,
        "seed": seed,
    }
    accuracy, count = _accuracy(Classifier(network, about), held_out)
    return Classifier(network, about | {"held_out_accuracy": accuracy, "n_held_out": count})


def _build(clip, num_labels):
    """Without normalisation: that of batches overfits to a few persons, others learn slower."""
    space, time = max(1, halvings(min(clip.height, clip.width), 4)), halvings(clip.frames, 4)
    style = {"padding": "same", "activation": "relu", "kernel_initializer": "he_normal"}
    x = video = keras.Input(clip.shape)
    for stage in range(space):
        stride = (2 if 1 <= stage <= time else 1, 2, 2)
        x = layers.Conv3D(min(64, 16 * 2**stage), 3, stride, **style)(x)
    features = layers.GlobalAveragePooling3D()(layers.Conv3D(96, 3, 1, **style)(x))
    logits = layers.Dense(num_labels)(layers.Dropout(0.3)(features))
    return keras.Model(video, [features, logits])


def _fit(network, windows, steps, seed, progress):
    logits = keras.Model(network.input, network.output[1])
    rate = keras.optimizers.schedules.CosineDecay(_LEARNING_RATE, steps)
    logits.compile(
        keras.optimizers.AdamW(rate, weight_decay=1e-3, global_clipnorm=1.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    data = pipeline.batches(windows, _BATCH, seed)
    data = data.map(lambda clips: (_augment(clips.video, seed, clips.samples), clips.label))
    recent = []
    for step, (video, label) in enumerate(data.take(steps).prefetch(2), 1):
        recent.append(logits.train_on_batch(video, label))
        if step % _PROGRESS_INTERVAL == 0 or step == steps:
            progress(step, *np.mean(recent, axis=0))
            recent = []


def _augment(video, seed, samples):
    """Clips of other brightness and colour, up to an eighth of a frame away, edges repeated."""
    draws = 2 * randomness.uniform(seed, randomness.VIEWS, samples, [6]) - 1
    tint = 0.3 * draws[:, :1] + 0.2 * draws[:, 1:4]
    video = to_float(video) + tint[:, None, None, None]
    for axis, draw in ((2, draws[:, 4]), (3, draws[:, 5])):
        size = video.shape[axis]
        shift = tf.cast(tf.round(draw * (size // 8)), tf.int32)
        places = tf.clip_by_value(tf.range(size) + shift[:, None], 0, size - 1)
        video = tf.gather(video, places, axis=axis, batch_dims=1)
    return video


def _accuracy(classifier, windows):
    numbers, _ = windows.apart((windows.clip.frames - 1) * windows.frame_step + 1)
    numbers = numbers[:: -(-len(numbers) // _MOST_HELD_OUT)]
    right = 0
    for first in range(0, len(numbers), CHUNK):
        chosen = [windows[int(number)] for number in numbers[first : first + CHUNK]]
        videos, labels = (np.stack(part) for part in zip(*chosen, strict=True))
        right += int((classifier.probabilities(videos).argmax(axis=1) == labels).sum())
    return right / len(numbers), len(numbers)
