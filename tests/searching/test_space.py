"""What a search may change."""

import pytest

from vgan.core.errors import UsageError
from vgan.runs.config import ExperimentConfig
from vgan.searching import space

CONFIG = ExperimentConfig(learning_rate=2e-4, generator="conv3d() + 'a'")


def test_flags_and_their_values():
    found = space.parse(
        "learning_rate=log(1e-5, 1e-3) + batch_size=whole(4, 16)"
        "\n + beta_1=between(0, 0.9) + generator=choice('a + b(c=[1, 2])', \"conv3d() + 'a'\")",
        CONFIG,
    )
    assert list(found) == ["learning_rate", "batch_size", "beta_1", "generator"]
    assert found["learning_rate"].log and found["learning_rate"].high == 1e-3
    assert (found["batch_size"].low, found["batch_size"].high) == (4, 16)
    assert not found["beta_1"].log
    assert found["generator"].choices == ("a + b(c=[1, 2])", "conv3d() + 'a'")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "can't be read"),
        ("learning_rate", "can't be read"),
        ("learning_rate=log(1e-4", "can't be read"),
        ("learning_rate=log(1e-5, 1e-3) + learning_rate=log(1e-5, 1e-3)", "there twice"),
        ("learning_speed=log(1e-5, 1e-3)", "'learning_speed' is no flag of training"),
        ("learning_rate=1e-3", "unknown. Known: log, between, whole, choice"),
        ("learning_rate=normal(0, 1)", "unknown. Known: log, between, whole, choice"),
        ("learning_rate=log(1e-3)", "needs two values"),
        ("learning_rate=log(1e-3, 1e-5)", "log"),
        ("learning_rate=log(0, 1e-3)", "log"),
        ("learning_rate=log('a', 'b')", "takes two numbers"),
        ("learning_rate=between(1e-5, __import__('os'))", "between"),
        ("batch_size=between(1.5, 16)", "1.5 must be of type int"),
        ("adversarial=choice('bce', 3)", "3 must be of type str"),
        ("learning_rate=log(1e-5, float('inf'))", "takes numbers, texts, True and False, as they"),
        ("adversarial=choice(['bce'], ['hinge'])", "takes numbers, texts, True and False, as they"),
        ("seed=whole(0, 2.5)", "takes two whole numbers"),
        ("steps=whole(-5, 20000)", "steps=-5: must be a finite number of at least"),
        ("learning_rate=log(1e-3, 1e-2)", "leaves out 0.0002, with which the search begins"),
        ("adversarial=choice('hinge', 'least_squares')", "leaves out 'bce'"),
    ],
)
def test_what_it_says_of_bad_input(text, told):
    with pytest.raises(UsageError, match="^--space") as caught:
        space.parse(text, CONFIG)
    assert told in str(caught.value)
