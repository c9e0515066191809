"""Every network that makes clips, in the runtimes that it can be exported for."""

import inspect
import json

import numpy as np
import onnx as onnx_library
import pytest
import tensorflow as tf

from vgan.core import spec
from vgan.core.clip import ClipSpec
from vgan.core.errors import UsageError
from vgan.models.average import Averaged
from vgan.models.noise import paths
from vgan.models.noise.denoiser import Denoiser
from vgan.sampling.card import Card
from vgan.sampling.model import live
from vgan.serving import frozen, litert, onnx, saved_model
from vgan.tasks.task import Task

CLIP = ClipSpec(4, 8, 8)
SMALL = {"channels": 4, "latent_dim": 8}
TEMPLATE = "vgan.networks.{}.generator"
LABELS = ("one", "two", "three")
FORMATS = pytest.mark.parametrize("kind", ["onnx", "litert"])


def generator(name, task="generation", labels=LABELS):
    """An untrained sampler of a network, and its card."""
    factory, card = spec.resolve(name, TEMPLATE), Card(CLIP, 8.0, labels, Task(task))
    taken = {k: v for k, v in SMALL.items() if k in inspect.signature(factory).parameters}
    network = factory(CLIP, card.task.channels(CLIP), len(labels), **taken)
    random = np.random.default_rng(0)  # Many begin with next to nothing.
    network.set_weights([w + 0.1 * random.normal(size=w.shape) for w in network.get_weights()])
    return Averaged(network), card


def export(kind, of, card, path):
    if kind == "litert":
        return litert.export(of, path)
    return onnx.export(of, saved_model.about(card), path)


@FORMATS
@pytest.mark.parametrize("name", spec.names(TEMPLATE))
def test_generators(name, kind, tmp_path):
    """That the file was written says that it makes the live model's clips."""
    sampler, card = generator(name)
    of = frozen.freeze(sampler, card)
    assert export(kind, of, card, tmp_path / "model") <= frozen.NEAR
    assert (tmp_path / "model").stat().st_size > 1000
    assert list(of.inputs) == ["latents", "label"]


@FORMATS
def test_a_generator_that_begins_with_what_is_given(kind, tmp_path):
    card = Card(CLIP, 8.0, (), Task("denoising()"))
    factory = spec.resolve("unet2d", TEMPLATE)
    network = factory(CLIP, card.task.channels(CLIP), 0, 8, 4, retouch=True)
    export(kind, frozen.freeze(Averaged(network), card), card, tmp_path / "model")


@FORMATS
def test_what_is_given_stays(kind, tmp_path):
    sampler, card = generator("unet3d", "inpainting()", labels=())
    of = frozen.freeze(sampler, card)
    export(kind, of, card, tmp_path / "model")
    path = str(tmp_path / "model")
    run = onnx.runner(path) if kind == "onnx" else litert.runner(model_path=path)
    values = frozen.example(of.inputs, 0)
    known = np.broadcast_to(values["known"] > 0.5, values["given"].shape)
    np.testing.assert_array_equal(run(values)[known], values["given"][known])


@FORMATS
@pytest.mark.parametrize("sampler", ["heun(steps=2)", "ddim(steps=1, guidance=2.0)"])
def test_a_way_down_is_written_out(sampler, kind, tmp_path):
    factory = spec.resolve("denoiser3d", "vgan.networks.{}.denoiser")
    network, path = factory(CLIP, 0, 3, channels=4), paths.straight()
    drawn = spec.build(spec.parse(sampler), "vgan.models.noise.samplers.{}")
    model = Denoiser(network, path, paths.VELOCITY, drawn, 3)
    card = Card(CLIP, 8.0, LABELS, Task("generation"))
    export(kind, frozen.freeze(model, card), card, tmp_path / "model")
    assert (tmp_path / "model").exists()


def test_the_file_makes_the_models_clips_and_says_what_it_is(tmp_path):
    """A seed's clip, in grey levels, as vgan.generate makes it."""
    sampler, card = generator("conv3d")
    of = frozen.freeze(sampler, card)
    export("onnx", of, card, tmp_path / "model.onnx")
    made = onnx.runner(str(tmp_path / "model.onnx"))(frozen.example(of.inputs, 2))
    drawn = live(sampler, card).sample(1, seed=2, label=0)
    levels = np.floor(made * 127.5 + 128)
    assert np.abs(levels - drawn).max() <= 1
    model = onnx_library.load(tmp_path / "model.onnx")
    about = json.loads({of.key: of.value for of in model.metadata_props}["vgan"])
    assert about == saved_model.about(card) and about["clip"] == [4, 8, 8, 3]
    assert [of.name for of in model.graph.input] == ["latents", "label"]
    assert [of.name for of in model.graph.output] == ["videos"]


@FORMATS
def test_a_conversion_that_spoils_the_model_leaves_nothing(kind, tmp_path):
    """What is written is of other weights than what is live."""
    one, card = generator("conv3d")
    other = generator("conv3d")[0]
    other.average.set_weights([1.5 * w for w in other.average.get_weights()])
    spoilt = frozen.freeze(one, card)._replace(graph=frozen.freeze(other, card).graph)
    with pytest.raises(UsageError, match=f"--format={kind}: its converter spoils this model"):
        export(kind, spoilt, card, tmp_path / "model")
    assert not list(tmp_path.iterdir())


@FORMATS
def test_what_a_converter_does_not_know(kind, tmp_path):
    class Odd:
        codec, latent_shape = Averaged.codec, [3]

        def sample(self, latents, condition, label):
            found = tf.numpy_function(lambda x: x, [latents], tf.float32)
            return tf.ensure_shape(tf.tile(found, [1, 256]), [1, 768])[:, None, None, None]

    card = Card(CLIP, 8.0, (), Task("generation"))
    with pytest.raises(UsageError, match=f"--format={kind}: .*doesn't take this model"):
        export(kind, frozen.freeze(Odd(), card), card, tmp_path / "model")
    assert not list(tmp_path.iterdir())


def test_not_a_number_is_not_near():
    sampler, card = generator("conv3d")
    of = frozen.freeze(sampler, card)
    with pytest.raises(UsageError, match="spoils"):
        frozen.check(of, lambda values: np.full([1, *CLIP.shape], np.nan), "onnx")
    with pytest.raises(UsageError, match="spoils"):
        frozen.check(of, lambda values: np.zeros([1]), "onnx")
