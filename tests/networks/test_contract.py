"""What every network promises; a new file in vgan/networks is found and tested by itself."""

import dataclasses
import functools
import inspect
import random
import re

import keras
import numpy as np
import pytest
import tensorflow as tf

from vgan.core import spec
from vgan.core.clip import ClipSpec, Seen
from vgan.core.errors import UsageError
from vgan.networks.batch_statistics import BatchNorm
from vgan.networks.layers import SpectralNorm

SMALL = {
    "channels": 4,
    "latent_dim": 8,
    "estimator": "block_matching(block=4, radius=2)",  # DIS can't see clips so small.
}
GIVEN = ("clip", "condition_channels", "num_labels")
CLIPS = (ClipSpec(4, 8, 8), ClipSpec(8, 16, 24))
BATCH, LABELS, SEED = 3, 3, 11
# What a network can be beside its defaults; each is put through the whole contract once.
OPTIONS = {
    ("discriminator", "conv3d"): [
        {
            "every": 2,
            "shrink": 2,
            "attention": True,
            "minibatch_std": 3,
            "classes": 0.5,
        },
        {"halve_time": False, "patches": True, "batch_norm": True, "spectral_norm": False},
    ],
    ("discriminator", "frames2d"): [
        {"shrink": 2, "patches": True, "classes": 0.5, "attention": True},
        {"batch_norm": True, "spectral_norm": False},
    ],
    ("discriminator", "compensated"): [{"pairs": 2}],
    ("discriminator", "flow_fields"): [{"minibatch_std": 3}],
    ("generator", "conv3d"): [{"attention": True, "batch_norm": True}],
    ("generator", "layered"): [
        {"objects": 2, "attention": True},
        {"field": False, "redrawn": 0},
    ],
    ("generator", "residual3d"): [{"attention": True, "spectral_norm": True}],
    ("discriminator", "residual3d"): [{"attention": True}],
    ("generator", "two_stream"): [{"batch_norm": False, "grain": True, "motion_waves": 3}],
    ("generator", "unet2d"): [{"time": 1}, {"retouch": True}],
    ("generator", "unet3d"): [{"flow": True}],
    ("generator", "recurrent"): [
        {"cell": "conv_lstm", "periods": (1, 2)},
        {"batch_norm": False},
    ],
}


def template(kind):
    return f"vgan.networks.{{}}.{kind}"


EVERY = [(k, name) for k in ("generator", "discriminator") for name in spec.names(template(k))]
EACH_NETWORK = pytest.mark.parametrize(
    ("kind", "name"), EVERY, ids=["-".join(one) for one in EVERY]
)


@dataclasses.dataclass(frozen=True)
class Case:
    """A network and how it is built."""

    kind: str
    name: str
    clip: ClipSpec
    condition_channels: int = 0
    num_labels: int = 0
    options: tuple = ()

    def build(self):
        return self.factory(
            self.clip,
            condition_channels=self.condition_channels,
            num_labels=self.num_labels,
            **self.arguments(),
        )

    @property
    def factory(self):
        return spec.resolve(self.name, template(self.kind))

    def arguments(self):
        """The network's own arguments, whether by default, as in SMALL, or by this case."""
        parameters = inspect.signature(self.factory).parameters
        own = [name for name in parameters if name not in GIVEN]
        usual = {name: SMALL.get(name, parameters[name].default) for name in own}
        return usual | dict(self.options)

    def __str__(self):
        options = "".join(f" {key}={value}" for key, value in self.options)
        given = f" K={self.condition_channels} labels={self.num_labels}"
        return f"{self.name} {self.kind} {self.clip}{given}{options}"


def cases():
    for kind, name in EVERY:
        for given in ((0, LABELS), (4, 0)):
            yield Case(kind, name, CLIPS[0], *given)
        yield Case(kind, name, CLIPS[1], 4, LABELS)
        parameters = inspect.signature(spec.resolve(name, template(kind))).parameters
        if "spectral_norm" in parameters:
            other = ("spectral_norm", not parameters["spectral_norm"].default)
            yield Case(kind, name, CLIPS[0], 4, LABELS, (other,))
        for variant in OPTIONS.get((kind, name), ()):
            yield Case(kind, name, CLIPS[1], 4, LABELS, tuple(variant.items()))


