"""A model as an ONNX file, for ONNX Runtime on many systems, browsers among them."""

import json
import textwrap
from pathlib import Path

import tensorflow as tf

from vgan.core.errors import UsageError, told
from vgan.core.files import replacing
from vgan.serving.frozen import check

OPSET = 18
"""Of operations: what tf2onnx knows best."""

_SPOILS = "optimize_transpose"
"""Of tf2onnx: it moves axes past scales of layers that hold no such axis."""


def export(frozen, about, path, name="onnx"):
    """Writes an ONNX file, whose metadata say `about`, under the key vgan, as JSON.

    Args:
      frozen: frozen.Frozen; its inputs have these names, its output is `videos`.
      about: dict.
      path: of the file; it appears only when ONNX Runtime makes of it what the live model makes.
      name: of the format that is told in errors.
    Returns:
      float, how far off that is at most, in values from -1 to 1.
    Raises:
      UsageError: the libraries are missing, or the model can't be converted.
    """
    try:
        import onnxruntime  # noqa: F401
        import tf2onnx  # noqa: F401
    except ImportError as error:
        raise UsageError(f"--format={name}: {error}. Run pip install 'vgan[onnx]'") from None
    try:
        proto = _converted(frozen)
        proto.metadata_props.add(key="vgan", value=json.dumps(about))
        written = proto.SerializeToString()
        run = runner(written)
    except Exception as error:  # Of many kinds, by what isn't known.
        reason = textwrap.shorten(told(error), 200)
        raise UsageError(
            f"--format={name}: its converter doesn't take this model ({reason}). Use saved_model"
        ) from None
    off = check(frozen, run, name)
    with replacing(Path(path)) as incomplete:
        incomplete.write_bytes(written)
    return off


def runner(file):
    """A function from the inputs of an ONNX file, its path or bytes, by name, to its clip."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3  # It warns of its own graph's leftovers.
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    return lambda values: session.run(None, values)[0]


def _converted(frozen):
    from tf2onnx import optimizer, tfonnx

    (output,) = (of.name for of in frozen.graph.outputs)
    names = {f"{name}:0": name for name in frozen.inputs}
    kept = {name: made for name, made in optimizer._get_optimizers().items() if name != _SPOILS}
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(frozen.graph.graph.as_graph_def(), name="")
        made = tfonnx.process_tf_graph(
            graph,
            opset=OPSET,
            input_names=list(names),
            output_names=[output],
            tensors_to_rename=names | {output: "videos"},
        )
    made = optimizer.optimize_graph(made, catch_errors=False, optimizers=kept)
    return made.make_model("clips")
