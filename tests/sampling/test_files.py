"""Whole files through a model: here one that does nothing but what shows where it was asked."""

from fractions import Fraction

import av
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from vgan.core.clip import ClipSpec, to_uint8
from vgan.core.errors import DataError, UsageError
from vgan.media.clips import write_video
from vgan.media.source import open_video
from vgan.media.whole import read_video
from vgan.media.writer import write
from vgan.networks.filling import blended, sides
from vgan.sampling.files import complete
from vgan.tasks import given
from vgan.tasks.task import Task

CLIP = ClipSpec(8, 16, 16)
MADE = 7
"""The grey level of all that was hidden."""


class Fake:
    """Keeps known pixels and hints, and notes whose latents were asked for."""

    clip = CLIP

    def __init__(self):
        self.samples = set()

    def complete(self, pixels, kinds, seed, samples, labels):
        assert pixels.shape[1:] == CLIP.shape and kinds.shape == (*pixels.shape[:-1], 1)
        self.samples |= set(samples.tolist())
        return np.where(kinds == given.HIDDEN, MADE, pixels).astype(np.uint8)


def half():
    """A task of one's own: each second frame is hidden, the others are hints."""
    shown = np.float32(np.arange(8) % 2)[:, None, None, None]
    return lambda video, seed, samples: given.Given(given.hint(video).pixels * shown, shown * 0)


def source(frames=21, height=21, width=37):
    video = np.random.default_rng(0).integers(0, 256, (frames, height, width, 3), np.uint8)

    class Source(list):
        fps, size, num_frames, path = Fraction(25), (height, width), frames, "in.mp4"

    return Source(video), video


def passed(task, file, **how):
    fake = Fake()
    made = complete(fake, Task(task), file, **how)
    return np.stack(list(made.frames)), made, fake


def test_hints_are_restored_frame_by_frame():
    file, video = source()
    frames, made, fake = passed("denoising", file)
    np.testing.assert_array_equal(frames, video)
    assert (made.fps, made.total, fake.samples) == (25, 21, {0})


def test_super_resolution_enlarges():
    file, video = source()
    frames, made, _ = passed("super_resolution(factor=2)", file)
    assert frames.shape == (21, 42, 74, 3) and made.total == 21
    back = frames.reshape(21, 21, 2, 37, 2, 3).mean((2, 4))
    assert np.abs(back - video).mean() < 30  # Noise, and cubics overshoot.


def test_the_frame_rate_is_raised():
    file, video = source()
    frames, made, _ = passed("interpolation(every=2)", file)
    assert (len(frames), made.fps, made.total) == (42, 50, 42)
    np.testing.assert_array_equal(frames[::2], video)
    assert (frames[1::2] == MADE).all()


@pytest.mark.parametrize(("task", "k"), [("prediction(given=3)", 3), ("animation", 1)])
def test_a_video_goes_on_from_its_last_frames(task, k):
    file, video = source(frames=9)
    frames, made, fake = passed(task, file, num_frames=12)
    np.testing.assert_array_equal(frames[:9], video)
    assert (frames[9:] == MADE).all() and len(frames) == made.total == 21
    turns = {3: [3, 3, 3, 3], 1: [4, 4, 4]}[k]  # The last turn's second half isn't needed.
    assert fake.samples == set(range(len(turns)))
    assert len(passed(task, source(frames=9)[0])[0]) == 9 + 8 - k


def test_turns_blend():
    """Each turn goes up by 10 a frame from where its own latents say, 40 apart."""

    class Climbing(Fake):
        def complete(self, pixels, kinds, seed, samples, labels):
            levels = 40 * (samples[:, None] % 2) + 10 * np.arange(8)
            made = np.broadcast_to(levels[..., None, None, None], pixels.shape)
            return np.where(kinds == given.HIDDEN, made, pixels).astype(np.uint8)

    file, _ = source(frames=2, height=16, width=16)
    made = complete(Climbing(), Task("prediction(given=2)"), file, num_frames=9)
    levels = [frame.mean() for frame in made.frames][2:]
    # Six frames a turn, of which three come out: 20 30 40 | 50 60 70 blended with 60 70 80 ...
    shares = 0.5 - 0.5 * np.cos(np.pi * (np.arange(3) + 0.5) / 3)
    expected = [20, 30, 40, *(np.array([50, 60, 70]) + shares * 10), 90, 100, 110]
    np.testing.assert_allclose(levels, expected, atol=0.51)


def test_what_fits_into_a_clip_is_one_turn():
    file, _ = source(frames=2, height=16, width=16)
    for number, turns in ((6, 1), (7, 2)):
        assert len(passed("prediction(given=2)", file, num_frames=number)[2].samples) == turns


def mask_of(where):
    """A picture or video that is white where [T, H, W] is true."""
    file, _ = source(*where.shape)
    file[:] = np.repeat(np.uint8(255 * where)[..., None], 3, axis=-1)
    return file


