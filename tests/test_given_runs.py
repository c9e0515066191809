"""A model that is given something, from training to scores and export."""

import functools
import json
import re
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

import vgan
from tests.tasks.test_given import TASKS
from vgan.core.clip import to_float
from vgan.core.errors import UsageError
from vgan.data.opening import open_windows
from vgan.media.clips import write_video
from vgan.runs import trained
from vgan.runs.config import ExperimentConfig
from vgan.serving import saved_model
from vgan.tasks import given, ways
from vgan.tasks.task import Task

TASK = "prediction(given=2) + denoising(strength=20)"


@pytest.fixture(scope="module")
def run(train_once, tiny):
    """The workdir of a finished run of a mixed task with every loss of pairs."""
    flags = tiny | {
        "width": 16,  # The least that dis() takes.
        "task": TASK,
        "data": "shapes(num_videos=160)",
        "generator": "unet3d(channels=4, latent_dim=4, flow=True)",
        "losses": "l1 + mse + frame_difference + aligned_motion + 0.1*perceptual + style",
    }
    return train_once(flags)[0]


@pytest.fixture(scope="module")
def clips():
    """Held-out clips uint8 [9, T, H, W, 3], and labels."""
    config = ExperimentConfig(data="shapes(num_videos=160)", frames=4, height=8, width=16)
    windows = open_windows(config.data, config.clip, 1, "test")
    videos, labels = zip(*(windows[number] for number in range(9)), strict=True)
    return np.stack(videos), np.array(labels)


def test_given_pixels_come_out_exactly(run, clips):
    model, (videos, labels) = vgan.load(run), clips
    pixels, kinds = model.show(videos, seed=1)
    known = np.repeat(kinds == given.KNOWN, 3, -1)
    assert known.any() and (kinds == given.HINT).any() and (kinds == given.HIDDEN).any()
    made = model.complete(pixels, kinds, seed=1, labels=labels)
    np.testing.assert_array_equal(made[known], videos[known])
    assert (made[~known] != videos[~known]).any()
    # What is hidden makes no difference.
    other = np.where(kinds == given.HIDDEN, 255 - pixels, pixels)
    np.testing.assert_array_equal(model.complete(other, kinds, seed=1, labels=labels), made)
    # Each video is its own.
    one = model.complete(pixels[4:5], kinds[4:5], seed=1, samples=[4], labels=labels[4:5])
    np.testing.assert_array_equal(one, made[4:5])


def test_the_export_is_the_live_model(run, clips):
    live, exported = loaded(run)
    videos, labels = clips
    assert exported.task.text == TASK
    samples = 5 + np.arange(9)
    shown = live.show(videos, seed=2, samples=samples)
    for part, again in zip(shown, exported.show(videos, seed=2, samples=samples), strict=True):
        np.testing.assert_array_equal(part, again)
    made = live.complete(*shown, 2, samples, labels)
    np.testing.assert_array_equal(exported.complete(*shown, 2, samples, labels), made)


@pytest.mark.parametrize("text", [text for text in TASKS if text != "generation()"])
def test_the_export_completes_what_any_task_shows(run, clips, text):
    videos, labels = clips
    samples = np.arange(9)
    both = (to_float(tf.constant(of)) for of in (videos, 255 - videos))
    shown = given.to_rest(Task(text)(next(both), 3, samples, next(both)))
    live, exported = (model.complete(*shown, 3, samples, labels) for model in loaded(run))
    np.testing.assert_array_equal(exported, live)
    known = np.repeat(shown[1] == given.KNOWN, 3, -1)
    np.testing.assert_array_equal(exported[known], videos[known])


def test_a_process_that_runs_functions_eagerly_gets_the_same(run, clips):
    (live, _), (videos, labels) = loaded(run), clips
    shown = live.show(videos, seed=2)
    made = live.complete(*shown, 2, labels=labels)
    try:
        tf.config.run_functions_eagerly(True)
        np.testing.assert_array_equal(live.complete(*shown, 2, labels=labels), made)
    finally:
        tf.config.run_functions_eagerly(False)


