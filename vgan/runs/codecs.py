"""The codec of a run: a trained compressor, of which the run keeps a copy."""

import dataclasses
import shutil

from vgan.core.errors import CheckpointError, UsageError
from vgan.core.files import replacing_folder
from vgan.runs.checkpoints import Checkpoints, newest_good, saved_steps
from vgan.runs.config import ExperimentConfig
from vgan.runs.plan import Plan
from vgan.runs.workdir import Workdir


def opened(config, build):
    """The trained codec that --codec names, for clips of a configuration.

    Args:
      config: config.ExperimentConfig with a codec.
      build: (plan, config of the codec) -> codec, with fresh weights.
    Raises:
      CheckpointError: no run with a checkpoint there.
      UsageError: a run of another size, or of models that compress nothing.
    """
    workdir = Workdir(config.codec)
    description = workdir.read_config()
    if description is None or not saved_steps(workdir.checkpoints):
        raise CheckpointError(
            f"--codec={config.codec}: no run with a checkpoint. Give the workdir of one that was "
            "trained with --model=autoencoder"
        )
    plan = Plan.of(ExperimentConfig(**description["config"]))
    if plan.family.codec is None:
        raise UsageError(
            f"--codec={config.codec}: a run of --model={plan.config.model}, which compresses "
            "nothing. Give one of --model=autoencoder"
        )
    its, ours = plan.config.clip, config.clip
    if its.shape[1:] != ours.shape[1:]:
        raise UsageError(
            f"--codec={config.codec}: compresses clips of {its.height}x{its.width}, but --height="
            f"{ours.height} and --width={ours.width}. Give the same, or train another"
        )
    codec = build(plan, dataclasses.replace(plan.config, frames=ours.frames))
    Checkpoints(workdir.checkpoints, codec, keep=2).restore(newest_good(workdir.checkpoints))
    return codec


def keep(workdir, config):
    """Copies the codec's newest checkpoint into the folder of a run, unless it is there."""
    if not config.codec or workdir.codec.exists():
        return
    theirs = Workdir(config.codec)
    step = newest_good(theirs.checkpoints)
    with replacing_folder(workdir.codec) as folder:
        copy = Workdir(folder)
        copy.checkpoints.mkdir()
        shutil.copy(theirs.config_json, copy.config_json)
        for file in theirs.checkpoints.glob(f"ckpt-{step}.*"):
            shutil.copy(file, copy.checkpoints)


def kept(workdir, config):
    """The configuration with the copy that a run keeps of its codec, where it has one."""
    if not config.codec or not workdir.codec.exists():
        return config
    return dataclasses.replace(config, codec=str(workdir.codec))
