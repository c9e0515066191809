"""A run: trains an experiment in a workdir, stage by stage, from its newest checkpoint on."""

import dataclasses
import itertools
import platform

import keras
import numpy as np
import tensorflow as tf

from vgan import experiment, sampling, saved_model
from vgan.data import pipeline
from vgan.data.augment import Augment
from vgan.errors import CheckpointError, UsageError
from vgan.given import Task
from vgan.stages import grow, stage_of, stages_of
from vgan.training import loop, previews, watch
from vgan.training.checkpoints import Checkpoints, newest_good, saved_steps
from vgan.training.scoring import Scoring, check_best_score
from vgan.training.summaries import Summaries
from vgan.training.workdir import Workdir


def train(config, path):
    """Trains a configuration in a workdir, going on from its newest checkpoint.

    Args:
      config: config.ExperimentConfig.
      path: folder of the run.
    Raises:
      errors.VganError: of the kind that fits what is wrong.
    """
    stages = stages_of(config)
    windows = pipeline.open_windows(config.data, config.clip, config.frame_step, "train")
    num_labels = _num_labels(config, windows)
    evaluator = watch.evaluator(config, windows) if config.eval_interval else None
    if evaluator:
        check_best_score(config, evaluator)
    _check_growth(stages, num_labels)
    _check_task(stages, windows)
    Augment(config.augment, config.seed)  # Parts that don't exist are to be known at once.
    workdir = Workdir(path)
    stage = stage_of(config, newest_good(workdir.checkpoints))
    model = experiment.build(stage.config, num_labels)
    workdir.create()
    with workdir.locked():
        description = _describe(config, windows)
        _check_same_experiment(workdir, config, description)
        start = Checkpoints(workdir.checkpoints, model, config.keep_checkpoints).restore()
        if start == 0 and config.init_from:
            _take_networks(config.init_from, model)
        workdir.write_config(config.as_flags(), description)
        print(
            f"{'resuming' if start else 'training'} {path} from step {start} to {config.steps}: "
            f"{len(windows)} windows of {stage.config.clip}; tensorboard --logdir {path}",
            flush=True,
        )
        last = stages[-1]
        _train_stage(model, stage, start, num_labels, workdir, evaluator if stage == last else None)
        for larger in stages[stages.index(stage) + 1 :]:
            small, model = model, experiment.build(larger.config, num_labels)
            grow(small, model)
            print(f"step {larger.first}: growing to {larger.config.clip}", flush=True)
            scored_by = evaluator if larger == last else None
            _train_stage(model, larger, larger.first, num_labels, workdir, scored_by)
        version = workdir.export / str(max(start, config.steps))
        if not version.exists():
            labels = windows.labels if config.conditional else ()
            task = Task(config.task)
            saved_model.export(model, config.clip, windows.fps, labels, version, task)


def _train_stage(model, stage, start, num_labels, workdir, evaluator):
    """Trains one stage of a run from step `start` to its last."""
    config = dataclasses.replace(stage.config, steps=stage.last)
    windows = pipeline.open_windows(config.data, config.clip, config.frame_step, "train")
    checkpoints = Checkpoints(workdir.checkpoints, model, config.keep_checkpoints)
    if start == 0:
        checkpoints.save(0)
    summaries = Summaries(workdir.summaries, start, windows.fps)
    task = Task(config.task)
    names = windows.labels if num_labels else []
    fake = sampling.live(model, config.clip, windows.fps, names, task)
    real, labels = previews.real(windows, config.seed)
    samples = previews.Previews(fake, config.seed, workdir.samples, summaries, real, labels)
    routines = [(config.sample_interval, samples.show)]
    if evaluator is not None:
        score = Scoring(evaluator, fake, config, model, workdir, summaries)
        routines.append((config.eval_interval, score))
    if start == stage.first:
        samples.show_real(start)
    if start == 0:
        summaries.config(config.as_flags())
        for _, routine in routines:
            routine(start)
    data = pipeline.batches(
        windows,
        config.batch_size,
        config.seed,
        start * config.batch_size,
        config.augment,
        next((loss.part.estimate for loss in model.losses if hasattr(loss.part, "estimate")), None),
    )
    health = watch.health(config, windows, samples, model, task, real, labels)
    loop.train(model, task, data, config, start, checkpoints, summaries, health, routines)


def _check_growth(stages, num_labels):
    """Builds all sizes and grows through them: what doesn't fit is to be known at once."""
    if len(stages) > 1:
        models = [experiment.build(stage.config, num_labels) for stage in stages]
        for small, large in itertools.pairwise(models):
            grow(small, large)


def _check_task(stages, windows):
    """Shows the task a clip of each size: what doesn't fit is to be known at once."""
    channels = pipeline.joined(windows, 0)[0].shape[-1]
    for stage in stages:
        clip = tf.zeros([1, *stage.config.clip.shape[:3], channels])
        Task(stage.config.task)(clip, 0, tf.zeros([1], tf.int64))


def _num_labels(config, windows):
    if not config.conditional:
        return 0
    if len(windows.labels) < 2:
        raise UsageError(
            f"--conditional: {config.data!r} has {len(windows.labels)} labels. Put the videos of "
            "each class in a subfolder of its own and prepare them again, or drop the flag"
        )
    return len(windows.labels)


def _describe(config, windows):
    """What config.json says of a run."""
    versions = {"python": platform.python_version(), "tensorflow": tf.__version__}
    versions |= {"keras": keras.__version__, "numpy": np.__version__}
    data = {"fingerprint": windows.fingerprint, "fps": windows.fps}
    data |= {"labels": list(windows.labels), "windows": len(windows)}
    return {"config": vars(config), "versions": versions, "data": data}


def _check_same_experiment(workdir, config, description):
    before = workdir.read_config()
    if before is None:
        return
    fixed, harmless = config.changes(before["config"])
    if before["data"]["fingerprint"] != description["data"]["fingerprint"]:
        fixed.append(f"--data: {before['config']['data']} -> {config.data} (other contents)")
    if fixed:
        raise CheckpointError(
            f"workdir {str(workdir.path)!r}: it holds another experiment: {'; '.join(fixed)}. "
            "Use the flags it was started with, or give another --workdir"
        )
    for change in harmless:
        print(f"resuming with a changed flag: {change}", flush=True)


def _take_networks(path, model):
    """Copies the networks of another run's newest checkpoint; optimizers and step start anew."""
    folder = Workdir(path).checkpoints
    if not saved_steps(folder):
        raise CheckpointError(
            f"--init_from={str(path)!r}: no checkpoint in it. Give the workdir of a training run"
        )
    networks = tf.Module()
    networks.generator, networks.average = model.generator, model.average
    networks.critic_modules = model.critic_modules
    Checkpoints(folder, networks, keep=2).restore()
