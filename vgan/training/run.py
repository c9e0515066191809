"""A run: trains an experiment in a workdir, stage by stage, from its newest checkpoint on."""

import contextlib
import dataclasses
import platform

import keras
import numpy as np
import tensorflow as tf

from vgan.core.errors import CheckpointError, naming
from vgan.data import pipeline
from vgan.data.augment import Augment
from vgan.data.opening import open_windows
from vgan.runs import building, codecs
from vgan.runs.checkpoints import Checkpoints, newest_good, saved_steps
from vgan.runs.plan import Plan
from vgan.runs.workdir import Workdir
from vgan.sampling.card import Card
from vgan.sampling.model import live
from vgan.serving import saved_model
from vgan.training import accumulation, checks, devices, loop, memory, monitors, previews
from vgan.training.progress import announced
from vgan.training.scoring import Scoring, check_best_score
from vgan.training.summaries import Summaries


def train(config, path, trust_code=False):
    """Trains a configuration in a workdir, going on from its newest checkpoint.

    Args:
      config: config.ExperimentConfig.
      path: folder of the run.
      trust_code: import what the folder of its codec names by a dotted path.
    Raises:
      errors.VganError: of the kind that fits what is wrong.
    """
    checks.jit(config)
    on = devices.of_flag(config.devices, config.batch_size, config.accumulate)
    with on.awaited():
        _train(config, path, trust_code, on)


def _train(config, path, trust_code, on):
    plan = Plan.of(config, trust_code)
    windows = open_windows(config.data, config.clip, config.frame_step, "train")
    num_labels = checks.labels(config, windows)
    evaluator = monitors.evaluator(config, windows) if config.eval_interval else None
    if evaluator:
        check_best_score(plan, evaluator)
    checks.growth(plan, num_labels)
    checks.task(plan, windows)
    Augment(config.augment, config.seed)  # Parts that don't exist are to be known at once.
    workdir = Workdir(path)
    checks.alike(on, config, path, windows)
    # What can't be built is to be known before a folder is made.
    with announced(f"building networks of {plan.stages[0].config.clip}"):
        first = codecs.kept(workdir, plan.stages[0].config)
        with on.scope():
            model = building.build(plan, first, num_labels)
    accumulation.check(model, config.accumulate, config.jit)
    if len(plan.stages) == 1:
        _check_memory(model, plan, windows, config, on)
    writes = on.worker == 0
    if writes:
        workdir.create()
    with workdir.locked() if writes else contextlib.nullcontext():
        stage = plan.stage_at(newest_good(workdir.checkpoints))
        if stage != plan.stages[0]:
            with on.scope():
                model = building.build(plan, stage.config, num_labels)
        description = _describe(config, windows)
        checks.same_experiment(workdir, config, description)
        if writes:
            codecs.keep(workdir, config)
        start = Checkpoints(workdir.checkpoints, model, config.keep_checkpoints).restore()
        if start == 0 and config.init_from:
            codecs.check_same(plan, model, building.build_codec)
            _take_networks(config.init_from, model)
        if writes:
            workdir.write_config(config.as_flags(), description)
        print(
            f"{'resuming' if start else 'training'} {path} from step {start} to {config.steps}: "
            f"{len(windows)} windows of {stage.config.clip}; tensorboard --logdir {path}",
            flush=True,
        )
        last = plan.stages[-1]
        scored_by = evaluator if stage == last else None
        _train_stage(plan, model, stage, start, num_labels, workdir, scored_by, on)
        for larger in plan.stages[plan.stages.index(stage) + 1 :]:
            small = model
            with on.scope():
                model = building.build(plan, larger.config, num_labels)
            model.grow_from(small)
            print(f"step {larger.first}: growing to {larger.config.clip}", flush=True)
            scored_by = evaluator if larger == last else None
            _train_stage(plan, model, larger, larger.first, num_labels, workdir, scored_by, on)
        version = workdir.export / str(max(start, config.steps))
        if writes and not version.exists():
            labels = windows.labels if config.conditional else ()
            with announced(f"exporting to {version}"):
                card = plan.card(windows.fps, labels, windows.fingerprint)
                saved_model.export(model, card, version)
        on.told(config.steps)  # TensorFlow takes a worker that ends before others for lost.


def _check_memory(model, plan, windows, config, on):
    with memory.enough(config, on):
        memory.check(model, plan.task, windows, config, on)


def _train_stage(plan, model, stage, start, num_labels, workdir, evaluator, on):
    """Trains one stage of a run from step `start` to its last."""
    config = dataclasses.replace(stage.config, steps=stage.last)
    windows = open_windows(config.data, config.clip, config.frame_step, "train")
    if len(plan.stages) > 1:
        _check_memory(model, plan, windows, config, on)
    size, first = config.batch_size, start * config.batch_size
    about = config.augment, model.flow_estimator, (on.worker, on.workers)
    data = on.ahead(pipeline.batches(windows, size, config.seed, first, *about))
    if on.worker:
        with memory.enough(config, on):
            loop.train(model, plan.task, data, config, start, None, None, None, [], on)
        return
    checkpoints = Checkpoints(workdir.checkpoints, model, config.keep_checkpoints)
    if start == 0:
        checkpoints.save(0)
    summaries = Summaries(workdir.summaries, start, windows.fps)
    labels = tuple(windows.labels) if num_labels else ()
    about = plan.task, config.model, windows.fingerprint
    fake = live(model, Card(config.clip, windows.fps, labels, *about))
    real = previews.real(windows, config.seed)
    samples = previews.Previews(fake, config.seed, workdir.samples, summaries, real)
    routines = [(config.sample_interval, samples.show)]
    if evaluator is not None:
        score = Scoring(evaluator, fake, config, model, workdir, summaries)
        routines.append((config.eval_interval, score))
    if start == stage.first:
        samples.show_real(start)
    if start == 0:
        summaries.config(config.as_flags())
        with announced("drawing the first samples"):
            for _, routine in routines:
                routine(start)
    health = monitors.health(config, windows, samples, model, plan.task, real)
    about = config, start, checkpoints, summaries, health, routines, on
    with memory.enough(config, on):
        loop.train(model, plan.task, data, *about)


def _describe(config, windows):
    """What config.json says of a run."""
    versions = {"python": platform.python_version(), "tensorflow": tf.__version__}
    versions |= {"keras": keras.__version__, "numpy": np.__version__}
    data = {"fingerprint": windows.fingerprint, "fps": windows.fps}
    data |= {"labels": list(windows.labels), "windows": len(windows)}
    return {"config": vars(config), "versions": versions, "data": data}


def _take_networks(path, model):
    """Copies the networks of another run's newest checkpoint; optimizers and step start anew."""
    folder = Workdir(path).checkpoints
    if not saved_steps(folder):
        raise CheckpointError(
            f"--init_from={str(path)!r}: no checkpoint in it. Give the workdir of a training run"
        )
    # As in a whole model, whose checkpoints have these names below "synthesizer".
    networks = tf.train.Checkpoint(**model.networks())
    with naming("init_from", path):
        Checkpoints(folder, networks, keep=2).restore()
