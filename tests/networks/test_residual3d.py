import random

import keras
import numpy as np
import pytest

from vgan.core.clip import ClipSpec
from vgan.networks import residual3d

GROWTHS = [
    (ClipSpec(4, 8, 8), ClipSpec(8, 16, 16)),
    (ClipSpec(16, 8, 12), ClipSpec(16, 16, 24)),
    (ClipSpec(4, 4, 4), ClipSpec(8, 16, 16)),
]


def enlarged(video, small, big):
    for axis, (before, after) in enumerate(zip(small.shape[:3], big.shape[:3], strict=True), 1):
        video = np.repeat(video, after // before, axis)
    return video


def take_over(old, new):
    """Copies the weights of a network to a larger one by the paths of the variables."""
    place = {variable.path: variable for variable in new.variables}
    for variable in old.variables:
        place[variable.path].assign(variable)


@pytest.fixture(params=["float32", "mixed_bfloat16"])
def policy(request):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(request.param)
    yield
    keras.config.set_dtype_policy(before)


@pytest.mark.parametrize("kind", ["generator", "discriminator"])
@pytest.mark.parametrize("spectral_norm", [False, True])
@pytest.mark.parametrize(("small", "big"), GROWTHS)
def test_a_larger_network_holds_the_variables_of_a_smaller(small, big, kind, spectral_norm):
    variables = []
    for clip in (small, big):
        network = getattr(residual3d, kind)(clip, 4, 3, channels=4, spectral_norm=spectral_norm)
        network = getattr(network, "network", network)
        variables.append({variable.path: variable.shape for variable in network.variables})
        assert len(variables[-1]) == len(network.variables), "a path stands for one variable"
    before, after = variables
    assert before.items() <= after.items()
    stages = {path[: len("stage0")] for path in after.keys() - before.keys()}
    first = 1 if small.height == 4 else 2
    assert stages == {f"stage{stage}" for stage in range(first, 3)}


@pytest.mark.parametrize("spectral_norm", [False, True])
@pytest.mark.parametrize(("small", "big"), GROWTHS)
def test_a_grown_generator_makes_nearly_the_old_clips(small, big, spectral_norm):
    random.seed(0)
    options = {"channels": 4, "latent_dim": 8, "spectral_norm": spectral_norm}
    old, new = (residual3d.generator(clip, 4, 3, **options) for clip in (small, big))
    take_over(old, new)
    rng = np.random.default_rng(0)
    latents, labels = rng.normal(size=(4, 8)), np.arange(4) % 3
    given = rng.uniform(-1, 1, (4, *small.shape[:3], 4))
    before = enlarged(np.array(old([latents, given, labels])), small, big)
    after = np.array(new([latents, enlarged(given, small, big), labels]))
    assert np.corrcoef(before.ravel(), after.ravel())[0, 1] > 0.97


@pytest.mark.parametrize(("small", "big"), GROWTHS[:2])
def test_a_grown_discriminator_nearly_keeps_its_verdicts(small, big):
    random.seed(0)
    options = {"channels": 8, "spectral_norm": False}
    old, new = (residual3d.discriminator(clip, 0, 3, **options).network for clip in (small, big))
    take_over(old, new)
    video = np.random.default_rng(0).uniform(-1, 1, (16, *small.shape))
    labels = np.arange(16) % 3
    before, after = old([video, labels]), new([enlarged(video, small, big), labels])
    assert np.corrcoef(np.ravel(before), np.ravel(after))[0, 1] > 0.9


@pytest.mark.parametrize(
    ("clip", "sizes"),
    [
        (ClipSpec(16, 32, 32), [(4, 4, 4), (8, 8, 8), (16, 16, 16), (16, 32, 32)]),
        (ClipSpec(8, 16, 24), [(4, 4, 6), (8, 8, 12), (8, 16, 24)]),
        (ClipSpec(16, 8, 8), [(4, 4, 4), (16, 8, 8)]),
        (ClipSpec(5, 8, 8), [(5, 4, 4), (5, 8, 8)]),
        (ClipSpec(2, 4, 6), [(2, 4, 6)]),
    ],
)
def test_all_start_from_4_frames_of_4_pixels_and_double_time_first(clip, sizes):
    for kind in ("generator", "discriminator"):
        network = getattr(residual3d, kind)(clip, channels=4)
        network = getattr(network, "network", network)
        rgb = {lay.name: lay for lay in network.layers if lay.name.endswith("_rgb")}
        seen = [rgb[f"stage{stage}_rgb"].output.shape[1:4] for stage in range(len(rgb))]
        assert seen == sizes


def test_widths_halve_down_to_8_so_full_size_stays_thin():
    network = residual3d.generator(ClipSpec(4, 64, 64), channels=8)
    convs = [network.get_layer(f"stage{stage}_conv2") for stage in range(5)]
    assert [conv.filters for conv in convs] == [32, 16, 8, 8, 8]


def test_the_clip_is_the_sum_of_the_pictures_of_all_stages(policy):
    network = residual3d.generator(ClipSpec(8, 16, 16), channels=8, latent_dim=8)
    painted = [network.get_layer(f"stage{stage}_rgb").output for stage in range(3)]
    seen = keras.Model(network.inputs, [network.output, *painted])
    latents = np.random.default_rng(0).normal(size=(2, 8))
    video, *pictures = seen([latents, np.zeros((2, 8, 16, 16, 0)), np.zeros(2)])
    total = 0
    for picture in pictures:
        picture = np.array(keras.ops.cast(picture, "float32"))
        made, whole = ClipSpec(*picture.shape[1:4]), ClipSpec(8, 16, 16)
        total = total + enlarged(picture, made, whole)
    np.testing.assert_allclose(video, np.tanh(total), atol=1e-5)


@pytest.mark.parametrize("stage", [0, 1, 2])
def test_the_discriminator_sees_the_clip_averaged_down_to_each_stage(stage):
    clip = ClipSpec(8, 16, 16)
    network = residual3d.discriminator(clip, channels=8, spectral_norm=False).network
    for other in {0, 1, 2} - {stage}:
        blind = network.get_layer(f"stage{other}_rgb").kernel
        blind.assign(np.zeros(blind.shape))
    size = network.get_layer(f"stage{stage}_rgb").output.shape[1:4]
    coarse = np.random.default_rng(0).uniform(-0.5, 0.5, (2, *size, 3))
    video = enlarged(coarse, ClipSpec(*size), clip)
    checks = np.indices((8, 16, 16)).sum(0)[..., None] % 2 - 0.5
    shown = [np.array(network([one, np.zeros(2)])) for one in (video, video + checks, -video)]
    assert np.abs(shown[2] - shown[0]).max() > 1e-3
    difference = np.abs(shown[1] - shown[0]).max()
    assert difference > 1e-3 if stage == 2 else difference < 1e-5


def test_the_number_of_weights_counted_by_hand():
    network = residual3d.generator(ClipSpec(4, 8, 8), channels=4, latent_dim=5)
    start = (5 + 1) * 4 * 4 * 4 * 16
    # An activation has a scale of pixel norm, and five weights and a bias of the latents a channel.
    activations = 7 * (16 + 16 + 16) + 7 * (16 + 8 + 8)
    convolutions = 2 * (27 * 16 + 1) * 16 + (27 * 16 + 1) * 8 + (27 * 8 + 1) * 8
    shortcut, pictures = (16 + 1) * 8, (16 + 1) * 3 + (8 + 1) * 3
    assert network.count_params() == start + activations + convolutions + shortcut + pictures
