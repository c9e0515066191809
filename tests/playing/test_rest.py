"""Requests in the shape of TensorFlow Serving: the numbers of Model.sample, live and exported."""

import threading
import types

import numpy as np
import pytest
import tensorflow as tf

import vgan
from vgan.playing import rest
from vgan.playing.served import Endpoint
from vgan.sampling import latent_walk
from vgan.tasks import given

NAMES = ["my_run", "my_run-2"]
"""The run, and its export."""


@pytest.fixture(scope="module")
def model(run):
    return vgan.load(run)


@pytest.fixture
def predict(ask):
    """Asks a model; gives the status and what is answered."""

    def post(name, **body):
        answer = ask("POST", f"/v1/models/{name}:predict", body)
        return answer.status, answer.json

    return post


@pytest.mark.parametrize("name", NAMES)
def test_the_state_of_a_model(ask, name):
    (version,) = ask("GET", f"/v1/models/{name}").json["model_version_status"]
    assert version["version"] == "4"
    assert version["state"] == "AVAILABLE"
    assert version["status"] == {"error_code": "OK", "error_message": ""}


@pytest.mark.parametrize("name", NAMES)
def test_what_can_be_asked_of_a_model(ask, name):
    found = ask("GET", f"/v1/models/{name}/metadata").json
    assert found["model_spec"] == {"name": name, "signature_name": "", "version": "4"}
    signatures = found["metadata"]["signature_def"]["signature_def"]
    assert signatures.keys() == {"sample", "decode", "sample_range", "serving_default"}
    latents = signatures["decode"]["inputs"]["latents"]
    assert latents["dtype"] == "DT_FLOAT"
    assert [of["size"] for of in latents["tensor_shape"]["dim"]] == ["-1", "8"]
    assert signatures["sample"]["inputs"]["seed"]["tensor_shape"]["dim"] == []
    (made,) = signatures["serving_default"]["outputs"].items()
    assert made[0] == "output_0"
    assert made[1]["dtype"] == "DT_UINT8"


@pytest.mark.parametrize("name", NAMES)
def test_the_same_numbers_as_in_python(predict, model, name):
    status, found = predict(name, inputs={"seed": 4, "num_videos": 9, "label": -1})
    assert status == 200
    np.testing.assert_array_equal(found["outputs"], model.sample(9, seed=4))
    inputs = {"seed": 4, "first": 5, "num_videos": 2, "label": 3}
    _, found = predict(name, signature_name="sample_range", inputs=inputs)
    np.testing.assert_array_equal(found["outputs"], model.sample(7, seed=4, label=3)[5:])
    latents = np.stack([latent_walk.of_seed(model, 4, number) for number in range(8)])
    inputs = {"latents": latents.tolist(), "label": 3}
    _, found = predict(name, signature_name="decode", inputs=inputs)
    np.testing.assert_array_equal(found["outputs"], model.sample(8, seed=4, label=3))


def test_what_is_completed(predict, paths):
    model = vgan.load(paths[2])
    video = np.random.default_rng(0).integers(0, 256, [2, *model.clip.shape], np.uint8)
    pixels, kinds = model.show(video)
    inputs = {"given": pixels.tolist(), "kinds": kinds.tolist(), "samples": [0, 1], "seed": 5}
    status, found = predict(paths[2].name, inputs=inputs)
    assert status == 200
    np.testing.assert_array_equal(found["outputs"], model.complete(pixels, kinds, seed=5))
    assert (kinds == given.HIDDEN).any()


@pytest.mark.parametrize(
    ("instances", "expected"),
    [
        ([[1, 2], [3, 4]], [3, 7]),
        ([{"a": [1, 2]}, {"a": [3, 4]}], [3, 7]),
        ([{"a": [1, 2], "b": 5}, {"a": [3, 4], "b": 6}], [{"c": 3, "d": 6}, {"c": 7, "d": 7}]),
    ],
)
def test_rows(instances, expected):
    """Of one input, named or not, and of two with two outputs."""
    specs = {"a": tf.TensorSpec([None, 2]), "b": tf.TensorSpec([None])}
    if "b" in instances[0]:
        endpoint = Endpoint(specs, lambda: lambda a, b: {"c": tf.reduce_sum(a, 1), "d": b + 1})
    else:
        endpoint = Endpoint({"a": specs["a"]}, lambda: lambda a: tf.reduce_sum(a, 1))
    served = types.SimpleNamespace(endpoints={"sums": endpoint}, lock=threading.Lock())
    asked = {"instances": instances, "signature_name": "sums"}
    assert rest.predict(served, asked) == {"predictions": expected}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, "give one of the two, 'inputs' or 'instances'"),
        ({"inputs": {}, "instances": []}, "give one of the two"),
        ({"inputs": {}}, "inputs: must be label, num_videos, seed, by name"),
        ({"inputs": [1]}, "inputs: must be label, num_videos, seed, by name"),
        ({"inputs": {"seed": 1, "num_videos": 1, "label": 0, "more": 1}}, "inputs: must be"),
        ({"inputs": {}, "signature_name": "none"}, "signature_name 'none': unknown. There are"),
        ({"inputs": {"seed": 1.5, "num_videos": 1, "label": 0}}, "input 'seed': must be int64"),
        ({"inputs": {"seed": "1", "num_videos": 1, "label": 0}}, "input 'seed': must be int64"),
        ({"inputs": {"seed": True, "num_videos": 1, "label": 0}}, "input 'seed': must be int64"),
        ({"inputs": {"seed": None, "num_videos": 1, "label": 0}}, "input 'seed': must be int64"),
        (
            {"inputs": {"seed": [1], "num_videos": 1, "label": 0}},
            "'seed': is [1], must be []",
        ),
        ({"inputs": {"seed": [[1], 2], "num_videos": 1, "label": 0}}, "input 'seed': "),
        ({"inputs": {"seed": 2**70, "num_videos": 1, "label": 0}}, "input 'seed': must be "),
        ({"inputs": {"seed": 1, "num_videos": 1, "label": 2**40}}, "input 'label': must be "),
        ({"inputs": {"seed": -1, "num_videos": 1, "label": 0}}, "seed must be 0 to"),
        ({"inputs": {"seed": 1, "num_videos": 65, "label": 0}}, "num_videos must be 1 to 64"),
        ({"inputs": {"seed": 1, "num_videos": 1, "label": 12}}, "label must be -1 to 11"),
        ({"instances": []}, "instances: must be a list of one or more"),
        ({"instances": [1]}, "instances: each must have label, num_videos, seed"),
        ({"instances": [{"seed": 1}, {"label": 1}]}, "instances: each must have"),
        ({"instances": [{"seed": 1, "num_videos": 1, "label": 0}]}, "'inputs' are not in rows"),
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_what_can_not_be_honoured(predict, name, body, text):
    status, found = predict(name, **body)
    assert status == 400
    assert list(found) == ["error"]
    assert text in found["error"]
    assert len(found["error"].splitlines()) == 1


def test_an_unknown_model(ask):
    for method, path in (("GET", ""), ("GET", "/metadata"), ("POST", ":predict")):
        answer = ask(method, f"/v1/models/none{path}", {} if method == "POST" else None)
        assert answer.status == 404
        assert answer.json["error"].startswith("model 'none': there is none, but my_run, ")
