"""What every family of models must do, those of vgan and one that lives in the tests."""

import dataclasses
import re
import typing
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

import vgan
from tests.models.variables import values
from tests.runs.test_config import NEEDS, OTHER
from vgan.core import spec
from vgan.core.clip import Batch
from vgan.core.errors import UsageError
from vgan.data import pipeline
from vgan.data.opening import open_windows
from vgan.runs import building
from vgan.runs.checkpoints import Checkpoints
from vgan.runs.config import ExperimentConfig
from vgan.runs.plan import Plan
from vgan.sampling.model import Model, live
from vgan.serving import saved_model
from vgan.training import health, loop

OF_THE_TESTS = "tests.models.mean_clip.family"
PICTURE = str(Path(__file__).parents[2] / "experiments" / "pictures" / "style.webp")
SMALL = {
    "gan": {
        "generator": "conv3d(latent_dim=4, channels=2, spectral_norm=True)",
        "discriminator": "conv3d(channels=2) + 0.5*frames2d(channels=2)",
    },
    "vae": {
        "generator": "conv3d(latent_dim=4, channels=2)",
        "encoder": "conv3d(channels=2)",
        "discriminator": "frames2d(channels=2)",
    },
    "autoencoder": {
        "model": "autoencoder(begin=0)",
        "task": "rebuilding",
        "compressor": "haar3d(channels=4, depth=2, blocks=1)",
        "discriminator": "0.5*frames2d(channels=2)",
    },
    "flow": {"denoiser": "denoiser3d(channels=4)", "sampler": "euler(steps=2)"},
    "few_steps": {
        "model": "few_steps(steps=2)",
        "denoiser": "denoiser3d(channels=4)",
        "discriminator": "frames2d(channels=2)",
    },
    "cycle": {
        "data": "unpaired(target='shapes(num_videos=8)', source='shapes(num_videos=8, seed=1)')",
        "model": "cycle(pool=2)",
        "task": "translation",
        # So small, unet2d twice in a row makes rounding errors grow.
        "generator": "unet3d(channels=2, latent_dim=2)",
        "discriminator": "frames2d(channels=2)",
    },
    "star": {
        "task": "relabelling",
        "conditional": True,
        "generator": "unet3d(channels=2, latent_dim=2)",
        "discriminator": "frames2d(channels=2, classes=1.0)",
    },
    "style": {
        "model": f"style(picture={PICTURE!r}, motion=0.0)",  # DIS needs larger clips.
        "task": "rebuilding",
        "generator": "unet2d(channels=2, latent_dim=2)",
    },
    "diffusion": {"denoiser": "denoiser3d(channels=4)", "sampler": "ddim(steps=2)"},
    OF_THE_TESTS: {},
}
FAMILIES = [*spec.names("vgan.models.{}.family.family"), OF_THE_TESTS]


@pytest.fixture(scope="module", params=FAMILIES)
def plan(request):
    sizes = {"data": "shapes(num_videos=8)", "frames": 4, "height": 8, "width": 8}
    parts = SMALL[request.param]  # A new family says here how small it can be.
    flags = {"batch_size": 2, "learning_rate": 0.01, "model": request.param}
    flags = sizes | flags | parts
    return Plan.of(ExperimentConfig(**flags))


def labels_of(plan):
    return ("one", "two", "three") if plan.config.conditional else ()


def card_of(plan):
    return plan.card(8.0, labels_of(plan))


def build(plan):
    return building.build(plan, plan.config, len(labels_of(plan)))


@pytest.fixture(scope="module")
def batches(plan):
    windows = open_windows(plan.config.data, plan.config.clip, 1, "train")
    found = pipeline.batches(windows, 2, 0).take(2)
    classes = max(1, len(labels_of(plan)))
    return [clips._replace(label=clips.label % classes) for clips in found]


def trained(plan, model, batches, first=0):
    """Trains some steps more, and gives the last one's report."""
    step = loop.compile_step(model, plan.task, plan.config.seed).python_function
    for number, clips in enumerate(batches, start=first):
        report = step(clips, turn=model.turn(number))
    return loop.by_path(report)


