import pytest

from vgan.core.errors import UsageError
from vgan.runs.checkpoint_choice import parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("last", ("last", 1)),
        ("best", ("best", 1)),
        ("average(last=2)", ("average", 2)),
        (" ensemble( last = 12 ) ", ("ensemble", 12)),
    ],
)
def test_choices(text, expected):
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "newest",
        "last(last=2)",
        "average",
        "average(last=1)",
        "average(last=0)",
        "ensemble(last=-2)",
        "ensemble(last=2.0)",
        "ensemble(last=True)",
        "average(last='3')",
        "average(first=3)",
        "average(last=3, first=3)",
    ],
)
def test_what_is_no_choice(text):
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert str(caught.value) == (
        f"--checkpoint={text}: unknown. Choose last, best, average(last=N) or ensemble(last=N), "
        "N at least 2"
    )
