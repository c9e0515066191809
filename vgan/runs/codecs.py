"""The codec of a run: a trained compressor, of which the run keeps a copy."""

import dataclasses
import shutil

import numpy as np

from vgan.core.errors import CheckpointError, UsageError
from vgan.core.files import replacing_folder
from vgan.runs.checkpoints import Checkpoints, newest_good, saved_steps
from vgan.runs.config import ExperimentConfig
from vgan.runs.plan import Plan
from vgan.runs.workdir import Workdir


class Codecs:
    """The trained codec of a compressor's run.

    Args:
      path: folder of the run.
      build: (plan, config of the codec) -> codec, with fresh weights.
      flag: that named it, for errors.
      trust_code: as of trained.restore.
      step: of its checkpoint, None for the newest good one.
    Attributes:
      clip: ClipSpec of the clips that it was trained on.
    Raises:
      CheckpointError: no run with a checkpoint there.
      UsageError: a run of models that compress nothing.
    """

    def __init__(self, path, build, flag="codec", trust_code=False, step=None):
        self._workdir, self._build = Workdir(path), build
        description = self._workdir.read_config(trust_code)
        if description is None or not saved_steps(self._workdir.checkpoints):
            raise CheckpointError(
                f"--{flag}={path}: no run with a checkpoint. Give the workdir of one that was "
                "trained with --model=autoencoder"
            )
        self._step = newest_good(self._workdir.checkpoints) if step is None else step
        self._plan = Plan.of(ExperimentConfig(**description["config"]))
        self.clip = self._plan.config.clip
        if self._plan.family.codec is None:
            raise UsageError(
                f"--{flag}={path}: a run of --model={self._plan.config.model}, which compresses "
                "nothing. Give one of --model=autoencoder"
            )

    def of_size(self, clip):
        """The codec, for clips of any size that its networks can have."""
        sides = {"frames": clip.frames, "height": clip.height, "width": clip.width}
        codec = self._build(self._plan, dataclasses.replace(self._plan.config, **sides))
        Checkpoints(self._workdir.checkpoints, codec, keep=2).restore(self._step)
        return codec


def opened(config, build, trust_code=False):
    """The trained codec that --codec names, for clips of a configuration.

    Args:
      config: config.ExperimentConfig with a codec.
      build, trust_code: as of Codecs.
    Raises:
      CheckpointError, UsageError: as Codecs, or it was trained on clips of another size.
    """
    codecs = Codecs(config.codec, build, trust_code=trust_code)
    its, ours = codecs.clip, config.clip
    if its.shape[1:] != ours.shape[1:]:
        raise UsageError(
            f"--codec={config.codec}: compresses clips of {its.height}x{its.width}, but --height="
            f"{ours.height} and --width={ours.width}. Give the same, or train another"
        )
    return codecs.of_size(ours)


def check_same(plan, model, build):
    """Raises UsageError where a run is to begin with networks that learnt on other latents.

    Args:
      plan: plan.Plan with --init_from; model: the one of it; build: as of Codecs.
    """
    config = plan.config
    theirs = Workdir(config.init_from).codec
    if not config.codec or not theirs.exists():
        return
    other = opened(dataclasses.replace(config, codec=str(theirs)), build, plan.trust_code)
    both = [
        [weight for network in codec.sampling_networks for weight in network.get_weights()]
        for codec in (model.codec, other)
    ]
    if len(both[0]) != len(both[1]) or not all(map(np.array_equal, *both)):
        raise UsageError(
            f"--init_from={config.init_from}: learnt on the latents of another codec, or of "
            f"another step of it, than --codec={config.codec}. Give --codec={theirs}"
        )


def keep(workdir, config):
    """Copies the codec's newest checkpoint into the folder of a run, unless it is there."""
    if not config.codec or workdir.codec.exists() and workdir.config_json.exists():
        return
    theirs = Workdir(config.codec)
    step = newest_good(theirs.checkpoints)
    with replacing_folder(workdir.codec) as folder:
        copy = Workdir(folder)
        copy.checkpoints.mkdir()
        shutil.copy(theirs.config_json, copy.config_json)
        for file in theirs.checkpoints.glob(f"ckpt-{step}.*"):
            shutil.copy(file, copy.checkpoints)
        if step not in saved_steps(copy.checkpoints):
            raise CheckpointError(
                f"--codec={config.codec}: its checkpoint was swept while it was read. Try again"
            )


def kept(workdir, config):
    """The configuration with the copy that a run keeps of its codec, where it has one."""
    if not config.codec or not (workdir.codec.exists() and workdir.config_json.exists()):
        return config
    return dataclasses.replace(config, codec=str(workdir.codec))
