"""Trained models: from the workdir of a run, at one of its checkpoints or several, or an export."""

import dataclasses
import functools
import math
import typing

import numpy as np
import tensorflow as tf

from vgan.core.errors import CheckpointError, UsageError
from vgan.data import unpaired
from vgan.models.ensemble import Ensemble
from vgan.networks.layers import SpectralNorm
from vgan.runs import building, checkpoint_choice, codecs
from vgan.runs.checkpoints import Checkpoints, SweptError, good_steps, newest_good, saved_steps
from vgan.runs.config import ExperimentConfig
from vgan.runs.plan import Plan
from vgan.runs.workdir import Workdir
from vgan.sampling.card import Card
from vgan.sampling.model import live
from vgan.serving import saved_model

_TRIES = 3


class Restored(typing.NamedTuple):
    """A trained model, the configuration it was trained with, its card, and how far it came."""

    model: tf.Module
    config: ExperimentConfig
    card: Card
    step: int

    @property
    def ratio(self):
        """How many numbers of a clip become one latent of a compressor; None of other models."""
        if Plan.of(self.config).family.codec is None:
            return None
        return math.prod(self.card.clip.shape) / math.prod(self.model.latent_shape)

    def sampling_model(self):
        """The sampling.model.Model that draws from it."""
        return live(self.model, self.card)


def load(path, checkpoint="last", frames=None, trust_code=False, sampler=None, back=False):
    """The sampling.model.Model of a workdir or an export.

    Args:
      path: the folder.
      checkpoint, frames, trust_code, sampler, back: as in `restore`; an export has one checkpoint,
        length, sampler and direction.
    Raises:
      CheckpointError: the folder is neither, or holds no checkpoint.
      UsageError: as `restore`.
    """
    if saved_model.is_export(path):
        check_asked_of_export(checkpoint, sampler, back)
        model = saved_model.load(path, trust_code)
        if frames not in (None, model.clip.frames):
            raise UsageError(
                f"--frames={frames}: an export makes clips of one length, this one of "
                f"{model.clip.frames} frames. Give the folder of the training run as --workdir"
            )
        return model
    run = restore(path, checkpoint, frames, trust_code, sampler=sampler, back=back)
    return run.sampling_model()


def check_asked_of_export(checkpoint, sampler, back):
    """Raises UsageError for what only a run can do; arguments as of `load`."""
    if checkpoint != "last":
        raise UsageError(f"checkpoint {checkpoint!r}: chooses one of a run, an export has one")
    if sampler is not None:
        raise UsageError(f"--sampler={sampler}: an export draws as it was told when it was made")
    if back:
        raise UsageError("--back: an export goes one way. Export the run with --back")


def restore(
    path, checkpoint="last", frames=None, trust_code=False, whole=False, sampler=None, back=False
):
    """The model of a workdir, or what draws its clips alone.

    Args:
      path: the folder.
      checkpoint: "last", the newest good one; "best", the one with the best score;
        "average(last=N)", the mean of the averaged weights of the last N;
        "ensemble(last=N)", the last N, each of which makes some of the videos.
      frames: of the clips, None for as many as it was trained on.
      trust_code: import what the folder names by a dotted path, parts of the user's own.
      whole: build all that training has, such as critics and losses, which may need files.
      sampler: draw by this --sampler, None for the run's own.
      back: of a translation, the way back; its data are the other way round.
    Returns:
      Restored.
    Raises:
      CheckpointError: the folder isn't a workdir, holds no or too few checkpoints, or is being
        trained in so fast that each is swept before it is read.
      UsageError: no such kind of checkpoint; a generator that can't make that many frames.
    """
    for _ in range(_TRIES):
        try:
            return _restore(path, checkpoint, frames, trust_code, whole, sampler, back)
        except SweptError as error:  # By training that goes on: there is a newer one.
            swept = error
    raise swept


