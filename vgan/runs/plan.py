"""An experiment whose texts were read once."""

import dataclasses
import typing

from vgan.core import spec
from vgan.core.errors import UsageError
from vgan.models.parts import Family
from vgan.runs.config import ExperimentConfig
from vgan.runs.stages import stages_of
from vgan.sampling.card import Card
from vgan.tasks.task import Task


class Plan(typing.NamedTuple):
    """What a configuration describes.

    Attributes:
      config: runs.config.ExperimentConfig.
      family: models.parts.Family of its model.
      task: Task.
      stages: list of stages.Stage, one alone where it doesn't grow.
      trust_code: import what the folder of its codec names by a dotted path.
    """

    config: ExperimentConfig
    family: Family
    task: Task
    stages: list
    trust_code: bool = False

    @classmethod
    def of(cls, config, trust_code=False):
        """The Plan of a configuration; raises UsageError for what doesn't exist or go together."""
        family = spec.of_flag("model", config.model, "vgan.models.{}.family.family")
        for field in dataclasses.fields(config):
            value = getattr(config, field.name)
            for_some = field.metadata["family"] and field.name not in family.flags
            if for_some and value != field.default:
                raise UsageError(
                    f"--{field.name}={value}: --model={config.model} has no use for it. Drop it"
                )
        return cls(config, family, Task(config.task), stages_of(config), trust_code)

    def stage_at(self, done):
        """The stage in which the last of `done` steps was trained."""
        last = self.stages[-1]
        return next((stage for stage in self.stages if done <= stage.last), last)

    def card(self, fps, labels, data=""):
        """The Card of its clips at full size, of data with a frame rate, names of classes and a
        fingerprint.
        """
        model = str(self.config.model)
        return Card(self.config.clip, fps, tuple(labels), self.task, model, data)