def drawn(model, number, seed=3):
    """Videos of a sampling model, of noise or of what is given."""
    if not model.task.needs_given:
        return model.sample(number, seed=seed)
    videos = np.random.default_rng(seed).integers(0, 256, (number, *model.clip.shape), np.uint8)
    labels = np.arange(number) % max(1, len(model.labels))
    return model.complete(*model.show(videos, seed, source=videos), seed=seed, labels=labels)


class Run(typing.NamedTuple):
    """Two steps of a model, with a checkpoint after each.

    Attributes:
      model: after all of them; start: its players' variables before.
      report: of the last step; folder: of the checkpoints.
      drawing: what draws of it.
    """

    model: tf.Module
    start: dict
    report: dict
    folder: str
    drawing: Model


@pytest.fixture(scope="module")
def run(plan, batches, tmp_path_factory):
    model, folder = build(plan), tmp_path_factory.mktemp("checkpoints")
    start = {name: [np.array(v) for v in vs] for name, vs in model.players().items()}
    trained(plan, model, batches[:1])
    Checkpoints(folder, model, keep=3).save(1)
    report = trained(plan, model, batches[1:], first=1)
    Checkpoints(folder, model, keep=3).save(2)
    return Run(model, start, report, folder, live(model, card_of(plan)))


@pytest.fixture(scope="module")
def again(plan, run):
    """Another model of the plan, at the first one's first step."""
    model = build(plan)
    assert Checkpoints(run.folder, model, keep=3).restore(1) == 1
    return model


@pytest.fixture(scope="module")
def twelve(run):
    """Videos of the model."""
    return drawn(run.drawing, 12)


def test_steps_move_every_player(run):
    assert all(np.isfinite(value) for value in run.report.values())
    for player, variables in run.model.players().items():
        assert any(
            (old != new).any() for old, new in zip(run.start[player], variables, strict=True)
        )
        assert ("gradient_norm", player) in run.report
        assert [path for path in run.report if path[:2] == ("terms", player)]


def test_it_can_be_trained_at_half_precision(plan, batches):
    plan = Plan.of(dataclasses.replace(plan.config, precision="bfloat16"))
    try:
        report = trained(plan, build(plan), batches[:1])
    finally:
        keras.config.set_dtype_policy("float32")
    assert all(np.isfinite(value) for value in report.values())


