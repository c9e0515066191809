from fractions import Fraction

import pytest

from vgan.core.arguments import check_number, check_rate, check_whole
from vgan.core.errors import UsageError


@pytest.mark.parametrize("value", [0, 1, 0.5])
def test_numbers_within_bounds(value):
    check_number("blur", least=0, most=1, amount=value)


@pytest.mark.parametrize(
    ("value", "bounds", "message"),
    [
        (-1, {"least": 0}, r"blur\(amount=-1\): must be a number of at least 0$"),
        (0, {"above": 0, "most": 1}, "must be a number above 0 and at most 1$"),
        (256, {"least": 0.1, "under": 256}, "must be a number of at least 0.1 and below 256$"),
        (True, {}, "must be a number$"),
        ("1", {}, r"amount='1'\): must be a number$"),
        (float("nan"), {}, "must be a finite number$"),
        (float("inf"), {"above": 0}, "must be a finite number above 0$"),
    ],
)
def test_numbers_out_of_bounds(value, bounds, message):
    with pytest.raises(UsageError, match=message):
        check_number("blur", **bounds, amount=value)


@pytest.mark.parametrize("value", [0, 8, True, 1.5, "2", None])
def test_what_is_no_whole_number_from_one_to_seven(value):
    with pytest.raises(UsageError, match=r"\): must be a whole number from 1 to 7$"):
        check_whole("conv3d", 1, 7, channels=value)


def test_whole_numbers():
    check_whole("conv3d", 1, 7, channels=1, latent_dim=7)
    check_whole("conv3d", 0, motion=2**31 - 1)
    with pytest.raises(
        UsageError, match=r"conv3d\(motion=-1\): must be a whole number of at least 0$"
    ):
        check_whole("conv3d", 0, motion=-1)
    with pytest.raises(UsageError, match=r"\): must be a whole number from 0 to 2147483647$"):
        check_whole("conv3d", 0, motion=2**31)


def test_an_argument_may_be_called_below():
    with pytest.raises(UsageError, match=r"static\(below=0\): must be a number above 0"):
        check_number("static", above=0, below=0)


def test_frame_rates():
    for fps in (0.01, Fraction(1, 100), 25, 1000):
        check_rate(fps)
    for fps in (0, float("nan"), 1001):
        with pytest.raises(UsageError, match="not a usable frame rate"):
            check_rate(fps)
