"""The export: the live model's videos, with TensorFlow alone, whatever it is sent."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

import vgan
from tests.conftest import assert_same_clips
from vgan.core.errors import CheckpointError, StorageError, UsageError
from vgan.runs import building, trained
from vgan.runs.config import ExperimentConfig
from vgan.runs.plan import Plan
from vgan.sampling import graphs
from vgan.sampling.model import live
from vgan.serving import saved_model

# Runs where neither vgan nor keras can be imported, with the folders of an export that has classes
# and of one without, a file of latents, and a folder for the results.
ALONE = """
import sys
sys.modules["keras"] = None
import numpy as np
import tensorflow as tf

conditional, plain, latents, out = sys.argv[1:]
module = tf.saved_model.load(conditional)
first = module.signatures["serving_default"]
int64 = lambda number: tf.constant(number, tf.int64)
int32 = lambda number: tf.constant(number, tf.int32)
(video,) = first(seed=int64(4), num_videos=int64(20), label=int32(-1)).values()
np.save(out + "/by_seed", video)
(video,) = module.signatures["sample"](seed=int64(4), num_videos=int64(3), label=int32(7)).values()
np.save(out + "/by_label", video)
(video,) = module.signatures["sample_range"](
    seed=int64(4), first=int64(5), num_videos=int64(9), label=int32(-1)
).values()
np.save(out + "/by_range", video)
latents = tf.constant(np.load(latents))
(video,) = module.signatures["decode"](latents=latents, label=int32(2)).values()
np.save(out + "/decoded", video)

module = tf.saved_model.load(plain)
first = module.signatures["serving_default"]
(video,) = first(seed=int64(0), num_videos=int64(9)).values()
np.save(out + "/plain", video)
assert "vgan" not in sys.modules

