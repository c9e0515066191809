import natural
import numpy as np
import pytest

from vgan.core.clip import ClipSpec
from vgan.core.errors import UsageError
from vgan.media.clips import write_video
from vgan.sampling.card import Card
from vgan.tasks.task import Task


def card_of(task):
    return Card(ClipSpec(16, 32, 32), 8.0, (), Task(task))


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ("denoising", ((16, 32, 32), (7, 8, 8), 1, 1, 0, 1)),
        ("super_resolution(factor=2)", ((16, 16, 16), (7, 4, 4), 1, 2, 0, 1)),
        ("prediction(given=4)", ((16, 32, 32), (7, 12, 12), 1, 1, 20, 6)),
        ("animation", ((16, 32, 32), (7, 12, 12), 1, 1, 20, 8)),
        ("interpolation(every=4)", ((4, 32, 32), (2, 8, 8), 4, 1, 0, 1)),
    ],
)
def test_how_files_go_through(task, expected):
    assert tuple(natural.Blocks.of(card_of(task), 20)) == expected


@pytest.mark.parametrize("task", ["inpainting", "interpolation(given=1)"])
def test_what_needs_more_than_a_file(task):
    with pytest.raises(UsageError, match="isn't one that a file alone goes through"):
        natural.Blocks.of(card_of(task), 20)


def test_a_jump_at_each_turn_is_seen(tmp_path):
    """Grey frames that go up by 2, and by 8 where a turn begins: after 6, 9, 12 frames."""
    real = 20 + 2 * np.arange(6)
    made = real[-1] + np.cumsum([8, 2, 2] * 3)
    for name, levels in (("in", real), ("out", [*real, *made])):
        frames = np.uint8(levels)[:, None, None, None] * np.ones([1, 32, 32, 3], np.uint8)
        write_video(tmp_path / f"{name}.mp4", frames, 8)
    blocks = natural.Blocks((4, 32, 32), (1, 8, 8), added=9, turn=3)
    row = natural.seams_of(blocks, tmp_path / "in.mp4", tmp_path / "out.mp4")
    assert row["seam_time"] == pytest.approx(4, rel=0.2)
    assert row["seam_time_input"] is row["seam_down"] is None  # A frame is one tile.
