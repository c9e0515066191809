"""Growing: what --stages means, and a run that grows."""

import dataclasses
import shutil
import types

import numpy as np
import pytest
import tensorflow as tf

import vgan
from vgan.core.errors import UsageError
from vgan.runs import building, trained
from vgan.runs.checkpoints import Checkpoints, saved_steps
from vgan.runs.config import ExperimentConfig
from vgan.runs.plan import Plan
from vgan.runs.stages import stages_of
from vgan.training import loop, run

CONFIG = ExperimentConfig(
    data="shapes(num_videos=8)",
    frames=8,
    height=16,
    width=16,
    batch_size=2,
    steps=4,
    generator="residual3d(latent_dim=4, channels=2)",
    discriminator="residual3d(channels=2, spectral_norm=False)",
    stages="4x8x8:2",
    checkpoint_interval=1,
    keep_checkpoints=5,
    summary_interval=1,
    sample_interval=10,
)


def changed(**changes):
    return dataclasses.replace(CONFIG, **changes)


def test_no_stages_is_one():
    config = changed(stages="")
    assert stages_of(config) == [(config, 0, 4)]


def test_stages():
    config = changed(stages=" 2x4x8:3,4x8x8:10 ".strip(), steps=20, frame_step=3)
    found = stages_of(config)
    assert [(stage.first, stage.last) for stage in found] == [(0, 3), (3, 13), (13, 20)]
    assert [stage.config.clip.shape[:3] for stage in found] == [(2, 4, 8), (4, 8, 8), (8, 16, 16)]
    assert [stage.config.frame_step for stage in found] == [12, 6, 3], "the same time"
    assert found[2].config == config
    assert {stage.config.steps for stage in found} == {20}, "schedules are of the whole run"


@pytest.mark.parametrize(
    ("stages", "error"),
    [
        ("4x8x8", "'4x8x8' isn't of the form FRAMESxHEIGHTxWIDTH:STEPS"),
        ("4x8:2", "'4x8:2' isn't of the form"),
        ("4x8x8:2;8x8x8:1", "isn't of the form"),
        ("4x8x-8:2", "isn't of the form"),
        ("4x0x8:2", "'4x0x8:2' has a zero"),
        ("4x8x8:0", "has a zero"),
        ("3x8x8:2", "3 frames don't divide --frames=8"),
        ("16x8x8:2", "16 frames don't divide --frames=8"),
        ("4x8x8:4", "their 4 steps leave none of --steps=4"),
        ("4x8x8:2,4x8x16:2", "their 4 steps leave none"),
        ("8x16x16:2", "8x16x16 isn't larger than 8x16x16"),
        ("4x8x32:2", "8x16x16 isn't larger than 4x8x32"),
        ("4x8x8:1,2x16x16:1", "2x16x16 isn't larger than 4x8x8"),
    ],
)
def test_bad_stages(stages, error):
    with pytest.raises(UsageError, match=f"^--stages={stages}: .*{error}"):
        stages_of(changed(stages=stages))


def test_the_stage_of_a_step_is_that_it_was_trained_in():
    plan = Plan.of(changed(stages="2x4x4:3,4x8x8:10", steps=20))
    frames = [plan.stage_at(done).config.frames for done in (0, 3, 4, 13, 14, 20, 99)]
    assert frames == [2, 2, 4, 4, 8, 8, 8]


def test_growing_takes_over_all_that_was_learnt():
    critics = "residual3d(channels=2) + 0.5*residual3d(channels=1, spectral_norm=False)"
    plan = Plan.of(changed(discriminator=critics, diff_augment="shift", augment_target=0.6))
    small, large = (building.build(plan, stage.config, 0) for stage in plan.stages)
    rng = np.random.default_rng(0)
    networks = [
        (model.generator, model.average, *(part.network for part in model.critic_modules))
        for model in (small, large)
    ]
    for network in networks[0]:
        for weight in network.weights:
            weight.assign(rng.normal(size=weight.shape))
    before = [by_place(network) for network in networks[1]]
    small.steps.assign(2)
    small.disguise.strength.assign(0.25)
    large.grow_from(small)
    assert int(large.steps) == 2 and float(large.disguise.strength) == 0.25
    for one, other, old in zip(*networks, before, strict=True):
        learnt, now = by_place(one), by_place(other)
        assert learnt.keys() < now.keys()
        for place, value in now.items():
            np.testing.assert_array_equal(value, learnt.get(place, old[place]), err_msg=place)


def by_place(network):
    """The values of the weights of a network by their names in it."""
    network_name = f"{network.name}/"
    found = {w.path.removeprefix(network_name): w.numpy() for w in network.weights}
    assert len(found) == len(network.weights)
    return found


