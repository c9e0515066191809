from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from vgan.core.clip import ClipSpec
from vgan.data import shapes

EXPERIMENTS = Path(__file__).parents[2] / "experiments"


@pytest.fixture(scope="module")
def task_pictures(command):
    """Runs the script, whose neighbours Python then finds, with some flags."""

    def run(*flags):
        before = f"import sys; sys.path.insert(0, {str(EXPERIMENTS)!r})"
        return command("experiments.task_pictures", *flags, before=before)

    return run


@pytest.fixture(scope="module")
def runs(begin_once, tiny):
    """Workdirs of two tiny runs, each of a task, before their first step."""
    flags = tiny | {"generator": "unet3d(channels=4, latent_dim=4)"}
    tasks = "prediction(given=2)", "colorization"
    return [begin_once(flags | {"task": task}) for task in tasks]


def test_a_row_of_given_made_and_real_for_each_run(task_pictures, runs, tmp_path):
    flags = [f"--workdirs={runs[0]},{runs[1]}", f"--output={tmp_path}/a.webp"]
    done = task_pictures(*flags, "--num_videos=2", "--zoom=1")
    assert done.code == 0, done.err
    with Image.open(tmp_path / "a.webp") as image:
        page = np.stack([np.asarray(f.convert("RGB")) for f in ImageSequence.Iterator(image)])
    assert page.shape == (4, 8 + 2 + 8, 24 + 2 + 24, 3)
    windows = shapes.windows(ClipSpec(4, 8, 8), 1, "test", num_videos=16)
    for row in (0, 10):
        for number, left in enumerate((0, 26)):
            given, made, real = np.split(page[:, row : row + 8, left : left + 24], 3, axis=2)
            np.testing.assert_array_equal(real, windows[number][0])
            assert (made[2:] != real[2:]).any()
            if row == 0:
                np.testing.assert_array_equal(given[:2], real[:2])
                np.testing.assert_array_equal(made[:2], real[:2])
            else:
                assert np.ptp(given, axis=-1).max() == 0 < np.ptp(real, axis=-1).max()


@pytest.mark.parametrize(
    ("flags", "text"),
    [
        (["--output={new}.webp"], "--workdirs: not given"),
        (["--workdirs={run}"], "--output: not given"),
        (["--workdirs={run}", "--output={new}.webp"], "nothing can be given"),
    ],
)
def test_what_it_refuses(task_pictures, tiny_run, tmp_path, flags, text):
    names = {"run": tiny_run, "new": tmp_path / "new"}
    done = task_pictures(*(flag.format(**names) for flag in flags))
    assert done.code == 1 and text in done.err.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []
