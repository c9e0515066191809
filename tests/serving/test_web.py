"""The folder of a page: what it holds, and what stands in the way."""

import json

import numpy as np
import pytest

from vgan.core import randomness
from vgan.core.clip import ClipSpec
from vgan.core.errors import UsageError
from vgan.models.average import Averaged
from vgan.networks import conv3d
from vgan.sampling.card import Card
from vgan.serving import frozen, onnx, saved_model, web
from vgan.tasks.task import Task

CLIP = ClipSpec(4, 8, 8)


@pytest.fixture(scope="module")
def made():
    """A Frozen of a tiny generator, and its card."""
    card = Card(CLIP, 8.0, ("</script>", "two"), Task("generation"))
    network = conv3d.generator(CLIP, 0, 2, channels=4, latent_dim=8)
    return frozen.freeze(Averaged(network), card), card


def script(path, name):
    """The value that a script sets a name to."""
    text = path.read_text()
    assert text.startswith(f"const {name} = ") and text.endswith(";\n")
    return json.loads(text.removeprefix(f"const {name} = ").removesuffix(";\n"))


def test_a_page_holds_its_model_and_its_runtime(made, tmp_path):
    runtime = tmp_path / "dist"
    runtime.mkdir()
    (runtime / "ort.wasm.bundle.min.mjs").write_text("export const a = 1;")
    (runtime / "ort-wasm-simd-threaded.wasm").write_bytes(b"\0asm")
    about = saved_model.about(made[1])
    web.export(*made, about, tmp_path / "page", str(runtime))
    names = {path.name for path in (tmp_path / "page").iterdir()}
    assert names == {"index.html", "noise.js", "model.js", "model.onnx", "runtime.js"}
    model = script(tmp_path / "page" / "model.js", "MODEL")
    assert model["inputs"] == {"latents": [1, 8], "label": [1]}
    assert model["about"] == about
    assert model["stream"] == randomness.SAMPLING
    held = script(tmp_path / "page" / "runtime.js", "RUNTIME")
    assert held == {"code": "export const a = 1;", "program": "AGFzbQ=="}
    values = frozen.example(made[0].inputs, 0)
    found = onnx.runner(str(tmp_path / "page" / "model.onnx"))(values)
    assert found.shape == (1, *CLIP.shape) and np.abs(found).max() <= 1


@pytest.mark.parametrize(
    ("runtime", "address"),
    [(None, web.ADDRESS), ("https://a.example/ort", "https://a.example/ort/")],
)
def test_a_runtime_has_an_address(made, tmp_path, runtime, address):
    web.export(*made, {}, tmp_path / "page", runtime)
    assert script(tmp_path / "page" / "model.js", "MODEL")["address"] == address
    assert script(tmp_path / "page" / "runtime.js", "RUNTIME") == {}


def test_what_stands_in_the_way(made, tmp_path):
    with pytest.raises(UsageError, match="--runtime=.*has no ort.wasm.bundle.min.mjs"):
        web.export(*made, {}, tmp_path / "page", str(tmp_path))
    card = made[1]._replace(task=Task("prediction(given=2)"))
    with pytest.raises(UsageError, match="--format=web: the page makes clips of noise, and this"):
        web.export(made[0], card, {}, tmp_path / "page")
    assert not (tmp_path / "page").exists()
