"""A versioned SavedModel that needs TensorFlow alone, and the way back from it to Python."""

import json
import textwrap
from pathlib import Path

import tensorflow as tf

from vgan.core import spec
from vgan.core.clip import ClipSpec
from vgan.core.errors import CheckpointError, StorageError, UsageError
from vgan.core.files import check_plain, replacing_folder
from vgan.core.stored import positive, read_json, texts
from vgan.sampling import graphs
from vgan.sampling.card import Card
from vgan.sampling.model import SEED_LIMIT, Model
from vgan.tasks.given import HIDDEN, HINT, KNOWN
from vgan.tasks.task import Task

_ABOUT = Path("assets.extra") / "vgan.json"
_MOST_FIRST = 2**53
_MOST_LATENT = 1e6
_LATENTS = "latents must be finite and -1e6 to 1e6"
_REMEDY = "Make it again with python -m vgan.export"
_function = tf.function(autograph=False)


def export(sampler, card, path, max_videos=64):
    """Writes what draws clips as a SavedModel, its weights averaged.

    Its endpoints give videos uint8 [N, T, H, W, C]: `sample` (the first, and serving_default) by
    seed and number of videos, `decode` by latents, `sample_range` for the videos of a seed from
    one of them on. A model whose task gives something has `complete`, by given pixels, what kind
    each is (given.HIDDEN, KNOWN, HINT) and a seed; it is the only one where something must be
    given. Inputs out of range are InvalidArgument errors that name the input.

    Args:
      sampler: models.synthesizer.Sampler.
      card: sampling.card.Card; where it has labels, each endpoint takes a label too.
      path: folder of this version; it appears whole or not at all.
      max_videos: the most videos of one call, at least graphs.CHUNK.
    Raises:
      StorageError: the folder exists.
      UsageError: max_videos is too small, or TensorFlow would not find the path again.
    """
    check_plain(path, "export")
    path = Path(path)
    if max_videos < graphs.CHUNK:
        raise UsageError(
            f"max_videos={max_videos}: too small, since videos are made {graphs.CHUNK} at a "
            f"time. Give {graphs.CHUNK} or more"
        )
    if path.exists():
        raise StorageError(f"export {str(path)!r}: it exists. Remove it or give another --output")
    endpoints = [] if card.task.needs_given else _endpoints(sampler, card, max_videos)
    if card.task.shows:
        endpoints = [*endpoints, _completing(sampler, card, max_videos)]
    module, signatures = tf.Module(), {}
    for name, function, signature in endpoints:
        traced = _function(function).get_concrete_function(*signature)
        signatures[name] = traced
        setattr(module, name, traced)
    module.kept = [list(traced.variables) for traced in signatures.values()]
    signatures["serving_default"] = next(iter(signatures.values()))
    about = {"clip": list(card.clip.shape), "fps": card.fps, "labels": list(card.labels)}
    about |= {"task": card.task.text, "max_videos": max_videos}
    # Servers load any folder with an integer name, so it gets its name last.
    with replacing_folder(path) as incomplete:
        tf.saved_model.save(module, str(incomplete), signatures=signatures)
        (incomplete / _ABOUT).parent.mkdir(exist_ok=True)
        (incomplete / _ABOUT).write_text(json.dumps(about) + "\n")


def load(path, trust_code=False):
    """The Model of an export.

    Args:
      path: its folder, or that of its versions.
      trust_code: import what the folder names by a dotted path.
    Raises:
      CheckpointError: the folder isn't one of ours, or is damaged.
      UsageError: it names code, and isn't trusted.
    """
    check_plain(path, "export")
    path = newest_version(path)
    fields = {"clip": _is_size, "fps": positive, "labels": texts}
    about = read_json(path / _ABOUT, fields, "export", CheckpointError, _REMEDY)
    try:
        module = tf.saved_model.load(str(path))
    except Exception as error:  # What a damaged file raises depends on the byte.
        reason = textwrap.shorten(str(error), 200)
        raise CheckpointError(f"export {str(path)!r}: damaged ({reason}). {_REMEDY}") from None

    def draw(seed, first, number, label):
        inputs = {"seed": tf.constant(seed, tf.int64), "first": tf.constant(first, tf.int64)}
        inputs["num_videos"] = tf.constant(number, tf.int64)
        if about["labels"]:
            inputs["label"] = tf.constant(label, tf.int32)
        # The module is named here so that it lives as long as its function.
        return next(iter(module.signatures["sample_range"](**inputs).values()))

    def complete(pixels, kinds, seed, samples, labels):
        inputs = {"given": tf.constant(pixels), "kinds": tf.constant(kinds)}
        inputs |= {"seed": tf.constant(seed, tf.int64), "samples": tf.constant(samples, tf.int64)}
        if about["labels"]:
            inputs["labels"] = tf.constant(labels, tf.int32)
        return next(iter(module.signatures["complete"](**inputs).values()))

    text = spec.foreign(about.get("task", "generation"), trust_code)
    card = Card(ClipSpec(*about["clip"]), about["fps"], tuple(about["labels"]), Task(text))
    return Model(draw, card, complete)


def is_export(path):
    """Whether a folder is an export of ours, or holds numbered versions of one."""
    return any((folder / _ABOUT).exists() for folder in (Path(path), *_versions(path)))


