"""What a run shows in TensorBoard."""

import numpy as np
import tensorflow as tf

from vgan import events, media, spec
from vgan.metrics import motion as motion_metrics

_STATISTICS_ESTIMATOR = "farneback()"


class Summaries:
    """Writes the dashboards of a run.

    Args:
      folder: of the event files.
      step: the step the run goes on from, 0 to begin; what was logged after it is dropped.
      fps: frames a second of the clips.
    """

    def __init__(self, folder, step, fps):
        events.drop_after(folder, step or -1)
        self._writer = tf.summary.create_file_writer(str(folder), flush_millis=10_000)
        self._fps = fps
        self._estimate = spec.build(spec.parse(_STATISTICS_ESTIMATOR), "vgan.motion.estimators.{}")

    def config(self, text):
        """Shows the configuration as text."""
        with self._writer.as_default(step=0):
            tf.summary.text("config", "".join(f"    {line}\n" for line in text.splitlines()))

    def scalars(self, step, values):
        """Logs a dict of numbers by name."""
        with self._writer.as_default(step=step):
            for name, value in values.items():
                tf.summary.scalar(name, value)

    def clips(self, step, name, videos):
        """Shows videos uint8 [N, T, H, W, 3] as a grid that plays."""
        with self._writer.as_default(step=step):
            zoom = max(1, 96 // videos.shape[2])
            events.video_summary(name, media.grid(videos), self._fps, step, zoom)

    def motion(self, step, fake, real):
        """Logs the motion statistics of made clips beside those of real ones."""
        measured = {
            kind: motion_metrics.statistics(videos, self._estimate)
            for kind, videos in (("fake", fake), ("real", real))
        }
        still = motion_metrics.near_static_limit(measured["real"]["magnitude"])
        values = {}
        for kind, found in measured.items():
            for name, per_clip in found.items():
                values[f"motion/{name}/{kind}"] = np.mean(per_clip)
            values[f"motion/near_static/{kind}"] = np.mean(found["magnitude"] < still)
        self.scalars(step, values)

    def flush(self):
        """Puts all that was logged on disk."""
        self._writer.flush()
