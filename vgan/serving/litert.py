"""A model as a LiteRT file (.tflite), for phones and small machines."""

import textwrap
from pathlib import Path

import tensorflow as tf
from absl import logging

from vgan.core.errors import UsageError, told
from vgan.core.files import replacing
from vgan.serving.frozen import check


def export(frozen, path):
    """Writes a LiteRT file of built-in operations alone.

    Args:
      frozen: frozen.Frozen; the file's inputs have these names.
      path: of the file; it appears only when LiteRT makes of it what the live model makes.
    Returns:
      float, how far off that is at most, in values from -1 to 1.
    Raises:
      UsageError: the library is missing, or the model can't be converted.
    """
    try:
        import ai_edge_litert  # noqa: F401
    except ImportError as error:
        raise UsageError(f"--format=litert: {error}. Run pip install 'vgan[litert]'") from None
    before = logging.get_verbosity()
    logging.set_verbosity(logging.ERROR)  # It warns of its other way, which loses names.
    try:
        converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen.graph])
        written = converter.convert()
        run = runner(model_content=written)
    except Exception as error:  # The converter's own has no public name.
        reason = textwrap.shorten(told(error), 200)
        raise UsageError(
            f"--format=litert: its converter doesn't take this model ({reason}). Use onnx"
        ) from None
    finally:
        logging.set_verbosity(before)
    off = check(frozen, run, "litert")
    with replacing(Path(path)) as incomplete:
        incomplete.write_bytes(written)
    return off


def runner(**file):
    """A function from the inputs of a LiteRT file, arrays by name, to its clip.

    Args:
      **file: model_path, or the bytes as model_content.
    """
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(**file, num_threads=1)
    interpreter.allocate_tensors()
    places = {of["name"].split(":")[0]: of["index"] for of in interpreter.get_input_details()}
    (made,) = interpreter.get_output_details()

    def run(values):
        for name, value in values.items():
            interpreter.set_tensor(places[name], value)
        interpreter.invoke()
        return interpreter.get_tensor(made["index"])

    return run