def _restore(path, checkpoint, frames, trust_code, whole, sampler, back):
    workdir = Workdir(path)
    description = workdir.read_config(trust_code)
    if description is None or not saved_steps(workdir.checkpoints):
        raise CheckpointError(
            f"model {str(path)!r}: neither a workdir with a checkpoint nor an export. "
            "Give the folder of a training run (--workdir) or a SavedModel of vgan"
        )
    kind, number = checkpoint_choice.parse(checkpoint)
    folder = workdir.best if kind == "best" else workdir.checkpoints
    steps = saved_steps(folder)
    if not steps:
        raise CheckpointError(
            f"workdir {str(path)!r}: no best checkpoint, since it was trained without "
            "--eval_interval. Use --checkpoint=last"
        )
    how = {} if sampler is None else {"sampler": sampler}
    plan = Plan.of(ExperimentConfig(**description["config"] | how), trust_code)
    if how and "sampler" not in plan.family.flags:
        raise UsageError(f"--sampler={sampler}: --model={plan.config.model} has no use for it")
    labels = tuple(description["data"]["labels"]) if plan.config.conditional else ()
    good = newest_good(folder)
    # Scores are taken at the full size alone.
    newest = plan.stages[-1] if kind == "best" else plan.stage_at(good)
    config = newest.config
    if frames is not None:
        config = dataclasses.replace(config, frames=frames)
    config = codecs.kept(workdir, config)
    fps = description["data"]["fps"] * plan.config.frame_step / config.frame_step
    if number > 1:
        # Only those of the newest size can be mixed.
        steps = [step for step in good_steps(folder) if plan.stage_at(step) == newest]
        if len(steps) < number:
            raise CheckpointError(
                f"workdir {str(path)!r}: --checkpoint={checkpoint}, but it keeps {len(steps)} "
                "that fit. Take fewer, or train with a larger --keep_checkpoints"
            )
    chosen = [good] if number == 1 else steps[:number]
    alone = functools.partial(building.build_sampler, back=back)
    build = functools.partial(building.build if whole else alone, plan)
    trained_frames = newest.config.frames
    models = [_model(build, config, len(labels), folder, n, trained_frames) for n in chosen]
    if kind == "average":
        _take_means(models)
    model = Ensemble(models) if kind == "ensemble" else models[0]
    if back:
        config = dataclasses.replace(config, data=unpaired.swapped(config.data))
    data = description["data"].get("fingerprint", "")
    card = Card(config.clip, fps, labels, plan.task, str(plan.config.model), data)
    return Restored(model, config, card, chosen[0])


def codecs_of(run, path, trust_code=False):
    """The codecs.Codecs of a Restored compressor of a workdir; None of another model."""
    if run.ratio is None:
        return None
    return codecs.Codecs(path, building.build_codec, "workdir", trust_code, run.step)


def restore_one(path, checkpoint="last", trust_code=False, whole=False):
    """As `restore`, for what searches or walks through latents.

    Raises:
      UsageError: an export, several networks at once, or one that makes clips of given frames only.
    """
    if checkpoint_choice.parse(checkpoint).kind == "ensemble":
        raise UsageError(
            f"--checkpoint={checkpoint}: latents belong to one network. Use last, best or average"
        )
    if saved_model.is_export(path):
        raise UsageError(
            f"--workdir={path}: an export, which can't be searched. Give the folder of its run"
        )
    run = restore(path, checkpoint, None, trust_code, whole)
    if run.card.task.needs_given:
        raise UsageError(
            f"this model was trained with --task={run.config.task}: it makes no clips of latents "
            "alone. Give a run with --task=generation"
        )
    return run


def _model(build, config, num_labels, folder, step, trained_frames):
    try:
        model = build(config, num_labels)
        Checkpoints(folder, model, keep=2).restore(step)
    except (UsageError, CheckpointError) as error:
        if isinstance(error, SweptError) or config.frames == trained_frames or config.codec:
            raise
        build(dataclasses.replace(config, frames=trained_frames), num_labels)  # Or that's at fault.
        raise UsageError(
            f"--frames={config.frames}: this run's generator makes clips of {trained_frames} "
            "frames only. Drop the flag, or train --generator=layered, recurrent or "
            "two_stream(motion_waves=...), which make any number"
        ) from error
    return model


def _take_means(models):
    """Gives the networks that the first model samples by the means of those of all models."""
    for networks in zip(*(model.sampling_networks for model in models), strict=True):
        means = [
            np.mean([np.asarray(w, np.float64) for w in weights], 0)
            for weights in zip(*(network.get_weights() for network in networks), strict=True)
        ]
        networks[0].set_weights(means)
        for layer in networks[0].layers:
            if isinstance(layer, SpectralNorm):
                layer.after_step(steps=20)  # The mean of unit vectors is none.
