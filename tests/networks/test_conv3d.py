import keras
import pytest

from vgan.core import spec
from vgan.core.clip import ClipSpec
from vgan.core.errors import UsageError
from vgan.networks import conv3d


def discriminator(*size, **options):
    return conv3d.discriminator(ClipSpec(*size), channels=1, spectral_norm=False, **options)


def convolutions(critic):
    """(kernel, output size) of each convolution, time first."""
    layers = [layer for layer in critic.network.layers if isinstance(layer, keras.layers.Conv3D)]
    return [(layer.kernel_size, layer.output.shape[1:4]) for layer in layers]


def test_time_is_halved_until_four_frames_are_left():
    assert convolutions(discriminator(16, 64, 64)) == [
        ((4, 4, 4), (8, 32, 32)),
        ((4, 4, 4), (4, 16, 16)),
        ((3, 4, 4), (4, 8, 8)),
        ((3, 4, 4), (4, 4, 4)),
    ]


@pytest.mark.parametrize(
    ("frames", "kernels", "left"),
    [
        (16, (4, 4, 4, 4), (13, 10, 7, 4)),
        (7, (4, 4, 1, 1), (4, 1, 1, 1)),
        (6, (4, 3, 1, 1), (3, 1, 1, 1)),
    ],
)
def test_without_halving_each_stage_takes_three_frames_as_long_as_there_are_some(
    frames, kernels, left
):
    sides = (32, 16, 8, 4)
    assert convolutions(discriminator(frames, 64, 64, halve_time=False)) == [
        ((kernel, 4, 4), (time, side, side))
        for kernel, time, side in zip(kernels, left, sides, strict=True)
    ]


def test_no_kernel_is_longer_than_the_clip():
    """The gradient of those is wrong in bfloat16 on some processors."""
    assert convolutions(discriminator(8, 8, 8, every=4)) == [((2, 4, 4), (2, 4, 4))]
    assert convolutions(discriminator(8, 8, 8, every=8)) == [((1, 4, 4), (1, 4, 4))]


def test_scales_of_a_multi_scale_critic():
    specs = spec.parse_sum("conv3d() + 0.5*conv3d(shrink=2) + conv3d(every=2, shrink=4)")
    given = {"clip": ClipSpec(16, 64, 32), "condition_channels": 4, "num_labels": 0}
    critics = [spec.build(one, "vgan.networks.{}.discriminator", **given) for one in specs]
    assert [critic.network.inputs[0].shape[1:] for critic in critics] == [
        (16, 64, 32, 7),
        (16, 32, 16, 7),
        (8, 16, 8, 7),
    ]


@pytest.mark.parametrize(
    ("size", "options", "text"),
    [
        (
            (18, 32, 32),
            {"every": 4},
            "conv3d(every=4) can't make clips of 18x32x32: "
            "--frames=18 isn't a multiple of 4 (nearest: 16 or 20)",
        ),
        (
            (18, 32, 32),
            {"every": 2},  # 9 frames would be halved once, 10 too: so 16 or 20.
            "conv3d(every=2) can't make clips of 18x32x32: "
            "--frames=18 isn't a multiple of 4 (nearest: 16 or 20)",
        ),
        (
            (8, 32, 36),
            {"every": 2, "shrink": 3},
            "conv3d(every=2, shrink=3) can't make clips of 8x32x36: "
            "--height=32 isn't a multiple of 6 (nearest: 30 or 36)",
        ),
        ((8, 32, 32), {"every": 0}, "conv3d(every=0): must be a whole number of at least 1"),
        ((8, 32, 32), {"shrink": 1.5}, "conv3d(shrink=1.5): must be a whole number of at least 1"),
    ],
)
def test_scales_that_do_not_fit(size, options, text):
    with pytest.raises(UsageError) as caught:
        discriminator(*size, **options)
    assert str(caught.value).startswith(f"--discriminator={text}")


def test_frames_need_not_be_halved():
    discriminator(9, 32, 32, halve_time=False)
    with pytest.raises(UsageError, match="--frames=9 isn't a multiple of 2"):
        discriminator(9, 32, 32)
