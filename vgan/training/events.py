"""TensorBoard's event files: clips that play in the images dashboard, and taking steps back."""

from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
from tensorboard.plugins.image import metadata as image_metadata

from vgan.core.errors import StorageError
from vgan.core.files import replacing
from vgan.media.clips import gif_bytes


def video_summary(tag, video, fps, step, zoom=1):
    """Writes a clip to the current default summary writer, as a GIF that plays in TensorBoard.

    Args:
      tag: name under which the images dashboard shows it.
      video: uint8 `[T, H, W, 3]`.
      fps: frames per second.
      step: training step.
      zoom: whole factor by which every pixel is enlarged.
    """
    height, width = (zoom * side for side in np.shape(video)[1:3])

    def encode():
        return tf.stack([str(width), str(height), gif_bytes(video, fps, zoom)])

    metadata = image_metadata.create_summary_metadata(
        display_name=None, description=f"{len(video)} frames at {fps:g} per second"
    )
    tf.summary.write(tag, encode, step=step, metadata=metadata)


def drop_after(folder, step):
    """Removes what a killed run logged beyond its last checkpoint, lest steps appear twice.

    Call it before the resumed run opens its writer. A record cut short by the kill ends its file.
    Files that lose nothing are left untouched; the others keep their names, since TensorBoard
    reads in that order. A TensorBoard that is running may show the old events until restarted.

    Args:
      folder: one run's event files; folders within are not visited.
      step: the last training step to keep.
    Returns:
      How many events were removed.
    Raises:
      StorageError: a file can't be rewritten.
    """
    return sum(_cut(path, step) for path in sorted(Path(folder).glob("events.out.tfevents.*")))


def _cut(path, step):
    try:
        removed = sum(not stays for _, stays in _judged(path, step))
        if removed:
            with replacing(path) as temporary, tf.io.TFRecordWriter(str(temporary)) as writer:
                for record, stays in _judged(path, step):
                    if stays:
                        writer.write(record)
    except tf.errors.OpError as error:
        raise StorageError(
            f"event file {str(path)!r}: {error}. Check its folder's permissions and the free space"
        ) from error
    return removed


def _judged(path, step):
    """The records of a file, and whether each stays."""
    for record in RawEventFileLoader(str(path)).Load():
        event = tf.compat.v1.Event.FromString(record)
        yield record, event.step <= step or event.HasField("file_version")
