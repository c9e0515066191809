"""Several devices, which are logical ones of this CPU, beside one."""

import json
import shutil

import numpy as np
import pytest
import tensorflow as tf

from vgan.training import replicas

CASES = "state", "batch_norm", "minibatch_std"


@pytest.fixture(scope="module")
def found(command):
    """How far steps on two devices are from those on one, by case."""
    done = command("tests.training.two_devices", *CASES)
    assert done.code == 0, done.err
    lines = [json.loads(line) for line in done.out.splitlines() if line.startswith("{")]
    return {line.pop("case"): line for line in lines}


@pytest.mark.parametrize("case", CASES)
def test_two_devices_take_the_steps_of_one(found, case):
    """With what mixes clips: batch norm is of all of them."""
    assert found[case]["moved"] > 1e-4
    assert found[case]["far"] < 1e-6
    assert found[case]["unlike"] == 0, "the devices have the same to the bit"


def test_a_run_goes_on_on_another_number_of_devices(command, tiny, tiny_run, as_flags, tmp_path):
    """With the same clips: the last weights are near those of the undisturbed run."""
    for steps, on in ((1, ""), (3, "cpu:2"), (4, "")):
        flags = tiny | {"steps": steps, "devices": on}
        done = command("vgan.train", *as_flags(flags), f"--workdir={tmp_path}/run")
        assert done.code == 0, done.err
    readers = [
        tf.train.load_checkpoint(str(run / "checkpoints" / "ckpt-4"))
        for run in (tmp_path / "run", tiny_run)
    ]
    shapes = [reader.get_variable_to_shape_map() for reader in readers]
    names = [name for name in shapes[0] if "VARIABLE_VALUE" in name]
    assert shapes[0].keys() == shapes[1].keys() and len(names) > 20
    for name in names:
        one, other = (np.asarray(reader.get_tensor(name)) for reader in readers)
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-5, err_msg=name)
    shutil.rmtree(tmp_path / "run")


def test_batches_are_fetched_ahead(monkeypatch):
    data = tf.data.Dataset.range(3)
    assert replicas.ONE.ahead(data) is data
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: [CPU])
    assert [int(of) for of in replicas.ONE.ahead(data)] == [0, 1, 2]


CPU = tf.config.LogicalDevice("/device:CPU:0", "CPU")  # In a GPU's place.
