import dataclasses

import pytest

from vgan.core.clip import ClipSpec
from vgan.core.errors import UsageError
from vgan.networks import conv3d, sizes
from vgan.networks.sizes import check_strides, halvings


def test_maps_grow_by_the_strides_to_the_whole_clip():
    clip = ClipSpec(16, 32, 64)
    assert sizes.strides(clip) == [(2, 2, 2), (2, 2, 2), (1, 2, 2)]
    assert sizes.factors(clip) == [4, 8, 8]
    assert sizes.sizes(clip) == [(4, 4, 8), (4, 8, 16), (8, 16, 32)]
    assert [sizes.kernel(stride) for stride in sizes.strides(clip)][1:] == [(4, 4, 4), (3, 4, 4)]


@pytest.mark.parametrize(
    ("size", "least", "times"),
    [(4, 4, 0), (7, 4, 0), (8, 4, 1), (15, 4, 1), (16, 4, 2), (64, 4, 4), (3, 4, 0), (1, 2, 0),
     (2, 2, 0), (16, 2, 3), (5, 1, 2)],
)  # fmt: skip
def test_halvings(size, least, times):
    assert halvings(size, least) == times
    assert size // 2**times >= least or times == 0
    assert size // 2 ** (times + 1) < least


def test_strides_that_divide():
    check_strides(ClipSpec(8, 16, 24), lambda clip: (4, 8, 8), "--generator=net")
    check_strides(ClipSpec(7, 16, 16), lambda clip: (1, 16, 16), "--generator=net")


@pytest.mark.parametrize(
    ("clip", "problems"),
    [
        ((7, 16, 16), "--frames=7 isn't a multiple of 4 (nearest: 4 or 8)"),
        ((8, 30, 16), "--height=30 isn't a multiple of 8 (nearest: 24 or 32)"),
        ((8, 16, 3), "--width=3 isn't a multiple of 8 (nearest: 8)"),
        (
            (3, 9, 16),
            "--frames=3 isn't a multiple of 4 (nearest: 4); "
            "--height=9 isn't a multiple of 8 (nearest: 8 or 16)",
        ),
    ],
)
def test_strides_that_do_not_divide(clip, problems):
    clip = ClipSpec(*clip)
    with pytest.raises(UsageError) as caught:
        check_strides(clip, lambda clip: (4, 8, 8), "--generator=net")
    assert str(caught.value) == f"--generator=net can't make clips of {clip}: {problems}"


def test_the_nearest_sizes_are_good_ones():
    """With 32 rows the network would halve once more, which 36 columns don't allow."""
    clip = ClipSpec(8, 30, 36)
    with pytest.raises(UsageError, match=r"nearest: 28\)"):
        conv3d.generator(clip)
    conv3d.generator(dataclasses.replace(clip, height=28), channels=1)


@pytest.mark.parametrize("count", [0, -1, 1.5, "a"])
def test_counts(count):
    with pytest.raises(UsageError, match="channels"):
        conv3d.generator(ClipSpec(4, 8, 8), channels=count)
