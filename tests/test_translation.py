"""Translations through every command: both ways, of files, scored, exported, as an augmentation."""

import json

import numpy as np
import pytest

import vgan
from vgan.core import spec
from vgan.core.clip import ClipSpec
from vgan.core.errors import UsageError
from vgan.data import pipeline
from vgan.data.augment import Augment
from vgan.data.opening import open_windows
from vgan.media.clips import write_video
from vgan.media.whole import read_video
from vgan.runs import trained
from vgan.serving import saved_model

SIDES = "shapes(num_videos=160)", "shapes(num_videos=136, textured=True, seed=1)"
DATA = "unpaired(target={!r}, source={!r})".format(*SIDES)
UNET = {"generator": "unet2d(channels=2, latent_dim=2)"}


@pytest.fixture(scope="module")
def run(train_once, tiny):
    flags = {"model": "cycle(pool=2, identity=0.0)", "task": "translation", "data": DATA} | UNET
    flags["conditional"] = False
    return train_once(tiny | flags | {"discriminator": "frames2d(channels=2)"})[0]


@pytest.fixture(scope="module")
def source():
    """Clips of the source, held out."""
    windows = open_windows(SIDES[1], ClipSpec(4, 8, 8), 1, "test")
    return np.stack([windows[number][0] for number in range(4)])


@pytest.fixture(scope="module")
def back(run):
    """The run, the other way round, and the model that draws of it."""
    found = trained.restore(run, back=True)
    return found, found.sampling_model()


def translated(model, source):
    return model.complete(*model.show(source, 1, source=source), seed=1)


def test_each_way_is_a_network_of_its_own(run, back, source):
    there = trained.restore(run).sampling_model()
    assert (translated(there, source) != translated(back[1], source)).any()
    assert back[0].config.data == "unpaired(target={!r}, source={!r})".format(*SIDES[::-1])


def test_a_file_is_translated_either_way(command, run, source, tmp_path):
    write_video(tmp_path / "in.mp4", np.concatenate(source), 8)
    given = f"--workdir={run}", f"--input={tmp_path}/in.mp4"
    for way in ("--noback", "--back"):
        done = command("vgan.generate", *given, way, f"--output={tmp_path}/{way}.mp4")
        assert done.code == 0, done.err
    there, back = (read_video(tmp_path / f"{way}.mp4")[0] for way in ("--noback", "--back"))
    assert there.shape == back.shape == np.concatenate(source).shape and (there != back).any()


@pytest.mark.parametrize(("flag", "name"), [("--noback", "4"), ("--back", "4-back")])
def test_it_is_scored_by_its_target_and_by_nothing_that_it_should_be(
    command, no_page, run, tmp_path, flag, name
):
    flags = [f"--workdir={run}", flag, "--num_videos=16", f"--cache={tmp_path}"]
    done = command("vgan.evaluate", *flags, before=no_page)
    assert done.code == 0, done.err
    found = json.loads((run / "evaluation" / name / "scores.json").read_text())
    assert "psnr" not in found["scores"] and found["scores"]["frechet_random3d"]["value"] > 0
    target = SIDES[flag == "--back"]
    assert found["protocol"]["data"].startswith(f"unpaired(target={target!r}")


def test_the_export_goes_the_way_that_it_was_made_for(command, run, back, source, tmp_path):
    done = command("vgan.export", f"--workdir={run}", "--back", f"--output={tmp_path}/1")
    assert done.code == 0, done.err
    exported = vgan.load(tmp_path)
    np.testing.assert_array_equal(translated(exported, source), translated(back[1], source))
    with pytest.raises(UsageError, match="--back: an export goes one way"):
        trained.load(tmp_path, back=True)