def test_a_resumed_run_is_the_same_to_the_bit(plan, batches, run, again):
    assert trained(plan, again, batches[1:], first=1) == run.report
    both = values(run.model), values(again)
    assert len(both[0]) > sum(map(len, run.model.players().values())), "and the steps, at least"
    for one, other in zip(*both, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_new_run_can_begin_with_its_networks(run, again):
    networks = tf.train.Checkpoint(**again.networks())
    Checkpoints(run.folder, networks, keep=3).restore(2)
    pairs = (tf.nest.flatten(part.networks()) for part in (run.model, again))
    for one, other in zip(*pairs, strict=True):
        for value, taken in zip(one.variables, other.variables, strict=True):
            np.testing.assert_array_equal(value, taken)


def test_videos_of_a_seed_are_the_same_whatever_their_number(run, twelve):
    assert twelve.shape == (12, 4, 8, 8, 3) and twelve.dtype == np.uint8
    for number in (1, 5, 9):
        np.testing.assert_array_equal(drawn(run.drawing, number), twelve[:number])
    assert len({video.tobytes() for video in twelve}) == 12
    assert (drawn(run.drawing, 1, seed=4) != twelve[:1]).any()


def test_what_draws_alone_reads_the_checkpoints_of_the_whole(plan, run, twelve):
    alone = building.build_sampler(plan, plan.config, len(labels_of(plan)))
    Checkpoints(run.folder, alone, keep=3).restore(2)
    np.testing.assert_array_equal(drawn(live(alone, card_of(plan)), 3), twelve[:3])


def test_its_export_is_the_live_model(plan, run, twelve, tmp_path):
    saved_model.export(run.model, card_of(plan), tmp_path / "1")
    np.testing.assert_array_equal(drawn(vgan.load(tmp_path), 9), twelve[:9])


def test_what_is_said_of_held_out_clips_moves_nothing(plan, batches, run):
    model, video = run.model, tf.cast(batches[0].video, tf.float32) / 127.5 - 1
    samples = tf.range(2, dtype=tf.int64)
    batch = Batch(video, plan.task(video, 0, samples, video), batches[0].label % 3)
    before = values(model)
    for part in model.held_out(batch, 0, samples).values():
        assert all(value.shape == (2,) for value in part.values())
    cost = model.implausibility(video, video, batch.condition, batch.label, 0, samples)
    assert cost.shape == (2,)
    for one, other in zip(before, values(model), strict=True):
        np.testing.assert_array_equal(one, other)


def test_its_detectors_tell_what_helps(run):
    symptoms = run.model.symptoms(run.report)
    assert all(np.isfinite(value) for value in symptoms.values())
    for detector in run.model.detectors():
        assert "Try " in detector.text.format(of="x", value=1.0)
    assert set(run.model.advice()) <= {detector.path for detector in health.DETECTORS}


MARKED = [field for field in dataclasses.fields(ExperimentConfig) if field.metadata["family"]]


@pytest.mark.parametrize("name", [field.name for field in MARKED])
def test_flags_of_other_families_are_refused(plan, name):
    value = "2x4x4:10" if name == "stages" else OTHER[name]  # Smaller than these clips.
    changed = dataclasses.replace(plan.config, **NEEDS.get(name, {}), **{name: value})
    told = f"--model={plan.config.model}"
    if name in plan.family.flags:
        assert Plan.of(changed).family.flags == plan.family.flags
    else:
        with pytest.raises(UsageError, match=rf"--.*: {re.escape(told)} has no use"):
            Plan.of(changed)


def test_a_family_of_ones_own_through_every_command(command, tiny, as_flags, tmp_path):
    kept = ("data", "frames", "height", "width", "batch_size", "steps", "checkpoint_interval")
    flags = {name: tiny[name] for name in kept} | {"data": "shapes(num_videos=160)"}
    flags |= {"model": OF_THE_TESTS, "learning_rate": 0.1, "steps": 30, "eval_interval": 30}
    flags |= {"eval_videos": 16, "checkpoint_interval": 30}
    run = tmp_path / "run"
    done = command("vgan.train", *as_flags(flags), f"--workdir={run}", f"--cache={tmp_path}/cache")
    assert done.code == 1 and "cache" in done.err  # Of another command.
    done = command("vgan.train", *as_flags(flags), f"--workdir={run}")
    assert done.code == 0, done.err
    assert "mean 0." in done.out, "its player's terms are shown"
    refused = command("vgan.generate", f"--workdir={run}", f"--output={tmp_path}/a.mp4")
    assert refused.code == 1 and "--trust_code" in refused.err
    trust = [f"--workdir={run}", "--trust_code"]
    for module, *more in (
        ("vgan.generate", "--num_videos=2", f"--output={tmp_path}/a.mp4"),
        ("vgan.evaluate", "--num_videos=16", f"--cache={tmp_path}/cache"),
        ("vgan.export", f"--output={tmp_path}/export/1"),
        ("vgan.invert", f"--input={tmp_path}/a.mp4", "--steps=2", f"--output={tmp_path}/b.mp4"),
    ):
        done = command(module, *trust, *more)
        assert done.code == 0, done.err
    live_model, exported = vgan.load(run, trust_code=True), vgan.load(tmp_path / "export")
    np.testing.assert_array_equal(live_model.sample(3), exported.sample(3))
    windows = open_windows(flags["data"], live_model.clip, 1, "train")
    mean = np.mean([video for video, _ in windows], 0)
    assert np.abs(live_model.sample(64).mean(0) - mean).mean() < 12
