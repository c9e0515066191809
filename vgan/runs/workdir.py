"""The folder of a run: its lock, and what it says of the run."""

import dataclasses
import json
from pathlib import Path

from vgan.core import spec
from vgan.core.errors import CheckpointError, StorageError
from vgan.core.files import check_plain, locked, replace_text
from vgan.core.stored import positive, read_json, texts
from vgan.runs.config import CONFIG_FLAGS, ExperimentConfig


class Workdir:
    """The folder of a run, and the names of what it holds.

    Attributes:
      config_flags: the configuration as a flagfile.
      config_json: the same with versions and what the data were.
      checkpoints, best, summaries, samples, export, evaluation, directions: folders.
      codec: a copy of the run of its codec, where it has one.
      best_json: the step and score of the checkpoint in `best`.
    """

    def __init__(self, path):
        check_plain(path, "workdir")
        self.path = Path(path)
        self.config_flags = self.path / CONFIG_FLAGS
        self.config_json = self.path / "config.json"
        self.checkpoints = self.path / "checkpoints"
        self.best = self.path / "best"
        self.best_json = self.best / "best.json"
        self.summaries = self.path / "summaries"
        self.samples = self.path / "samples"
        self.export = self.path / "export"
        self.evaluation = self.path / "evaluation"
        self.directions = self.path / "directions"
        self.codec = self.path / "codec"

    def create(self):
        """Makes the folder; raises StorageError if something else is in its place."""
        if self.path.exists() and not self.path.is_dir():
            raise StorageError(
                f"workdir {str(self.path)!r}: it is a file. Give another --workdir or move it away"
            )
        for folder in (self.path, self.checkpoints, self.summaries, self.samples):
            folder.mkdir(parents=True, exist_ok=True)

    def locked(self):
        """A context that holds the folder; raises StorageError that names another holder."""
        doing = "is training in it. Stop that one, or give another --workdir"
        return locked(self.path / ".lock", f"workdir {str(self.path)!r}", doing)

    def read_config(self, trust_code=False):
        """The dict of config.json, or None for a folder without; raises CheckpointError.

        Its texts are spec.Foreign unless code that they name is trusted.
        """
        fields = {"config": dict, "data": {"fps": positive, "labels": texts}}
        remedy = "Restore it from a copy"
        try:
            found = read_json(self.config_json, fields, "config", CheckpointError, remedy)
        except (FileNotFoundError, NotADirectoryError):
            return None
        if found["config"].pop("flip", False):  # Older runs had this flag for it.
            found["config"]["augment"] = "flip"
        # Older ones named the critics of a GAN by default.
        older = "encoder" not in found["config"]
        if older and found["config"].get("discriminator") == "conv3d()":
            found["config"]["discriminator"] = ""
        known = {field.name for field in dataclasses.fields(ExperimentConfig)}
        if unknown := sorted(found["config"].keys() - known):
            raise CheckpointError(
                f"config {str(self.config_json)!r}: there is no flag {unknown[0]!r}. "
                "Use the vgan that wrote it, or remove the flag there"
            )
        return spec.foreign(found, trust_code)

    def write_config(self, flags_text, description):
        """Writes config.flags and config.json, each whole or not at all."""
        replace_text(self.config_flags, flags_text)
        replace_text(self.config_json, json.dumps(description, indent=2) + "\n")
