"""What is told of the flag at fault."""

import pytest

from vgan.core.errors import CheckpointError, UsageError, naming


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("unknown name 'ode'", "--sampler=ode(): unknown name 'ode'"),
        ("ode(): is none", "--sampler=ode(): is none"),
        ("--frames=1: too few", "--frames=1: too few"),
    ],
)
def test_an_error_names_the_flag_once(said, told):
    with pytest.raises(CheckpointError) as raised, naming("sampler", "ode()"):
        raise CheckpointError(said)
    assert str(raised.value) == told


def test_an_empty_text():
    with pytest.raises(UsageError, match="^--sampler=: spec '': not"), naming("sampler", ""):
        raise UsageError("spec '': not of the form")