class Player:
    """A generator or a critic, seen alike: `output` of rows of the inputs."""

    def __init__(self, case):
        self.case, self.module = case, case.build()
        self.is_generator = case.kind == "generator"
        self.network = self.module if self.is_generator else self.module.network
        rng = np.random.default_rng(0)
        whole = (BATCH, *case.clip.shape)
        self.inputs = {
            "video": rng.uniform(-1, 1, whole).astype(np.float32),
            "condition": rng.uniform(-1, 1, [*whole[:-1], case.condition_channels]),
            "label": np.arange(BATCH, dtype=np.int32) % max(1, case.num_labels),
            "samples": np.arange(BATCH, dtype=np.int64),
        }
        self.inputs["condition"] = self.inputs["condition"].astype(np.float32)
        if self.is_generator:
            self.latent_shape = self.network.inputs[0].shape[1:]
            latents = rng.normal(size=(BATCH, *self.latent_shape))
            self.inputs["latents"] = latents.astype(np.float32)

    def output(self, **how):
        """A generator's video, or a critic's logits."""
        return self.outputs(**how)[0]

    @functools.cached_property
    def plain(self):
        """The output of the inputs as they are."""
        return self.output()

    def outputs(self, rows=slice(None), module=None, training=True, **changed):
        """All that training sees of it: [video], or [logits], or [logits, class loss]."""
        module = module or self.module
        given = {name: tf.constant(v[rows]) for name, v in (self.inputs | changed).items()}
        if self.is_generator:
            inputs = [given["latents"], given["condition"], given["label"]]
            return [module(inputs, training=training)]
        shown = module.inputs(Seen(given["video"]), given["condition"], SEED, given["samples"])
        verdict = module.judge(shown, given["label"])
        return [part for part in verdict if part is not None]


@pytest.fixture(scope="module", params=cases(), ids=str)
def player(request):
    random.seed(0)
    return Player(request.param)


@pytest.fixture
def mixed_bfloat16():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    yield
    keras.config.set_dtype_policy(before)


def differs(one, other):
    """Whether every row of two outputs differs."""
    return (np.abs(one - other).reshape(BATCH, -1).max(1) > 1e-6).all()


def test_the_output(player):
    output = player.plain
    assert output.dtype == tf.float32
    if player.is_generator:
        assert output.shape == (BATCH, *player.case.clip.shape)
        assert np.abs(output).max() <= 1
        assert np.std(output) > 1e-3
    else:
        assert output.shape[0] == BATCH and output.shape.rank == 2 and output.shape[1] >= 1
        assert np.isfinite(output).all()
        assert differs(output[:, :1], output[::-1, :1] + np.eye(BATCH)[:, 1:2])


def test_the_declared_inputs(player):
    inputs = {tensor.name: tensor.shape for tensor in player.network.inputs}
    assert inputs["label"] == (None,)
    if player.is_generator:
        assert list(inputs) == ["latents", "condition", "label"]
        assert all(isinstance(size, int) and size > 0 for size in player.latent_shape)
        size = player.case.clip.shape[:3]
        assert inputs["condition"] == (None, *size, player.case.condition_channels)


def test_what_is_given_matters(player):
    plain = player.plain
    if player.is_generator:
        assert differs(plain, player.output(latents=-player.inputs["latents"]))
    else:
        assert differs(plain, player.output(video=-player.inputs["video"][:, ::-1]))
    if player.case.num_labels:
        assert differs(plain, player.output(label=(player.inputs["label"] + 1) % LABELS))
    blind = not player.is_generator and player.module.needs_flow  # It looks at motion alone.
    if player.case.condition_channels and not blind:
        assert differs(plain, player.output(condition=-player.inputs["condition"]))


def test_a_gradient_reaches_every_variable(player):
    rng = np.random.default_rng(1)
    with tf.GradientTape() as tape:
        total = 0.0
        for output in player.outputs():
            direction = rng.normal(size=output.shape).astype(np.float32)
            total += tf.reduce_sum(output * direction)
    variables = player.network.trainable_variables
    assert variables
    for variable, gradient in zip(variables, tape.gradient(total, variables), strict=True):
        assert gradient is not None, variable.path
        gradient = tf.convert_to_tensor(gradient).numpy()
        assert np.isfinite(gradient).all() and np.abs(gradient).max() > 0, variable.path


