"""What a run shows in TensorBoard."""

import tensorflow as tf

from vgan.media.clips import grid
from vgan.training import events


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
            events.video_summary(name, grid(videos), self._fps, step, zoom)

    def flush(self):
        """Puts all that was logged on disk."""
        self._writer.flush()
