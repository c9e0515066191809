"""Requests in the shape of TensorFlow Serving's REST API, for models that are exported or not.

Source: "RESTful API" of TensorFlow Serving's guide.
"""

import re

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import types_pb2

from vgan.playing.gate import RefusedError

_FIRST = "serving_default"


def status(served):
    """What `GET /v1/models/NAME` is answered: a dict."""
    ok = {"error_code": "OK", "error_message": ""}
    version = {"version": served.version, "state": "AVAILABLE", "status": ok}
    return {"model_version_status": [version]}


def metadata(served):
    """What `GET /v1/models/NAME/metadata` is answered: a dict."""
    names = [*served.endpoints] if _FIRST in served.endpoints else [*served.endpoints, _FIRST]
    signatures = {name: _signature(_endpoint(served, name)) for name in names}
    spec = {"name": served.name, "signature_name": "", "version": served.version}
    return {"model_spec": spec, "metadata": {"signature_def": {"signature_def": signatures}}}


def predict(served, asked):
    """What `POST /v1/models/NAME:predict` is answered: a dict.

    Args:
      served: Served.
      asked: dict of the request: `inputs` by name, or `instances`, each with the inputs of one;
        and `signature_name`, of the endpoint.
    Raises:
      RefusedError: it can't be honoured.
    """
    endpoint = _endpoint(served, asked.get("signature_name", _FIRST))
    if ("instances" in asked) == ("inputs" in asked):
        raise RefusedError(400, "give one of the two, 'inputs' or 'instances'")
    by_rows = "instances" in asked
    given = _columns(asked["instances"], endpoint) if by_rows else asked["inputs"]
    if not isinstance(given, dict) and len(endpoint.inputs) == 1:
        given = {next(iter(endpoint.inputs)): given}
    if not isinstance(given, dict) or given.keys() != endpoint.inputs.keys():
        raise RefusedError(400, f"inputs: must be {_named(endpoint)}, by name")
    tensors = {name: _tensor(name, given[name], spec) for name, spec in endpoint.inputs.items()}
    try:
        with served.lock:
            made = endpoint.traced()(**tensors)
    except tf.errors.InvalidArgumentError as error:
        raise RefusedError(400, _reason(error)) from None
    made = {name: np.asarray(of).tolist() for name, of in _outputs(made).items()}
    if not by_rows:
        return {"outputs": made if len(made) > 1 else next(iter(made.values()))}
    if len(made) == 1:
        return {"predictions": next(iter(made.values()))}
    rows = zip(*made.values(), strict=True)
    return {"predictions": [dict(zip(made, row, strict=True)) for row in rows]}


def _endpoint(served, name):
    found = served.endpoints
    if name == _FIRST:
        return found.get(name) or next(iter(found.values()))
    if not isinstance(name, str) or name not in found:
        raise RefusedError(400, f"signature_name {name!r}: unknown. There are {', '.join(found)}")
    return found[name]


def _columns(rows, endpoint):
    """Inputs by name of instances, each of which has those of one."""
    if not isinstance(rows, list) or not rows:
        raise RefusedError(400, "instances: must be a list of one or more")
    if len(endpoint.inputs) == 1 and not isinstance(rows[0], dict):
        return {next(iter(endpoint.inputs)): rows}
    names = rows[0].keys() if isinstance(rows[0], dict) else set()
    if not names or any(not isinstance(row, dict) or row.keys() != names for row in rows):
        raise RefusedError(400, f"instances: each must have {_named(endpoint)}, by name")
    return {name: [row[name] for row in rows] for name in names}


def _named(endpoint):
    return ", ".join(sorted(endpoint.inputs))


def _tensor(name, value, spec):
    """A value of JSON as a tensor of the type and the shape that is wanted."""
    dtype, shape = spec.dtype.as_numpy_dtype, list(spec.shape)
    try:
        found = np.asarray(value)
        if found.dtype.kind not in ("iuf" if spec.dtype.is_floating else "iu") and found.size:
            raise ValueError(f"must be {spec.dtype.name}")
        if not spec.dtype.is_floating and found.size:
            most = np.iinfo(dtype)
            if not most.min <= found.min() <= found.max() <= most.max:
                raise ValueError(f"must be {most.min} to {most.max}")
        if not spec.shape.is_compatible_with(found.shape):
            raise ValueError(f"is {list(found.shape)}, must be {shape}; 'inputs' are not in rows")
        return tf.constant(found.astype(dtype))
    except (ValueError, OverflowError) as error:
        raise RefusedError(400, f"input {name!r}: {error}") from None


def _reason(error):
    """What a graph found wrong, without where it stands in it."""
    found = re.search(r"assertion failed: \[(.*?)\]", error.message, re.DOTALL)
    return found[1] if found else error.message.splitlines()[0]


def _outputs(made):
    return made if isinstance(made, dict) else {"output_0": made}


def _signature(endpoint):
    made = _outputs(endpoint.traced().structured_outputs)
    return {
        "inputs": {name: _info(name, spec) for name, spec in endpoint.inputs.items()},
        "outputs": {name: _info(name, spec) for name, spec in made.items()},
        "method_name": "tensorflow/serving/predict",
    }


def _info(name, spec):
    kind = types_pb2.DataType.Name(spec.dtype.as_datatype_enum)
    dims = None if spec.shape.rank is None else [-1 if n is None else n for n in spec.shape]
    shape = {
        "dim": [{"size": str(n), "name": ""} for n in dims or ()],
        "unknown_rank": dims is None,
    }
    return {"dtype": kind, "tensor_shape": shape, "name": f"{name}:0"}
