"""What --devices names; TF_CONFIG's workers are in test_workers.py."""

import pytest
import tensorflow as tf

from vgan.core.errors import UsageError
from vgan.training import devices, replicas


@pytest.mark.parametrize(
    ("text", "batch_size", "told"),
    [
        ("cpu", 4, "can't be read. Give all, cpu:2, or gpu:0,1"),
        ("cpu:0", 4, "can't be read"),
        ("gpu:0,0", 4, "can't be read"),
        ("gpu:7", 4, "there is no gpu 7. There are 0"),
        ("cpu:64", 4, "there is no cpu .*before TensorFlow computes"),
    ],
)
def test_what_it_says_of_bad_input(text, batch_size, told):
    tf.constant(0.0)  # From here on no CPU can be divided.
    with pytest.raises(UsageError, match=f"--devices={text}: {told}"):
        devices.of_flag(text, batch_size)


def test_shares_must_be_equal(command, tiny, as_flags, tmp_path):
    flags = as_flags(tiny | {"batch_size": 6, "accumulate": 2, "devices": "cpu:2"})
    done = command("vgan.train", *flags, f"--workdir={tmp_path}/run")
    told = (
        "--batch_size=6 in --accumulate=2 parts can't be shared by 2 equally. Give a multiple of 4"
    )
    assert done.code == 1 and told in done.err
    assert not (tmp_path / "run").exists()


def test_one_device_is_nothing_new():
    assert devices.of_flag("", 4) is devices.of_flag("all", 4) is replicas.ONE