def test_what_lies_under_the_mask_is_made():
    file, video = source()
    mask = np.zeros([21, 37], bool)
    mask[5:9, 20:33] = True
    frames, _, _ = passed("inpainting", file, mask=mask_of(mask[None]))
    np.testing.assert_array_equal(frames[:, ~mask], video[:, ~mask])
    assert (frames[:, mask] == MADE).all()


def test_a_mask_may_move():
    file, video = source()
    mask = np.random.default_rng(1).random([21, 22, 38]) < 0.3  # As an mp4 of odd sizes has it.
    frames, _, _ = passed("inpainting", file, mask=mask_of(mask))
    mask = mask[:, :21, :37]
    np.testing.assert_array_equal(frames[~mask], video[~mask])
    assert (frames[mask] == MADE).all()
    with pytest.raises(DataError, match="mask 'in.mp4': ends before the input"):
        passed("inpainting", file, mask=mask_of(mask[:20]))


@pytest.mark.parametrize(
    ("task", "frames", "where", "rate"),
    [
        ("interpolation(given=1)", 2, [0, 7], 25 * 7),
        ("interpolation(given=1)", 4, [0, 7, 14, 21], 25 * 7),
        ("key_frames(positions=(0, 2, -1))", 5, [0, 2, 7, 9, 14], 25 * 7 / 2),
        ("key_frames(positions=(1, 4))", 2, [1, 4], 25),
        ("interpolation(every=4)", 2, [0, 4], 25),
    ],
)
def test_frames_of_a_file_stand_where_the_task_gives_them(task, frames, where, rate):
    for told in (frames, None):
        file, video = source(frames)
        file.num_frames = told
        made, about, fake = passed(task, file)
        np.testing.assert_array_equal(made[where], video)
        assert (np.delete(made, where, axis=0) == MADE).all()
        clips = max(1, where[-1] // 7)
        assert len(made) == 7 * clips + 1 and about.fps == rate
        assert about.total == len(made) or told is None and about.total is None
        assert fake.samples == set(range(clips))


@pytest.mark.parametrize(
    ("task", "frames", "message"),
    [
        ("interpolation(given=1)", 1, "1 frames, .* gives 2 of a clip. Give as many, or 1 more"),
        ("key_frames(positions=(0, 2, -1))", 4, "4 frames, .* gives 3 of a clip"),
        ("key_frames(positions=(1, 4))", 3, "3 frames, .* gives 2 of a clip. Give as many$"),
    ],
)
def test_another_number_of_frames_than_the_task_gives(task, frames, message):
    for told in (frames, None):
        file, _ = source(frames)
        file.num_frames = told
        with pytest.raises(DataError, match=message):
            passed(task, file)


@pytest.mark.parametrize(
    ("task", "how", "message"),
    [
        ("generation", {}, "is given nothing"),
        ("tests.sampling.test_files.half", {}, "no way to pass a whole file"),
        ("inpainting", {}, "--mask: not given"),
        (
            "inpainting",
            {"mask": mask_of(np.ones([1, 5, 5], bool))},
            "--mask: 5x5, the input is 21x37",
        ),
        ("denoising", {"mask": mask_of(np.ones([1, 21, 37], bool))}, "--mask: .* no use"),
        ("denoising", {"num_frames": 3}, "--num_frames: .* no use"),
    ],
)
def test_what_cannot_be_done(task, how, message):
    with pytest.raises(UsageError, match=message):
        passed(task, source()[0], **how)


def test_too_short_to_go_on_from():
    with pytest.raises(DataError, match="2 frames, and the model goes on from 3"):
        passed("prediction(given=3)", source(frames=2)[0])


@pytest.fixture(scope="module")
def run(begin_once, tiny):
    flags = tiny | {
        "task": "prediction(given=2) + denoising(strength=20) + interpolation(given=1)",
        "generator": "unet3d(channels=4, latent_dim=4)",
    }
    return begin_once(flags)


def frames_of(path):
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        shapes = [frame.to_ndarray(format="rgb24").shape for frame in container.decode(stream)]
        return shapes, stream.average_rate


@pytest.mark.parametrize(
    ("flags", "number", "rate", "size"),
    [
        (["--task=denoising"], 11, 10, (20, 34)),
        (["--task=prediction", "--num_frames=5"], 16, 10, (20, 34)),
        (["--task=denoising", "--after=resize(height=10, width=12)"], 11, 10, (10, 12)),
        (["--task=denoising", "--after=frame_rate(fps=20)"], 22, 20, (20, 34)),
    ],
)
def test_the_command(command, run, tmp_path, flags, number, rate, size):
    video = np.random.default_rng(0).integers(0, 256, (11, 20, 34, 3), np.uint8)
    write_video(tmp_path / "in.mp4", video, 10)
    out = tmp_path / "out.mp4"
    done = command(
        "vgan.generate",
        f"--workdir={run}",
        f"--input={tmp_path}/in.mp4",
        f"--output={out}",
        "--label=0",
        *flags,
    )
    assert done.code == 0, done.err
    shapes, found = frames_of(out)
    assert (len(shapes), found) == (number, rate) and set(shapes) == {(*size, 3)}
    assert f"wrote {number} frames at {rate} a second" in done.out


@pytest.mark.parametrize(
    ("after", "aspect"), [("sharpen()", Fraction(16, 15)), ("resize(height=20, width=20)", 1)]
)
def test_pixels_are_square_after_resize(command, run, tmp_path, after, aspect):
    video = np.random.default_rng(0).integers(0, 256, (5, 20, 34, 3), np.uint8)
    write(tmp_path / "in.mp4", video, 10, Fraction(16, 15))
    files = [f"--input={tmp_path}/in.mp4", f"--output={tmp_path}/out.MP4"]
    flags = ["--label=0", "--task=denoising", f"--after={after}"]
    done = command("vgan.generate", f"--workdir={run}", *files, *flags)
    assert done.code == 0, done.err
    assert open_video(tmp_path / "out.MP4").pixel_aspect == aspect


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ([], "--task=: name one of those the model was trained on: prediction"),
        (["--task=colorization"], "--task=colorization: name one of those"),
        (["--task=denoising", "--num_videos=3"], "--num_videos: has no use with --input"),
        (["--task=denoising", "--mask=missing.png"], "missing.png"),
    ],
)
def test_errors_of_the_command(command, run, tmp_path, flags, message):
    write_video(tmp_path / "in.mp4", np.zeros([5, 20, 34, 3], np.uint8), 10)
    files = [f"--input={tmp_path}/in.mp4", f"--output={tmp_path}/out.mp4"]
    done = command("vgan.generate", f"--workdir={run}", *files, "--label=1", *flags)
    assert done.code in (1, 2) and message in done.err.strip().splitlines()[-1]
    assert not (tmp_path / "out.mp4").exists()