def test_no_hidden_randomness_and_no_hidden_state(player):
    before = [np.array(v) for v in player.network.variables]
    np.testing.assert_array_equal(player.output(), player.plain)
    for variable, value in zip(player.network.variables, before, strict=True):
        np.testing.assert_array_equal(variable, value, err_msg=variable.path)
    # Keras counts the state of seed generators and metrics as variables, but not as weights.
    weights = {id(v) for v in player.network.weights}
    assert [v.path for v in player.network.variables if id(v) not in weights] == []


def test_the_family_finds_what_moves_after_a_step(player):
    inside = player.network._flatten_layers(include_self=False)
    moving = {layer.name for layer in inside if hasattr(layer, "after_step")}
    assert moving <= {layer.name for layer in player.network.layers}
    arguments = player.case.arguments()
    for switch, layer_class in (("spectral_norm", SpectralNorm), ("batch_norm", BatchNorm)):
        if switch in arguments:
            found = any(isinstance(layer, layer_class) for layer in player.network.layers)
            # A network of one stage may have nothing to normalise.
            assert found <= arguments[switch]
            assert found or not arguments[switch] or player.case.clip == CLIPS[0]


def test_a_clip_knows_nothing_of_its_batch(player):
    """But with critics that say so; they must not say it of nothing.

    Batches of other sizes round otherwise: by 3e-5 where oneDNN does without AVX-512.
    """
    knows = not player.is_generator and "batch" in player.module.entangled
    together = player.outputs(training=False)
    for row in range(BATCH):
        alone = player.outputs(rows=slice(row, row + 1), training=False)
        for one, all_of_them in zip(alone, together, strict=True):
            assert np.allclose(one[0], all_of_them[row], atol=1e-4) != knows


def test_save_and_load(player, tmp_path):
    saved = player.plain
    path = tf.train.Checkpoint(module=player.module).write(str(tmp_path / "saved"))
    random.seed(1)
    other = player.case.build()
    networks = player.network, other if player.is_generator else other.network
    weights = (network.trainable_variables for network in networks)
    assert any((np.array(v) != np.array(w)).any() for v, w in zip(*weights, strict=True))
    tf.train.Checkpoint(module=other).read(path).assert_consumed()
    np.testing.assert_array_equal(player.output(module=other), saved)


@EACH_NETWORK
def test_bfloat16_within_float32_without(kind, name, mixed_bfloat16):
    player = Player(Case(kind, name, CLIPS[0], condition_channels=4, num_labels=LABELS))
    assert "bfloat16" in {layer.compute_dtype for layer in player.network.layers}
    output = player.output()
    assert output.dtype == player.network.outputs[0].dtype == tf.float32
    assert np.isfinite(output).all()
    assert {v.dtype for v in player.network.trainable_variables} == {"float32"}


@EACH_NETWORK
@pytest.mark.parametrize(
    ("flag", "size"), [("frames", (7, 16, 16)), ("height", (16, 30, 32)), ("width", (16, 32, 30))]
)
def test_sizes_that_do_not_fit_are_named_with_those_that_do(kind, name, flag, size):
    clip = ClipSpec(*size)
    try:
        output = Player(Case(kind, name, clip)).output()
    except UsageError as error:
        text = str(error)
        assert f"--{kind}={name}" in text
        found = re.search(rf"--{flag}={getattr(clip, flag)} .*\(nearest: (\d+) or (\d+)\)", text)
        assert found, text
        for good in map(int, found.groups()):
            Case(kind, name, dataclasses.replace(clip, **{flag: good})).build()
    else:
        assert len(output) == BATCH, "a network may take any size"


@EACH_NETWORK
def test_clips_too_small_to_be_halved(kind, name):
    """With nothing given and no classes, too."""
    output = Player(Case(kind, name, ClipSpec(2, 4, 6))).output()
    assert output.shape[0] == BATCH and np.isfinite(output).all()
