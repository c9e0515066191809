"""Feature networks that the user brings as a SavedModel, I3D among them."""

import hashlib
import math
from pathlib import Path

import tensorflow as tf

from vgan.core.errors import UsageError
from vgan.metrics.extractors import FeatureExtractor


def saved_model(
    path,
    output,
    signature="serving_default",
    name="saved_model",
    frames=None,
    size=None,
    value_range=(-1.0, 1.0),
):
    """Features from a signature of a SavedModel that takes float32 [N, T, H, W, 3].

    Args:
      path: the SavedModel's folder.
      output: key of the signature's output, [N, D].
      signature: its name.
      name: the scores are called frechet_<name> and kernel_<name>.
      frames: how many frames it needs, None for any.
      size: height and width frames are resized to (bilinear), None to leave them as they are.
      value_range: what the network expects black and white to be.
    Raises:
      UsageError: no SavedModel, or not one with this signature and output; in use, clips or
        features that don't fit.
    """
    _check_name(path, name)
    return _extractor(path, output, signature, name, frames, size, value_range)


def i3d(path, output, signature="serving_default"):
    """I3D under the protocol of FVD: 16 frames, resized to 224 as TensorFlow 1 did, 400 logits.

    Its Fréchet distance is called fvd when it compares 2,048 clips with 2,048, and frechet_i3d
    otherwise.

    Args:
      path: folder of a SavedModel of I3D trained on Kinetics-400.
      output, signature: as for `saved_model`; the output is the logits.
    Raises:
      UsageError: as for `saved_model`, or the output isn't 400 wide.

    Source: Unterthiner et al. 2018, "Towards accurate generative models of video".
    """
    how = {"comparable": "fvd", "width": 400}
    return _extractor(path, output, signature, "i3d", 16, 224, (-1.0, 1.0), **how)


def _extractor(path, output, signature, name, frames, size, value_range, comparable="", width=None):
    _check(path, frames, size, value_range)
    module, argument, taken = _load(path, signature, output)
    low, high = value_range

    def compute(videos):
        x = tf.cast(videos, tf.float32)
        if size is not None:
            flat = tf.reshape(x, [-1, *x.shape[2:]])
            # Half a pixel off what later versions do, but it is what FVD was published with.
            flat = tf.compat.v1.image.resize_bilinear(flat, [size, size])
            x = tf.reshape(flat, [*x.shape[:2], size, size, 3])
        x = x * ((high - low) / 255.0) + low
        try:
            taken.shape[1:].assert_is_compatible_with(x.shape[1:])  # TensorFlow doesn't check it.
            # By the module, whose variables live only as long as something refers to it.
            features = module.signatures[signature](**{argument: x})[output].numpy()
        except (tf.errors.InvalidArgumentError, TypeError, ValueError) as error:
            raise UsageError(
                f"features {str(path)!r}: the network refuses clips {list(x.shape)} "
                f"({str(error).splitlines()[0]}). Set frames and size to what it takes"
            ) from None
        if width is not None and features.shape[1:] != (width,):
            raise UsageError(
                f"features {str(path)!r}: output {output!r} is {list(features.shape)}, {name} "
                f"gives [{len(x)}, {width}]. Name its logits"
            )
        return features

    resize = "none" if size is None else "bilinear, TensorFlow 1"
    digest = _digest(Path(path), signature, output, size, float(low), float(high))
    shown = frames, size, tuple(value_range), resize
    return FeatureExtractor(name, compute, digest, *shown, comparable)


def _check(path, frames, size, value_range):
    if not tf.saved_model.contains_saved_model(str(path)):
        raise UsageError(f"features {str(path)!r}: not a SavedModel. Give the folder of one")
    for name, value in {"frames": frames, "size": size}.items():
        if value is not None and (type(value) is not int or value < 1):
            raise UsageError(f"features {str(path)!r}: {name}={value!r} is no whole number from 1")
    numbers = isinstance(value_range, (tuple, list)) and len(value_range) == 2
    if not numbers or not all(
        isinstance(value, (int, float)) and math.isfinite(value) for value in value_range
    ):
        raise UsageError(f"features {str(path)!r}: value_range={value_range!r}. Write (low, high)")


def _check_name(path, name):
    if not isinstance(name, str) or not name.isidentifier() or "fvd" in name.lower():
        raise UsageError(
            f"features {str(path)!r}: name={name!r}. Give a word of letters, digits and _; only "
            "what i3d(...) gives may be called FVD"
        )


def _load(path, signature, output):
    try:
        module = tf.saved_model.load(str(path))
    except (OSError, ValueError, tf.errors.OpError) as error:
        reason = str(error).splitlines()[0]
        raise UsageError(f"features {str(path)!r}: can't be loaded ({reason})") from None
    if signature not in module.signatures:
        known = ", ".join(sorted(module.signatures)) or "none"
        raise UsageError(f"features {str(path)!r}: no signature {signature!r}. It has: {known}")
    function = module.signatures[signature]
    inputs = function.structured_input_signature[1]
    if len(inputs) != 1 or next(iter(inputs.values())).shape.rank not in (None, 5):
        shapes = {name: spec.shape.as_list() for name, spec in inputs.items() if spec.shape.rank}
        raise UsageError(
            f"features {str(path)!r}: signature {signature!r} takes {shapes}, needed is one input "
            "of clips [N, T, H, W, 3]"
        )
    ((argument, taken),) = inputs.items()
    if taken.dtype != tf.float32 or (taken.shape.rank and taken.shape[0] is not None):
        raise UsageError(
            f"features {str(path)!r}: signature {signature!r} takes {taken.dtype.name} "
            f"{taken.shape.as_list()}, needed is float32 of any number of clips"
        )
    if output not in function.structured_outputs:
        known = ", ".join(sorted(function.structured_outputs))
        raise UsageError(f"features {str(path)!r}: no output {output!r}. It has: {known}")
    return module, argument, taken


def _digest(path, *settings):
    digest = hashlib.sha256(repr(settings).encode())
    for file in sorted([*path.glob("saved_model.pb*"), *path.glob("variables/variables.*")]):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]