def test_the_frames_between_fit_from_window_to_window():
    class Blend(Fake):
        """Fills what is hidden by what is known around it in time."""

        def complete(self, pixels, kinds, seed, samples, labels):
            condition = given.from_rest(tf.constant(pixels), tf.constant(kinds))
            return to_uint8(np.asarray(blended(*sides(condition))))

    ramp = np.arange(30, dtype=np.uint8)[:, None, None, None] * np.ones([1, 16, 16, 3], np.uint8)

    class Source(list):
        fps, size, num_frames = Fraction(25), (16, 16), 30

    made = complete(Blend(), Task("interpolation(every=2)"), Source(8 * ramp))
    levels = np.array([frame.mean() for frame in made.frames])
    steps = np.diff(levels)[:-1]  # After the last given frame nothing is known.
    np.testing.assert_allclose(steps, 4, atol=1.01)


def test_frame_rates_of_sound_and_labels_are_not_guessed(command, run, tmp_path):
    write_video(tmp_path / "in.mp4", np.zeros([5, 20, 34, 3], np.uint8), 10)
    files = [f"--input={tmp_path}/in.mp4", f"--output={tmp_path}/out.mp4", "--task=denoising"]
    done = command("vgan.generate", f"--workdir={run}", *files)
    assert done.code == 1 and "--label: not given, the classes are circle right" in done.err


def test_a_picture_moves_at_the_rate_that_was_learnt(command, run, tmp_path):
    Image.new("RGB", (34, 20), (200, 30, 30)).save(tmp_path / "still.png")
    files = [f"--input={tmp_path}/still.png", f"--output={tmp_path}/out.mp4", "--label=0"]
    done = command("vgan.generate", f"--workdir={run}", *files, "--task=denoising")
    assert done.code == 0, done.err
    assert "wrote 1 frames at 8 a second" in done.out


def test_pictures_become_a_clip(command, run, tmp_path):
    """The first and the last frame are given: of three pictures two clips that share one."""
    video = np.random.default_rng(0).integers(0, 256, (3, 12, 20, 3), np.uint8)
    inputs = []
    for name, picture in zip("cab", video, strict=True):
        inputs.append(f"--input={tmp_path}/{name}.png")
        Image.fromarray(picture.repeat(4, 0).repeat(4, 1)).save(tmp_path / f"{name}.png")
    files = [f"--workdir={run}", "--task=interpolation", f"--output={tmp_path}/out.mp4"]
    done = command("vgan.generate", *files, "--label=0", *inputs)
    assert done.code == 0 and "wrote 7 frames at 8 a second" in done.out, done.err
    made = read_video(tmp_path / "out.mp4")[0]
    given_frames = made[::3].reshape(3, 12, 4, 20, 4, 3).mean((2, 4))
    assert np.abs(given_frames - video).mean() < 12
    assert np.abs(given_frames - video[::-1]).mean() > 50
