import io
import os
import resource

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from vgan.core.errors import StorageError
from vgan.training import events


def write_scalars(folder, steps, suffix, scale=1.0):
    writer = tf.summary.create_file_writer(str(folder), filename_suffix=suffix)
    with writer.as_default():
        for step in steps:
            tf.summary.scalar("loss", scale * step, step=step)
    writer.close()
    # Names of one second are in the order of a counter's text, in which 10 comes before 9.
    return next(folder.glob(f"*{suffix}")).rename(folder / f"events.out.tfevents.1{suffix}")


def read(folder, tag):
    """The steps and values of a tag, as TensorBoard reads them."""
    accumulator = EventAccumulator(str(folder), size_guidance={"tensors": 0})
    accumulator.Reload()
    found = [(e.step, tf.make_ndarray(e.tensor_proto)) for e in accumulator.Tensors(tag)]
    return accumulator, [step for step, _ in found], [value for _, value in found]


def tear(path):
    with open(path, "r+b") as file:
        file.truncate(os.path.getsize(path) - 7)


def test_video_summary_is_a_moving_gif_in_the_images_dashboard(tmp_path):
    video = np.random.default_rng(0).integers(0, 256, (5, 6, 10, 3), np.uint8)
    writer = tf.summary.create_file_writer(str(tmp_path))
    with writer.as_default():
        events.video_summary("samples", video, fps=10, step=7)
    writer.close()
    accumulator, steps, (value,) = read(tmp_path, "samples")
    assert accumulator.SummaryMetadata("samples").plugin_data.plugin_name == "images"
    assert steps == [7]
    assert value[:2].tolist() == [b"10", b"6"]
    with Image.open(io.BytesIO(value[2])) as image:
        assert image.format == "GIF"
        assert image.size == (10, 6)
        assert image.n_frames == 5
        assert image.info["duration"] == 100


def test_video_summary_honours_record_if(tmp_path):
    video = np.zeros((2, 4, 4, 3), np.uint8)
    writer = tf.summary.create_file_writer(str(tmp_path))
    with writer.as_default(), tf.summary.record_if(False):
        events.video_summary("samples", video, fps=10, step=7)
    writer.close()
    accumulator = EventAccumulator(str(tmp_path)).Reload()
    assert accumulator.Tags()["tensors"] == []


def test_a_resumed_run_shows_each_step_once(tmp_path):
    torn = write_scalars(tmp_path, range(10), ".a")
    tear(torn)
    assert events.drop_after(tmp_path, 5) == 3
    write_scalars(tmp_path, range(6, 12), ".b", scale=10.0)
    _, steps, values = read(tmp_path, "loss")
    assert steps == list(range(12))
    assert values == [*range(6), *range(60, 120, 10)]


def test_only_files_that_lose_something_change(tmp_path):
    older = write_scalars(tmp_path, range(4), ".a")
    newer = write_scalars(tmp_path, range(4, 8), ".b")
    tear(older)
    before, names = older.read_bytes(), sorted(os.listdir(tmp_path))
    touched = older.stat().st_mtime_ns
    assert events.drop_after(tmp_path, 5) == 2
    assert older.read_bytes() == before
    assert older.stat().st_mtime_ns == touched
    assert sorted(os.listdir(tmp_path)) == names
    assert events.drop_after(tmp_path, 5) == 0
    first, *rest = tf.data.TFRecordDataset(str(newer)).as_numpy_iterator()
    assert tf.compat.v1.Event.FromString(first).file_version == "brain.Event:2"
    assert [tf.compat.v1.Event.FromString(record).step for record in rest] == [4, 5]


def test_everything_goes_but_the_version(tmp_path):
    path = write_scalars(tmp_path, range(3), ".a")
    assert events.drop_after(tmp_path, -1) == 3
    (record,) = tf.data.TFRecordDataset(str(path)).as_numpy_iterator()
    assert tf.compat.v1.Event.FromString(record).HasField("file_version")


def test_empty_files_and_folders(tmp_path):
    assert events.drop_after(tmp_path / "missing", 3) == 0
    (tmp_path / "events.out.tfevents.1.host").write_bytes(b"")
    assert events.drop_after(tmp_path, 3) == 0
    assert os.listdir(tmp_path) == ["events.out.tfevents.1.host"]


def test_full_disk_keeps_the_file_and_names_it(tmp_path):
    path = write_scalars(tmp_path, range(100), ".a")
    before = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2048, hard))
    try:
        with pytest.raises(StorageError, match=path.name):
            events.drop_after(tmp_path, 90)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == [path.name]
