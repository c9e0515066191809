"""Damage to checkpoints, and the way back."""

import logging
import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf

from vgan.core.errors import CheckpointError
from vgan.runs.checkpoints import Checkpoints, saved_steps

DATA, INDEX = "data-00000-of-00001", "index"


class Model(tf.Module):
    """A little of each kind of state."""

    def __init__(self, width=4, more=False):
        super().__init__()
        self.network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(width)])
        self.optimizer = keras.optimizers.Adam()
        self.optimizer.build(self.network.trainable_variables)
        self.step = tf.Variable(0, name="step")
        if more:
            self.quantile = tf.Variable(0.0, name="quantile")


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    """Checkpoints 0, 2 and 4; each holds its number."""
    folder = tmp_path_factory.mktemp("checkpoints")
    model = Model()
    for step in (0, 2, 4):
        model.step.assign(step)
        Checkpoints(folder, model, keep=3).save(step)
    return folder


@pytest.fixture
def folder(pristine, tmp_path):
    """A copy to damage."""
    return shutil.copytree(pristine, tmp_path / "checkpoints")


def restored(folder, keep=3):
    """The step that `restore` says and the one that the model holds, and the Checkpoints."""
    model = Model()
    model.step.assign(-1)
    checkpoints = Checkpoints(folder, model, keep)
    return checkpoints.restore(), int(model.step), checkpoints


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path):
    path.write_bytes(b"")


def zero(path):
    path.write_bytes(bytes(path.stat().st_size))


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def remove(path):
    path.unlink()


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("end", [DATA, INDEX])
@pytest.mark.parametrize("damage", [cut, empty, zero, flip, remove])
def test_falls_back_to_the_next_older(folder, damage, end, caplog):
    damage(folder / f"ckpt-4.{end}")
    assert restored(folder)[:2] == (2, 2)
    (warning,) = caplog.messages
    assert str(folder / "ckpt-4") in warning
    damage(folder / f"ckpt-2.{end}")
    assert restored(folder)[:2] == (0, 0)


def test_every_flipped_byte_is_noticed(folder, caplog):
    path = folder / f"ckpt-4.{DATA}"
    data = path.read_bytes()
    for position in range(0, len(data), 41):
        path.write_bytes(data[:position] + bytes([data[position] ^ 16]) + data[position + 1 :])
        assert restored(folder)[:2] == (2, 2), position


@pytest.mark.parametrize("end", [DATA, INDEX])
@pytest.mark.parametrize("damage", [cut, zero, flip, remove])
def test_all_bad_is_an_error_that_deletes_nothing(folder, damage, end):
    for step in (0, 2, 4):
        damage(folder / f"ckpt-{step}.{end}")
    before = names(folder)
    with pytest.raises(CheckpointError, match="none can be read. Nothing was deleted") as caught:
        restored(folder)
    assert str(folder) in str(caught.value)
    assert names(folder) == before


def test_the_next_save_sweeps_what_is_damaged_or_half_written(folder):
    flip(folder / f"ckpt-4.{DATA}")
    shutil.copy(folder / f"ckpt-2.{DATA}", folder / f"ckpt-1.{DATA}")  # Its index is missing.
    (folder / "ckpt-6_temp").mkdir()
    (folder / "ckpt-6_temp" / "part-00000-of-00001.index").touch()
    step, _, checkpoints = restored(folder, keep=2)
    assert step == 2
    assert "ckpt-4.index" in names(folder)
    checkpoints.save(3)
    assert names(folder) == [f"ckpt-{step}.{end}" for step in (2, 3) for end in (DATA, INDEX)]


def test_the_last_ones_are_kept(tmp_path):
    checkpoints = Checkpoints(tmp_path, Model(), keep=2)
    for step in (0, 8, 9, 10, 11):  # As text, 9 would be the newest.
        checkpoints.save(step)
    assert saved_steps(tmp_path) == [11, 10]
    assert len(names(tmp_path)) == 4


def test_a_pointer_file_does_not_matter(folder):
    assert "checkpoint" not in names(folder)
    (folder / "checkpoint").write_text('model_checkpoint_path: "ckpt-0"\n')
    assert restored(folder)[:2] == (4, 4)


def test_an_empty_folder_is_a_fresh_start(tmp_path):
    assert restored(tmp_path)[:2] == (0, -1)
    assert restored(tmp_path / "missing")[:2] == (0, -1)


@pytest.mark.parametrize("left", ["ckpt-0_temp/part-00000-of-00001.index", f"ckpt-0.{DATA}"])
def test_a_killed_first_save_is_a_fresh_start(tmp_path, left):
    (tmp_path / left).parent.mkdir(exist_ok=True)
    (tmp_path / left).write_bytes(b"half")
    step, held, checkpoints = restored(tmp_path)
    assert (step, held) == (0, -1)
    assert saved_steps(tmp_path) == []
    checkpoints.save(0)
    assert names(tmp_path) == [f"ckpt-0.{DATA}", "ckpt-0.index"]


def test_only_leftovers_of_a_later_save_are_not(tmp_path):
    (tmp_path / "ckpt-6_temp").mkdir()
    with pytest.raises(CheckpointError, match="none can be read"):
        restored(tmp_path)


def test_another_shape_names_the_variable_and_both_shapes(folder):
    with pytest.raises(CheckpointError, match="it is of another model") as caught:
        Checkpoints(folder, Model(width=5), keep=3).restore()
    text = str(caught.value)
    assert str(folder / "ckpt-4") in text
    assert "kernel" in text
    assert "(3, 4)" in text
    assert "(3, 5)" in text


def test_a_variable_that_the_checkpoint_lacks_is_named(folder):
    with pytest.raises(CheckpointError, match="it is of another model.*quantile"):
        Checkpoints(folder, Model(more=True), keep=3).restore()


def test_what_was_not_read_is_not_listed_after_the_error(folder):
    with pytest.raises(CheckpointError):
        Checkpoints(folder, Model(width=5), keep=3).restore()
    listed = "Value in checkpoint could not be found in the restored object: %s"
    for text, is_told in ((listed, False), ("Out of memory", True)):
        record = logging.LogRecord("tensorflow", logging.WARNING, "", 0, text, (), None)
        assert bool(tf.get_logger().filter(record)) == is_told


def test_all_that_was_saved_comes_back(tmp_path):
    model = Model()
    for variable in (*model.network.variables, *model.optimizer.variables):
        variable.assign(np.ones(variable.shape) * 7)
    Checkpoints(tmp_path, model, keep=2).save(1)
    again = Model()
    assert Checkpoints(tmp_path, again, keep=2).restore() == 1
    for variable in (*again.network.variables, *again.optimizer.variables):
        np.testing.assert_array_equal(variable, np.ones(variable.shape) * 7)
