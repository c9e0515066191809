import subprocess
import sys
import types
from fractions import Fraction

import numpy as np
import pytest

from vgan.core import spec
from vgan.core.errors import DataError, UsageError
from vgan.treatments import chain


def noise(frames=6, height=20, width=24):
    return np.random.default_rng(0).integers(0, 256, (frames, height, width, 3), np.uint8)


def test_treatments_are_applied_from_left_to_right():
    frames = np.zeros((4, 8, 8, 3), np.uint8)
    frames[:, 4:] = 100
    treatments = chain.build("crop(height=4, width=4, top=4) + resize(height=2, width=6)")
    made, fps = chain.apply(treatments, frames, 25)
    made = np.stack(list(made))
    assert made.shape == (4, 2, 6, 3) and (made == 100).all() and fps == 25
    treatments = chain.build("resize(height=2, width=6) + crop(height=4, width=4)")
    with pytest.raises(UsageError, match="not inside frames of 2x6"):
        list(chain.apply(treatments, frames, 25)[0])


def test_an_empty_chain_changes_nothing():
    made, fps = chain.apply(chain.build(""), noise(), Fraction(30000, 1001))
    np.testing.assert_array_equal(np.stack(list(made)), noise())
    assert fps == Fraction(30000, 1001)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Fraction(16, 15)),
        ("crop(height=4, width=4) + sharpen()", Fraction(16, 15)),
        ("resize(height=4, width=4)", 1),
        ("resize(height=4, width=4) + frame_rate(fps=50)", 1),
    ],
)
def test_pixels_are_square_after_a_size_was_named(text, expected):
    assert chain.pixel_aspect(chain.build(text), Fraction(16, 15)) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0.5*sharpen()", "no weights"),
        ("blur()", "unknown name 'blur'.*Known: crop, denoise, frame_rate, match_colours"),
        ("chain()", "unknown name 'chain'"),
        ("sharpen(radius=3)", "no argument 'radius'. It takes: amount, sigma"),
        ("crop(height=3)", "needs the argument width"),
        (
            "sharpen(amount=-1)",
            r"sharpen\(amount=-1\): must be a number of at least 0 and at most 10",
        ),
        ("sharpen(sigma='1')", r"sharpen\(sigma='1'\): must be a number"),
        ("denoise(strength=0)", r"denoise\(strength=0\)"),
        ("denoise(frames=4)", "must be odd"),
        ("denoise(frames=5.0)", r"denoise\(frames=5.0\): must be a whole number"),
        ("smooth(strength=1)", r"smooth\(strength=1\)"),
        ("smooth(estimator='raft()')", "unknown name 'raft'"),
        ("crop(height=0, width=4)", r"crop\(height=0\)"),
        ("crop(height=4, width=4, left=-1)", r"crop\(left=-1\)"),
        ("resize(height=4, width=True)", r"resize\(width=True\)"),
        ("frame_rate(fps=0)", r"frame_rate\(fps=0\)"),
        ("frame_rate(fps='1/0')", r"fps='1/0'\): not a rate"),
        ("frame_rate(fps='fast')", r"fps='fast'\): not a rate"),
        ("frame_rate(fps=25, how='raft')", "how='raft'.*Known: blend, blocks, flow;.*nearest"),
        ("frame_rate(fps=25, how='flow(kind=3)')", r"flow\(kind=3\): must be a text"),
        ("frame_rate(fps=25, how='nearest(kind=3)')", "unknown name 'nearest'"),
        ("frame_rate(fps=25, how=2)", r"frame_rate\(how=2\): must be a text"),
        ("match_colours(reference=3)", "not a path"),
        ("sharpen(", "not of the form"),
    ],
)
def test_wrong_texts_are_one_clear_error(text, message):
    with pytest.raises(UsageError, match=message):
        chain.build(text)


def test_a_missing_reference_is_an_error_of_data():
    with pytest.raises(DataError, match="missing.png"):
        chain.build("match_colours(reference='missing.png')")


def test_nan_is_no_number():
    with pytest.raises(UsageError, match="must be a finite number"):
        spec.build(spec.Spec("sharpen", {"amount": float("nan")}), "vgan.treatments.{}.treatment")


ALL = (
    "white_balance() + denoise(strength=2, frames=3) + smooth(strength=0.5) + sharpen(amount=0.5) "
    "+ crop(height=18, width=20) + resize(height=12, width=40) + frame_rate(fps=50, how='blend')"
)


def test_the_whole_chain_reads_a_few_frames_ahead_and_leaves_them_alone():
    given = []

    def frames():
        for frame in noise(20):
            given.append(frame)
            yield frame

    made, fps = chain.apply(chain.build(ALL), frames(), 25)
    assert isinstance(made, types.GeneratorType) and fps == 50 and not given
    first = next(made)
    assert first.shape == (12, 40, 3) and first.dtype == np.uint8
    assert len(given) <= 12
    assert sum(1 for _ in made) == 39
    np.testing.assert_array_equal(given, noise(20))


@pytest.mark.parametrize("name", spec.names("vgan.treatments.{}.treatment"))
@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_frames(name, count, tmp_path):
    from PIL import Image

    Image.fromarray(noise()[0]).save(tmp_path / "reference.png")
    arguments = {
        "match_colours": {"reference": str(tmp_path / "reference.png")},
        "crop": {"height": 15, "width": 15},
        "resize": {"height": 15, "width": 15},
        "frame_rate": {"fps": 10},
    }
    chosen = spec.Spec(name, arguments.get(name, {}))
    treat = spec.build(chosen, "vgan.treatments.{}.treatment")
    made, _ = treat(iter(noise(count)), Fraction(10))
    assert [frame.dtype for frame in made] == [np.uint8] * count


def test_tensorflow_is_not_needed():
    check = (
        "import sys; from vgan.treatments import chain; from vgan.media import seams, writer\n"
        f"chain.build({ALL!r}); print(*{{'tensorflow', 'keras'}} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""