def newest_version(path):
    """The folder itself, or its version of the highest number; raises CheckpointError."""
    for folder in (Path(path), *_versions(path)):
        if (folder / _ABOUT).exists():
            return folder
    raise CheckpointError(
        f"export {str(path)!r}: it is not one of vgan. Make one with python -m vgan.export"
    )


def _is_size(clip):
    return isinstance(clip, list) and len(clip) == 4 and all(type(n) is int and n > 0 for n in clip)


def _versions(path):
    found = [folder for folder in Path(path).glob("*") if folder.name.isdecimal()]
    return sorted(found, key=lambda folder: int(folder.name), reverse=True)


def _endpoints(sampler, card, max_videos):
    labels = card.labels
    int64 = {name: tf.TensorSpec([], tf.int64, name=name) for name in ("seed", "first")}
    number_spec = tf.TensorSpec([], tf.int64, name="num_videos")
    latents_spec = tf.TensorSpec([None, *sampler.latent_shape], tf.float32, name="latents")
    most_label = max(len(labels) - 1, 0)
    label_spec = [tf.TensorSpec([], tf.int32, name="label")] if labels else []

    @_function
    def sample_range(seed, first, num_videos, label=-1):
        label = tf.convert_to_tensor(label, tf.int32)
        checks = [
            _check(_within(num_videos, 1, max_videos), f"num_videos must be 1 to {max_videos}"),
            _check_seed(seed),
            _check(_within(first, 0, _MOST_FIRST), f"first must be 0 to {_MOST_FIRST}"),
            _check(_within(label, -1, most_label), f"label must be -1 to {most_label}"),
        ]
        with tf.control_dependencies(checks):
            return graphs.video_range(sampler, card, seed, first, num_videos, label)

    def sample(seed, num_videos, label=-1):
        return sample_range(seed, tf.constant(0, tf.int64), num_videos, label)

    def decode(latents, label=0):
        label = tf.convert_to_tensor(label, tf.int32)
        latents = tf.ensure_shape(latents, latents_spec.shape, name="latents")
        rows = tf.shape(latents)[0]
        checks = [
            _check(_within(rows, 1, max_videos), f"latents must hold 1 to {max_videos} rows"),
            _check(_within(latents, -_MOST_LATENT, _MOST_LATENT), _LATENTS),
            _check(_within(label, 0, most_label), f"label must be 0 to {most_label}"),
        ]
        with tf.control_dependencies(checks):
            return graphs.decode(sampler, card, latents, tf.fill([rows], label))

    yield "sample", sample, [int64["seed"], number_spec, *label_spec]
    yield "decode", decode, [latents_spec, *label_spec]
    yield "sample_range", sample_range, [int64["seed"], int64["first"], number_spec, *label_spec]


def _completing(sampler, card, max_videos):
    most_label, clip = max(len(card.labels) - 1, 0), card.clip
    size = clip.shape[:3]

    def complete(given, kinds, seed, samples, labels=None):
        rows = tf.shape(given)[0]
        if labels is None:
            labels = tf.zeros([rows], tf.int32)
        known = tf.reduce_all(tf.cast(kinds, tf.int32) <= HINT)
        checks = [
            _check(_within(rows, 1, max_videos), f"given must hold 1 to {max_videos} videos"),
            _check(_sized(given, [rows, *clip.shape]), f"given must be [N, {clip.shape}]"),
            _check(_sized(kinds, [rows, *size, 1]), f"kinds must be [N, {(*size, 1)}]"),
            _check(known, f"kinds must be {HIDDEN} (hidden), {KNOWN} (known) or {HINT} (hint)"),
            _check_seed(seed),
            _check(_sized(samples, [rows]), "samples must be one a video"),
            _check(_within(samples, 0, _MOST_FIRST), f"samples must be 0 to {_MOST_FIRST}"),
            _check(_sized(labels, [rows]), "labels must be one a video"),
            _check(_within(labels, 0, most_label), f"labels must be 0 to {most_label}"),
        ]
        with tf.control_dependencies(checks):
            given = tf.reshape(given, [-1, *clip.shape])
            kinds = tf.reshape(kinds, [-1, *size, 1])
            return graphs.completed(sampler, card, given, kinds, seed, samples, labels)

    seed = tf.TensorSpec([], tf.int64, name="seed")
    samples = tf.TensorSpec([None], tf.int64, name="samples")
    classes = [tf.TensorSpec([None], tf.int32, name="labels")] if card.labels else []
    named = [tf.TensorSpec([None] * 5, tf.uint8, name=name) for name in ("given", "kinds")]
    return "complete", complete, [*named, seed, samples, *classes]


def _sized(values, size):
    return tf.reduce_all(tf.equal(tf.shape(values), size))


def _within(value, least, most):
    return tf.reduce_all((value >= least) & (value <= most))


def _check_seed(seed):
    return _check(_within(seed, 0, SEED_LIMIT - 1), f"seed must be 0 to {SEED_LIMIT - 1}")


def _check(condition, message):
    """An assertion, which must be done first: a number of videos can ask for all the memory."""
    return tf.debugging.Assert(condition, [message])
