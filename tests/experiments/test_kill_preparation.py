"""What is looked at while a preparation is killed."""

import kill_preparation
import numpy as np


def test_only_a_whole_folder_is_whole(tmp_path, prepare):
    (tmp_path / "raw").mkdir()
    for number in range(3):
        np.save(tmp_path / "raw" / f"{number}.npy", np.full([4, 8, 8], 40 * number, np.uint8))
    one, other = tmp_path / "one", tmp_path / "other"
    for output in (one, other):
        prepare(tmp_path / "raw", output, (8, 8))
    assert kill_preparation.is_whole(one) and kill_preparation.same(one, other)
    shard = other / "frames-00000.tfrecord"
    shard.write_bytes(shard.read_bytes()[:-1])
    assert not kill_preparation.is_whole(other) and not kill_preparation.same(one, other)
    shard.unlink()
    assert not kill_preparation.is_whole(other) and not kill_preparation.same(one, other)
    (one / "manifest.json").unlink()
    assert not kill_preparation.is_whole(one)