def test_a_translator_changes_a_share_of_clips(run, source):
    version = next(path for path in (run / "export").iterdir())
    augment = Augment(f"translated(export={str(version)!r}, share=0.5)", seed=0)
    samples = np.arange(64)
    found = augment(np.repeat(source[:1], 64, 0), samples).numpy()
    changed = np.array([(clip != source[0]).any() for clip in found])
    assert 16 < changed.sum() < 48
    np.testing.assert_array_equal(augment(source[:1].repeat(3, 0), samples[7:10]), found[7:10])
    assert augment(source[:1].repeat(70, 0), np.arange(70)).shape[0] == 70  # In two calls.
    for text, told in (("label=1", "has 0 classes"), ("share=1.0", "is of clips")):
        with pytest.raises(UsageError, match=told):
            small = Augment(f"translated(export={str(version)!r}, {text})", seed=0)
            small(source[:, :2], np.arange(len(source)))
    windows = open_windows(SIDES[1], ClipSpec(*source.shape[1:]), 1, "train")
    text = f"flip + translated(export={str(version)!r})"
    batch = next(pipeline.batches(windows, 4, 0, augment=text).as_numpy_iterator())
    assert batch.video.shape == source.shape


@pytest.mark.parametrize(
    ("export", "told"),
    [("none", "no export of a translator"), (3, "must be a path"), (spec.Foreign("a"), "loaded")],
)
def test_no_export_is_no_translator(export, told):
    with pytest.raises(UsageError, match=told):
        spec.build(spec.Spec("translated", {"export": export}), "vgan.data.augmentations.{}")


def test_a_clip_becomes_one_of_the_class_that_is_asked(command, train_once, tiny, tmp_path):
    flags = {"model": "star()", "task": "relabelling", "conditional": True, "eval_interval": 4}
    flags |= {"data": "shapes(num_videos=160, label='form')", "eval_videos": 16} | UNET
    run, done = train_once(tiny | flags | {"discriminator": "frames2d(channels=2, classes=1.0)"})
    model = vgan.load(run)
    assert model.labels == ("circle", "square", "triangle")
    windows = open_windows(flags["data"], model.clip, 1, "test")
    write_video(tmp_path / "in.mp4", windows[0][0], 8)
    given = f"--workdir={run}", f"--input={tmp_path}/in.mp4", "--seed=1"
    for label in model.labels[1:]:
        output = f"--output={tmp_path}/{label}.mp4"
        done = command("vgan.generate", *given, f"--label={label}", output)
        assert done.code == 0, done.err
    made = [read_video(tmp_path / f"{label}.mp4")[0] for label in model.labels[1:]]
    assert (made[0] != made[1]).any()
    asked = model.asked(np.array([0, 1, 2] * 20), seed=1)
    assert (asked != [0, 1, 2] * 20).all() and set(asked) == {0, 1, 2}


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        ({"data": DATA, "task": "translation"}, "Give --model=cycle"),
        ({"task": "relabelling"}, "Give --model=star"),
        ({"model": "star()", "task": "relabelling", "conditional": False}, "Add --conditional"),
        ({"task": "relabelling + denoising()", "conditional": True}, "must do nothing else"),
        (
            {"model": "cycle()", "task": "translation", "conditional": False},
            "have no source to translate from",
        ),
        ({"model": "style(picture='none.png')", "task": "rebuilding"}, "none.png"),
    ],
)
def test_bad_input_is_one_line(command, as_flags, tiny, tmp_path, flags, told):
    workdir = f"--workdir={tmp_path}/run"
    done = command("vgan.train", *as_flags(tiny | UNET | flags), workdir)
    assert done.code in (1, 2) and told in done.err and not (tmp_path / "run").exists()
    assert "Traceback" not in done.err


def test_back_is_of_translations(command, run, tmp_path, train_once, tiny):
    plain = train_once(tiny)[0]
    done = command("vgan.generate", f"--workdir={plain}", "--back", f"--output={tmp_path}/a.mp4")
    assert done.code == 1 and "--back: --model=gan knows no way back" in done.err
    assert saved_model.is_export(run / "export")