@pytest.fixture(scope="module")
def served(run):
    return tf.saved_model.load(str(saved_model.newest_version(run / "export")))


@functools.cache
def loaded(run):
    """The live model and its export."""
    return vgan.load(run, trust_code=True), vgan.load(run / "export", trust_code=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"given": np.zeros([1, 4, 8, 8, 3], np.uint8)}, "given must be"),
        ({"kinds": np.zeros([1, 4, 8, 16, 3], np.uint8)}, "kinds must be"),
        ({"kinds": np.full([1, 4, 8, 16, 1], 3, np.uint8)}, r"kinds must be 0 \(hidden\)"),
        ({"given": np.zeros([0, 4, 8, 16, 3], np.uint8)}, "given must hold 1 to 64"),
        ({"samples": np.int64([-1])}, "samples must be 0 to"),
        ({"seed": np.int64(2**60 + 5)}, "seed must be 0 to"),
        ({"samples": np.int64([0, 1])}, "samples must be one a video"),
        ({"labels": np.int32([99])}, "labels must be 0 to"),
        ({"labels": np.int32([0, 0])}, "labels must be one a video"),
    ],
)
def test_an_export_names_what_is_wrong(served, change, message):
    complete = served.signatures["complete"]
    inputs = {"given": np.zeros([1, 4, 8, 16, 3], np.uint8), "seed": np.int64(0)}
    inputs |= {"kinds": np.zeros([1, 4, 8, 16, 1], np.uint8), "samples": np.int64([0])}
    inputs |= {"labels": np.int32([0])} | change
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        complete(**{name: tf.constant(value) for name, value in inputs.items()})


def mirrored():
    """A task of one's own: a clip is to be made of its mirror image."""
    return given.Kind(
        lambda video, seed, samples: given.hint(tf.reverse(video, axis=[3])),
        file=lambda frames: ways.Restored(),
    )


def test_a_new_task_is_one_function(command, no_page, tiny, as_flags, tmp_path, clips):
    flags = {"width": 16, "steps": 2, "generator": "unet3d(channels=4, latent_dim=4)"}
    flags |= {"data": "shapes(num_videos=160)"}
    flags = tiny | flags | {"losses": "l1", "task": "tests.test_given_runs.mirrored"}
    done = command("vgan.train", *as_flags(flags), f"--workdir={tmp_path}/run")
    assert done.code == 0, done.err
    live, exported = loaded(tmp_path / "run")
    videos, labels = clips
    pixels, kinds = live.show(videos)
    np.testing.assert_array_equal(pixels, videos[:, :, :, ::-1])
    made = live.complete(pixels, kinds, labels=labels)
    np.testing.assert_array_equal(exported.complete(pixels, kinds, labels=labels), made)
    write_video(tmp_path / "in.mp4", videos[0], fps=8)
    files = [f"--input={tmp_path}/in.mp4", f"--output={tmp_path}/out.mp4", "--label=0"]
    done = command("vgan.generate", f"--workdir={tmp_path}/run", *files)
    assert done.code == 1 and "names code to be run" in done.err and "--trust_code" in done.err
    files.append("--trust_code")
    done = command("vgan.generate", f"--workdir={tmp_path}/run", *files)
    assert done.code == 0 and "wrote 4 frames" in done.out, done.err
    flags = [f"--workdir={tmp_path}/run", "--num_videos=16", f"--cache={tmp_path}/cache"]
    flags.append("--trust_code")
    done = command("vgan.evaluate", *flags, before=no_page)
    assert done.code == 0 and "psnr" in done.out, done.err