from tensorflow.python.tools import saved_model_cli
sys.argv = ["saved_model_cli", "run", "--dir", plain, "--tag_set", "serve"]
sys.argv += ["--signature_def", "serving_default", "--input_exprs", "seed=0;num_videos=9"]
sys.argv += ["--outdir", out + "/cli"]
saved_model_cli.main()
"""


@pytest.fixture(scope="module")
def plain(full, tmp_path_factory):
    """A Gan without classes, untrained, its Card, and the folder of its export."""
    config = ExperimentConfig(**full | {"precision": "float32", "losses": ""})
    plan = Plan.of(config)
    gan, card = building.build(plan, config, 0), plan.card(12.5, ())
    path = tmp_path_factory.mktemp("export") / "models" / "1"
    saved_model.export(gan, card, path, max_videos=10)
    return gan, card, path


@pytest.fixture(scope="module")
def conditional(tiny_run):
    return tiny_run / "export" / "4"


@pytest.fixture(scope="module")
def latents():
    return np.random.default_rng(0).normal(size=[5, 8]).astype(np.float32)


@pytest.fixture(scope="module")
def alone(plain, conditional, latents, tmp_path_factory):
    """What a process with TensorFlow alone made: {name: videos}."""
    out = tmp_path_factory.mktemp("alone")
    np.save(out / "latents", latents)
    (out / "cli").mkdir()
    command = [sys.executable, "-c", ALONE]
    command += map(str, (conditional, plain[2], out / "latents.npy", out))
    done = subprocess.run(command, cwd=out, env={}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {path.stem: np.load(path) for path in out.rglob("*.npy")}


def test_tensorflow_alone_makes_the_live_models_videos(alone, tiny_run):
    live = vgan.load(tiny_run)
    assert_same_clips(alone["by_seed"], live.sample(20, seed=4))
    assert_same_clips(alone["by_range"], live.sample(14, seed=4)[5:])
    assert_same_clips(alone["by_label"], live.sample(3, seed=4, label=7))


def test_latents_are_decoded_as_by_the_live_model(alone, tiny_run, latents):
    gan, _, card, _ = trained.restore(tiny_run)
    decode = tf.function(lambda z: graphs.decode(gan, card, z, tf.fill([5], 2)))
    assert_same_clips(alone["decoded"], decode(tf.constant(latents)))


def test_keras_takes_it_for_a_layer(alone, conditional, latents):
    layer = keras.layers.TFSMLayer(conditional, call_endpoint="decode")
    assert_same_clips(layer(latents, label=tf.constant(2)), alone["decoded"])


def test_a_model_without_classes(alone, plain):
    gan, card, path = plain
    drawn = live(gan, card)
    assert_same_clips(alone["plain"], drawn.sample(9))
    loaded = vgan.load(path)
    assert (loaded.clip, loaded.fps, loaded.labels) == (card.clip, 12.5, ())
    np.testing.assert_array_equal(loaded.sample(9), drawn.sample(9))


def test_saved_model_cli_makes_the_same(alone):
    (found,) = (value for name, value in alone.items() if name.startswith("output"))
    np.testing.assert_array_equal(found, alone["plain"])


def test_loaded_by_vgan_it_is_the_workdirs_model(tiny_run, conditional):
    live, exported = vgan.load(tiny_run), vgan.load(conditional)
    for label in (None, 3, "circle up"):
        expected = live.sample(9, seed=1, label=label)
        np.testing.assert_array_equal(exported.sample(9, seed=1, label=label), expected)
    assert (exported.clip, exported.fps, exported.labels) == (live.clip, live.fps, live.labels)


def test_the_least_max_videos_can_be_drawn_from(plain, tmp_path):
    gan, card, path = plain
    saved_model.export(gan, card, tmp_path / "1", max_videos=8)
    np.testing.assert_array_equal(vgan.load(tmp_path).sample(9), vgan.load(path).sample(9))
    with pytest.raises(UsageError, match="max_videos=7: too small"):
        saved_model.export(gan, card, tmp_path / "2", max_videos=7)


def integer(value, dtype=tf.int64):
    return tf.constant(value, dtype)


def sample_inputs(**changes):
    good = {"seed": integer(0), "num_videos": integer(1), "label": integer(-1, tf.int32)}
    return good | changes


def decode_inputs(latents=None, label=0):
    latents = np.zeros([2, 8], np.float32) if latents is None else latents
    return {"latents": tf.constant(latents), "label": integer(label, tf.int32)}


@pytest.fixture(scope="module")
def served(conditional):
    return tf.saved_model.load(str(conditional))


@pytest.mark.parametrize(
    ("endpoint", "inputs", "named"),
    [
        ("sample", sample_inputs(num_videos=integer(0)), "num_videos must be 1 to 64"),
        ("sample", sample_inputs(num_videos=integer(65)), "num_videos must be 1 to 64"),
        ("sample", sample_inputs(num_videos=integer(2**50)), "num_videos must be 1 to 64"),
        ("sample", sample_inputs(num_videos=integer(-1)), "num_videos must be 1 to 64"),
        ("sample", sample_inputs(label=integer(12, tf.int32)), "label must be -1 to 11"),
        ("sample", sample_inputs(label=integer(-2, tf.int32)), "label must be -1 to 11"),
        ("sample_range", sample_inputs(first=integer(-1)), "first must be 0 to"),
        ("sample_range", sample_inputs(first=integer(2**63 - 1)), "first must be 0 to"),
        ("decode", decode_inputs(np.full([2, 8], np.nan, np.float32)), "latents must be finite"),
        ("decode", decode_inputs(np.full([2, 8], -np.inf, np.float32)), "latents must be finite"),
        ("decode", decode_inputs(np.full([2, 8], 1e38, np.float32)), "latents must be finite and"),
        ("sample", sample_inputs(seed=integer(2**60 + 5)), "seed must be 0 to"),
        ("sample", sample_inputs(seed=integer(-1)), "seed must be 0 to"),
        ("sample_range", sample_inputs(seed=integer(2**59), first=integer(0)), "seed must be 0 to"),
        ("decode", decode_inputs(np.zeros([0, 8], np.float32)), "latents must hold 1 to 64 rows"),
        ("decode", decode_inputs(np.zeros([65, 8], np.float32)), "latents must hold 1 to 64 rows"),
        ("decode", decode_inputs(np.zeros([2, 9], np.float32)), "latents.*expected shape"),
        ("decode", decode_inputs(label=12), "label must be 0 to 11"),
        ("decode", decode_inputs(label=-1), "label must be 0 to 11"),
    ],
)
def test_bad_inputs_are_named_and_the_server_lives(served, endpoint, inputs, named):
    with pytest.raises(tf.errors.InvalidArgumentError, match=named):
        served.signatures[endpoint](**inputs)
    (videos,) = served.signatures["sample"](**sample_inputs()).values()
    assert videos.shape == [1, 4, 8, 8, 3]


def test_a_number_of_another_type_is_refused(served):
    with pytest.raises(tf.errors.InvalidArgumentError, match="expected to be a int64"):
        served.signatures["sample"](**sample_inputs(seed=integer(0, tf.int32)))


def test_an_existing_export_is_left_alone(plain):
    gan, card, path = plain
    before = {file: file.stat().st_mtime_ns for file in path.rglob("*")}
    with pytest.raises(StorageError, match=f"export '{path}': it exists"):
        saved_model.export(gan, card, path)
    assert {file: file.stat().st_mtime_ns for file in path.rglob("*")} == before


def test_a_version_appears_whole_by_one_rename(plain, tmp_path, monkeypatch):
    gan, card, _ = plain
    seen = []
    rename = Path.rename

    def look(source, target):
        seen.append([path.name for path in source.parent.iterdir()])
        assert (source / "saved_model.pb").exists()
        assert json.loads((source / "assets.extra" / "vgan.json").read_text())["fps"] == 12.5
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", look)
    saved_model.export(gan, card, tmp_path / "2")
    (names,) = seen
    assert not any(map(str.isdecimal, names))  # Servers load any folder named by a number.
    assert [path.name for path in tmp_path.iterdir()] == ["2"]


def test_a_failed_export_leaves_nothing(plain, tmp_path, monkeypatch):
    gan, card, _ = plain

    def fail(about):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(saved_model.json, "dumps", fail)
    with pytest.raises(OSError, match="No space left"):
        saved_model.export(gan, card, tmp_path / "export" / "2")
    assert list((tmp_path / "export").iterdir()) == []


def test_the_newest_version_is_loaded(conditional, tmp_path):
    for version in ("4", "10"):
        shutil.copytree(conditional, tmp_path / version)
    (tmp_path / "incomplete-11-1").mkdir()
    (tmp_path / "12").mkdir()  # Not one of ours.
    assert saved_model.is_export(tmp_path)
    assert saved_model.newest_version(tmp_path) == tmp_path / "10"
    assert saved_model.newest_version(tmp_path / "4") == tmp_path / "4"


def test_what_is_not_an_export(tiny_run, tmp_path):
    assert not saved_model.is_export(tiny_run)
    assert not saved_model.is_export(tmp_path / "missing")
    with pytest.raises(CheckpointError, match="it is not one of vgan"):
        saved_model.load(tmp_path)


@pytest.mark.parametrize(
    ("file", "kept", "text"),
    [
        ("assets.extra/vgan.json", 20, "damaged .*Make it again with python -m vgan.export"),
        ("variables/variables.data-00000-of-00001", 100, "damaged .*Make it again"),
        ("variables/variables.index", 0, "damaged .*Make it again"),
        ("saved_model.pb", 1000, "damaged .*Make it again"),
        ("saved_model.pb", 0, "damaged .*Make it again"),
    ],
)
def test_a_damaged_export_is_told(conditional, tmp_path, file, kept, text):
    path = shutil.copytree(conditional, tmp_path / "1")
    (path / file).write_bytes((path / file).read_bytes()[:kept])
    with pytest.raises(CheckpointError, match=text):
        saved_model.load(path)
