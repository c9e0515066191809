"""What reports read of a run."""

import tensorflow as tf

from vgan.reports import runs
from vgan.runs.workdir import Workdir


def test_curves_are_by_step_where_the_clock_was_set_back(tmp_path):
    workdir = Workdir(tmp_path)
    workdir.create()
    workdir.write_config("", {"config": {}, "data": {"fps": 8, "labels": []}})
    for sitting, steps in (("2", (1, 2, 3)), ("1", (4, 5))):
        folder = tmp_path / sitting
        writer = tf.summary.create_file_writer(str(folder))
        with writer.as_default():
            for step in steps:
                tf.summary.scalar("terms/generator/a", 10.0 * step, step=step)
        writer.close()
        (file,) = folder.iterdir()
        file.rename(workdir.summaries / f"events.out.tfevents.{sitting}")
    found = runs.read(tmp_path).curves["terms/generator/a"]
    assert found == ([1, 2, 3, 4, 5], [10.0, 20.0, 30.0, 40.0, 50.0])
