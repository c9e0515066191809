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
from vgan.sampling.model import Functions, Model, digest
from vgan.sampling.moving import Moving
from vgan.serving import endpoints
from vgan.tasks.task import Task

_ABOUT = Path("assets.extra") / "vgan.json"
_REMEDY = "Make it again with python -m vgan.export"


def export(sampler, card, path, max_videos=64):
    """Writes what draws clips as a SavedModel, its weights averaged.

    Its endpoints give videos uint8 [N, T, H, W, C]: `sample` (the first, and serving_default) by
    seed and number of videos, `decode` by latents, `sample_range` for the videos of a seed from
    one of them on. A model whose task gives something has `complete`, by given pixels, what kind
    each is (given.HIDDEN, KNOWN, HINT) and a seed; it is the only one where something must be
    given. Where the sampler knows its motion there are `sample_with_motion`, with the inputs of
    sample_range, and `complete_with_motion`, which give `videos`, `flow` and `masks` as of
    sampling.moving.Moving. Inputs out of range are InvalidArgument errors that name the input.

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
    module, signatures = tf.Module(), endpoints.traced(sampler, card, max_videos)
    for name, traced in signatures.items():
        setattr(module, name, traced)
    module.kept = [list(traced.variables) for traced in signatures.values()]
    signatures["serving_default"] = next(iter(signatures.values()))
    # Servers load any folder with an integer name, so it gets its name last.
    with replacing_folder(path) as incomplete:
        tf.saved_model.save(module, str(incomplete), signatures=signatures)
        (incomplete / _ABOUT).parent.mkdir(exist_ok=True)
        said = about(card) | {"max_videos": max_videos}
        said["digest"] = digest(sampler.sampling_networks)
        (incomplete / _ABOUT).write_text(json.dumps(said) + "\n")


def about(card):
    """What a Card says, as a dict for JSON; its clip as [T, H, W, C]."""
    clip = {"clip": list(card.clip.shape), "fps": card.fps, "labels": list(card.labels)}
    return clip | {"task": card.task.text, "model": card.model, "data": card.data}


def load(path, trust_code=False):
    """The Model of an export; arguments and errors as of `read`."""
    return as_model(*read(path, trust_code))


def read(path, trust_code=False):
    """An export as TensorFlow loads it, which has `signatures`, its Card and its digest.

    Args:
      path: its folder, or that of its versions.
      trust_code: import what the folder names by a dotted path.
    Raises:
      CheckpointError: the folder isn't one of ours, or is damaged.
      UsageError: it names code, and isn't trusted.
    """
    check_plain(path, "export")
    path = newest_version(path)
    fields = {"clip": _is_size, "fps": positive, "labels": texts, "task": str}
    said = read_json(path / _ABOUT, fields, "export", CheckpointError, _REMEDY)
    try:
        module = tf.saved_model.load(str(path))
        made = next(iter(module.signatures["serving_default"].structured_outputs.values()))
        if list(made.shape[1:]) != said["clip"]:
            raise ValueError(f"it makes {made.shape[1:]}, and field 'clip' says {said['clip']}")
    except Exception as error:  # What a damaged file raises depends on the byte.
        reason = textwrap.shorten(str(error), 200)
        raise CheckpointError(f"export {str(path)!r}: damaged ({reason}). {_REMEDY}") from None

    card = Card(
        ClipSpec(*said["clip"]),
        said["fps"],
        tuple(said["labels"]),
        Task(spec.foreign(said["task"], trust_code)),
        *(str(said.get(name, "")) for name in ("model", "data")),  # Older ones say neither.
    )
    return module, card, str(said.get("digest", ""))


def as_model(module, card, digest):
    """The Model that calls the endpoints of what `read` gives."""
    functions = _functions(module, card, "sample_range", "complete")
    moving = None
    if any(name.endswith("_with_motion") for name in module.signatures):
        moving = _functions(module, card, "sample_with_motion", "complete_with_motion")
    return Model(card, functions, moving, lambda: digest)


def _functions(module, card, drawing, completing):
    """The Functions that call endpoints; the module lives as long as they."""

    def draw(seed, first, number, label):
        inputs = {"seed": tf.constant(seed, tf.int64), "first": tf.constant(first, tf.int64)}
        inputs["num_videos"] = tf.constant(number, tf.int64)
        if card.labels:
            inputs["label"] = tf.constant(label, tf.int32)
        return _outputs(module.signatures[drawing](**inputs))

    def complete(pixels, kinds, seed, samples, labels):
        inputs = {"given": tf.constant(pixels), "kinds": tf.constant(kinds)}
        inputs |= {"seed": tf.constant(seed, tf.int64), "samples": tf.constant(samples, tf.int64)}
        if card.labels:
            inputs["labels"] = tf.constant(labels, tf.int32)
        return _outputs(module.signatures[completing](**inputs))

    def decode(latents, label):
        inputs = {"latents": tf.constant(latents)}
        if card.labels:
            inputs["label"] = tf.constant(label, tf.int32)
        return _outputs(module.signatures["decode"](**inputs))

    if "decode" not in module.signatures:
        return Functions(draw, complete)
    _, inputs = module.signatures["decode"].structured_input_signature
    return Functions(draw, complete, decode, tuple(inputs["latents"].shape[1:]))


def _outputs(found):
    """The videos that an endpoint gives, or the Moving of one with motion."""
    named = [found[name] for name in Moving._fields if name in found]
    return tuple(named) or next(iter(found.values()))


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
