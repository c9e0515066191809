import pytest
import tensorflow as tf

from vgan.data import records

DATA = [b"", b"a", b"several bytes" * 100]


def test_bytes_are_those_of_tensorflow(tmp_path):
    path = str(tmp_path / "theirs.tfrecord")
    with tf.io.TFRecordWriter(path) as writer:
        for data in DATA:
            writer.write(data)
    with open(path, "rb") as file:
        assert file.read() == b"".join(records.pack(data) for data in DATA)


def test_tensorflow_reads_a_prepared_shard(tmp_path):
    import cv2
    import numpy as np

    from data_prep.writing import shards

    frames = np.random.default_rng(0).integers(0, 256, [5, 8, 8, 3], np.uint8)
    writer = shards.ShardWriter(str(tmp_path), "frames")
    assert writer.add(frames) == 5
    writer.close()
    dataset = tf.data.TFRecordDataset(str(tmp_path / writer.shards[0]["name"]))
    pngs = [record.numpy() for record in dataset]
    np.testing.assert_array_equal([tf.io.decode_png(png) for png in pngs], frames)
    assert cv2.imdecode(np.frombuffer(pngs[0], np.uint8), cv2.IMREAD_COLOR) is not None


def test_unpack_returns_what_was_packed():
    for data in DATA:
        assert records.unpack(records.pack(data)) == data


def test_every_flipped_byte_and_every_cut_is_noticed():
    record = records.pack(b"frame")
    for index in range(len(record)):
        damaged = bytearray(record)
        damaged[index] ^= 1
        with pytest.raises(ValueError, match="damaged|doesn't match"):
            records.unpack(bytes(damaged))
        with pytest.raises(ValueError, match="cut|damaged"):
            records.unpack(record[:index])
