"""What is to be known of a model to use its clips."""

import typing

from vgan.core.clip import ClipSpec
from vgan.tasks.task import Task


class Card(typing.NamedTuple):
    """What a model makes.

    Attributes:
      clip: ClipSpec of its videos.
      fps: frames a second they are meant to be shown at.
      labels: names of the classes, empty where there are none.
      task: Task it was trained on.
      model: --model of its run, such as "gan"; empty where that isn't known.
      data: fingerprint of what it was trained on; empty where that isn't known.
    """

    clip: ClipSpec
    fps: float
    labels: tuple
    task: Task
    model: str = ""
    data: str = ""