@pytest.mark.parametrize(
    ("flag", "name"), [("generator", "conv3d_generator"), ("discriminator", "conv3d_discriminator")]
)
def test_networks_that_can_not_grow_are_refused_at_once(tmp_path, flag, name):
    config = changed(**{flag: "conv3d(channels=4)"})
    with pytest.raises(UsageError, match=f"^--stages: {name} can't grow, since .* Use residual3d"):
        run.train(config, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_sizes_that_do_not_fit_the_networks_are_refused_at_once(tmp_path):
    with pytest.raises(UsageError, match="--generator=residual3d can't make clips of 4x9x16"):
        run.train(changed(stages="4x9x16:2"), tmp_path / "run")


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """The workdir of a finished run."""
    path = tmp_path_factory.mktemp("stages") / "run"
    with pytest.MonkeyPatch.context() as patch:
        quicken(patch)
        run.train(CONFIG, path)
    return path


def quicken(patch):
    """Leaves out what a run does beside training, and what takes longer than four steps."""
    compiled = loop.compile_step
    patch.setattr(loop, "compile_step", lambda *of: compiled(*of).python_function)
    patch.setattr(run.monitors, "health", lambda *of: types.SimpleNamespace(check=lambda *of: {}))
    patch.setattr(run.previews.Previews, "show", lambda *of: None)


def until(grown, step, path):
    """A copy of the run as it was when it had done so many steps."""
    shutil.copytree(grown, path, ignore=shutil.ignore_patterns("export"))
    for later in range(step + 1, 5):
        for file in (path / "checkpoints").glob(f"ckpt-{later}.*"):
            file.unlink()
    assert saved_steps(path / "checkpoints")[0] == step
    return path


def tensors(path, step=4):
    reader = tf.train.load_checkpoint(str(path / "checkpoints" / f"ckpt-{step}"))
    names = reader.get_variable_to_shape_map()
    return {name: reader.get_tensor(name) for name in names if not name.startswith("_CHECK")}


def test_a_run_ends_at_the_full_size(grown):
    assert saved_steps(grown / "checkpoints") == [4, 3, 2, 1, 0]
    for model in (vgan.load(grown), vgan.load(grown / "export")):
        assert model.clip.shape == (8, 16, 16, 3)
        assert model.sample(2).shape == (2, 8, 16, 16, 3)
        assert model.fps == 8.0
    names = [set(tensors(grown, step)) for step in (2, 3)]
    assert len(names[1]) > len(names[0])
    assert [path.name for path in (grown / "export").iterdir()] == ["4"]


@pytest.mark.parametrize("step", [2, 3])
def test_a_run_interrupted_where_it_grows_ends_the_same(grown, tmp_path, capsys, monkeypatch, step):
    path = until(grown, step, tmp_path / "run")
    quicken(monkeypatch)
    monkeypatch.setattr(run.saved_model, "export", lambda *of: None)
    run.train(CONFIG, path)
    assert f"resuming {path} from step {step} to 4" in capsys.readouterr().out
    expected, found = tensors(grown), tensors(path)
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert np.asarray(found[name]).tobytes() == np.asarray(value).tobytes(), name


def test_a_model_of_the_small_stage(grown, tmp_path):
    path = until(grown, 2, tmp_path / "run")
    found = trained.restore(path)
    assert (found.step, found.card.fps) == (2, 4.0), "half as many frames a second"
    assert found.config.clip.shape == (4, 8, 8, 3)
    assert found.sampling_model().sample(1).shape == (1, 4, 8, 8, 3)
    # A damaged newest one of the larger stage isn't taken for its size.
    shutil.copy(grown / "checkpoints" / "ckpt-3.index", path / "checkpoints")
    (path / "checkpoints" / "ckpt-3.data-00000-of-00001").write_bytes(b"")
    assert trained.restore(path).step == 2


def test_only_checkpoints_of_the_newest_size_are_mixed(grown, tmp_path):
    found = trained.restore(grown, "ensemble(last=2)")
    assert len(found.model.members) == 2 and found.config.clip.shape == (8, 16, 16, 3)
    with pytest.raises(vgan.core.errors.CheckpointError, match="it keeps 2 that fit"):
        trained.restore(grown, "average(last=3)")
    path = until(grown, 2, tmp_path / "run")
    assert len(trained.restore(path, "ensemble(last=3)").model.members) == 3


def test_the_best_checkpoint_has_the_full_size_also_right_after_growing(grown, tmp_path):
    path = until(grown, 2, tmp_path / "run")
    (path / "best").mkdir()
    Checkpoints(path / "best", building.build(Plan.of(CONFIG), CONFIG, 0), keep=1).save(2)
    found = trained.restore(path, "best")
    assert (found.step, found.config.clip.shape) == (2, (8, 16, 16, 3))