def test_no_task_is_named_where_models_are_trained():
    home = Path(vgan.__file__).parent
    rooms = ("training", "models", "runs", "losses", "serving")
    files = {file for room in rooms for file in (home / room).rglob("*.py")}
    for file in files - {home / "runs" / "config.py"}:  # Whose help has an example.
        words = set(re.findall(r"\w+", re.sub(r'""".*?"""', "", file.read_text(), flags=re.DOTALL)))
        named = {text.split("(")[0] for text in TASKS if text != "generation()"} & words
        assert not named, f"{file.name} names {named}"


def test_what_must_be_given_is_not_made_from_noise(run):
    for model in loaded(run):
        with pytest.raises(UsageError, match="makes videos of given ones"):
            model.sample(1)


def test_scores_of_pairs(command, no_page, run, tmp_path):
    flags = [f"--workdir={run}", "--num_videos=16", f"--cache={tmp_path}"]
    done = command("vgan.evaluate", *flags, before=no_page)
    assert done.code == 0, done.err
    found = json.loads((run / "evaluation" / "4" / "scores.json").read_text())
    assert f"task {TASK}" in found["protocol"]["generated"]
    assert 5 < found["scores"]["psnr"]["value"] < 40
    assert "ssim" not in found["scores"]  # Its window is larger than these clips.


def test_scores_of_one_of_its_tasks(command, no_page, run, tmp_path):
    flags = [f"--workdir={run}", "--num_videos=16", f"--cache={tmp_path}"]
    done = command("vgan.evaluate", *flags, "--task=denoising", before=no_page)
    assert done.code == 0, done.err
    found = json.loads((run / "evaluation" / "4-denoising" / "scores.json").read_text())
    assert "of its tasks denoising(strength=20)" in found["protocol"]["generated"]
    assert found["scores"]["psnr"]["value"] > 5
    done = command("vgan.evaluate", *flags, "--task=inpainting")
    assert (done.code, "--task=inpainting: name one of those" in done.err) == (1, True)
    done = command("vgan.evaluate", f"--model={run}/export", "--data=a", "--output=b", "--task=a")
    assert (done.code, "--task: is one of those of a run" in done.err) == (1, True)


def test_what_is_given_is_previewed(run):
    assert list((run / "samples").glob("step-*.mp4"))
    assert trained.restore(run).model.average.inputs[1].shape[-1] == 4


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"task": "generation + prediction(given=2)", "losses": "l1"}, "gives nothing of that"),
        ({"losses": "l1"}, "gives nothing of that"),
        ({"losses": "aligned_motion + 2*aligned_motion"}, "not two"),
        ({"losses": "aligned_motion", "frames": 1, "task": "colorization"}, "--frames=1"),
        ({"task": "prediction(given=4)"}, "all 4 frames are given"),
        ({"task": "translation"}, "no source to translate from"),
        (
            {"task": "denoising", "data": "shapes(num_videos=160)", "width": 16}
            | {"eval_interval": 2, "eval_videos": 16, "best_score": "ssim"},
            "--best_score=ssim: clips of 4x8x16 with --task=denoising have no such score",
        ),
    ],
)
def test_what_does_not_fit_is_refused_before_the_run_begins(
    command, tiny, as_flags, tmp_path, flags, message
):
    if "aligned" in flags.get("losses", "") and "task" not in flags:
        flags = flags | {"task": "prediction(given=2)"}
    done = command("vgan.train", *as_flags(tiny | flags), f"--workdir={tmp_path}/run")
    assert done.code in (1, 2) and message in done.err.strip().splitlines()[-1]
    assert not (tmp_path / "run").exists()


def test_nothing_can_be_given_to_a_model_of_generation(tiny_run):
    given_clip = np.zeros([1, 4, 8, 8, 3], np.uint8), np.zeros([1, 4, 8, 8, 1], np.uint8)
    for model in (vgan.load(tiny_run), vgan.load(tiny_run / "export")):
        with pytest.raises(UsageError, match="nothing can be given"):
            model.complete(*given_clip)
