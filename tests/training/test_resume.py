"""A run that is killed and started again ends as one that never was."""

import collections
import signal

import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

KILL_IN_SAVE = """
import os, signal
from tensorflow.python.ops import gen_io_ops
merge, calls = gen_io_ops.merge_v2_checkpoints, []
def merge_or_die(*args, **kwargs):
    calls.append(1)
    if len(calls) == {number}:
        os.kill(os.getpid(), signal.SIGKILL)
    return merge(*args, **kwargs)
gen_io_ops.merge_v2_checkpoints = merge_or_die
"""


def tensors(path):
    reader = tf.train.load_checkpoint(str(path))
    names = reader.get_variable_to_shape_map()
    return {name: reader.get_tensor(name) for name in names if not name.startswith("_CHECK")}


def events(folder):
    """{(tag, step): values} of all event files of a folder."""
    found = collections.defaultdict(list)
    for path in sorted(folder.glob("events.out.tfevents.*")):
        for event in EventFileLoader(str(path)).Load():
            for value in event.summary.value:
                found[value.tag, event.step].append(tf.make_ndarray(value.tensor).tolist())
    return found


@pytest.fixture(scope="module")
def killed(command, full, as_flags, tmp_path_factory):
    """The workdir of a run killed in its first save, and in another one, then finished."""
    workdir = tmp_path_factory.mktemp("killed") / "run"
    checkpoints = workdir / "checkpoints"
    again = ["vgan.train", *as_flags(full), f"--workdir={workdir}"]
    first = command(*again, before=KILL_IN_SAVE.format(number=1))
    assert first.code == -signal.SIGKILL
    assert [path.name for path in checkpoints.iterdir()] == ["ckpt-0_temp"]
    # Its sixth step is done and logged, but not kept.
    second = command(*again, before=KILL_IN_SAVE.format(number=7))
    assert second.code == -signal.SIGKILL
    assert f"training {workdir} from step 0 to 7" in second.out
    assert {path.stem for path in checkpoints.iterdir()} == {"ckpt-4", "ckpt-5", "ckpt-6_temp"}
    assert ("terms/generator/conv3d", 6) in events(workdir / "summaries")
    last = command("vgan.train", f"--flagfile={workdir}/config.flags")
    assert last.code == 0, last.err
    assert f"resuming {workdir} from step 5 to 7" in last.out
    return workdir


def test_the_final_state_is_that_of_a_run_never_killed(killed, full_run):
    expected = tensors(full_run[0] / "checkpoints" / "ckpt-7")
    found = tensors(killed / "checkpoints" / "ckpt-7")
    for part in ("generator/", "average/", "optimizer", "critic_modules", "ratio_high", "/u/"):
        assert any(part in name for name in expected), part
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert np.asarray(found[name]).tobytes() == np.asarray(value).tobytes(), name


def test_the_state_moved(full_run):
    """Or else the test above would prove little."""
    before = tensors(full_run[0] / "checkpoints" / "ckpt-6")
    after = tensors(full_run[0] / "checkpoints" / "ckpt-7")
    constant = [name for name in after if np.array_equal(before[name], after[name])]
    # The right singular vector of a kernel of one column can only be 1.
    assert all("learning_rate" in name or after[name].shape == (1,) for name in constant)


def test_leftovers_are_swept_and_two_are_kept(killed):
    names = sorted(path.name for path in (killed / "checkpoints").iterdir())
    ends = ("data-00000-of-00001", "index")
    assert names == [f"ckpt-{step}.{end}" for step in (6, 7) for end in ends]


def test_no_step_is_logged_twice(killed, full_run):
    found, expected = events(killed / "summaries"), events(full_run[0] / "summaries")
    assert found.keys() == expected.keys()
    for (tag, step), values in expected.items():
        assert len(found[tag, step]) == 1, (tag, step)
        if not tag.startswith(("speed/", "cost/")):
            assert found[tag, step] == values, (tag, step)


def test_samples_and_export_are_made_once(killed, full_run):
    for folder in ("samples", "export"):
        names = [sorted(p.name for p in (run / folder).iterdir()) for run in (killed, full_run[0])]
        assert names[0] == names[1]
    assert (killed / "export" / "7" / "saved_model.pb").exists()


SETTLED = """
import tensorflow as tf
from vgan.training import run
from tensorflow.python.framework.config import is_op_determinism_enabled

def tell(config, path, trust_code):
    print("one at a time", tf.config.threading.get_inter_op_parallelism_threads() == 1)
    print("kernels", is_op_determinism_enabled())
    print("no Grappler", tf.config.optimizer.get_experimental_options()["disable_meta_optimizer"])

run.train = tell
"""


def test_training_on_a_cpu_settles_what_chance_could(command, tmp_path):
    done = command("vgan.train", f"--workdir={tmp_path}/run", before=SETTLED)
    assert done.code == 0, done.err
    assert done.out.splitlines() == ["one at a time True", "kernels True", "no Grappler True"]
