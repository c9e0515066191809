"""A run: trains an experiment in a workdir, stage by stage, from its newest checkpoint on."""

import contextlib
import dataclasses
import hashlib
import itertools
import platform

import keras
import numpy as np
import tensorflow as tf
from absl import logging

from vgan.core.errors import CheckpointError, UsageError
from vgan.data import pipeline
from vgan.data.augment import Augment
from vgan.data.opening import beside, open_windows
from vgan.data.unpaired import is_unpaired
from vgan.runs import building, codecs
from vgan.runs.checkpoints import Checkpoints, newest_good, saved_steps
from vgan.runs.plan import Plan
from vgan.runs.workdir import Workdir
from vgan.sampling.card import Card
from vgan.sampling.model import live
from vgan.serving import saved_model
from vgan.training import accumulation, devices, loop, memory, monitors, previews
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
    _check_jit(config)
    on = devices.of_flag(config.devices, config.batch_size // config.accumulate)
    with on.awaited():
        _train(config, path, trust_code, on)


def _train(config, path, trust_code, on):
    plan = Plan.of(config, trust_code)
    windows = open_windows(config.data, config.clip, config.frame_step, "train")
    num_labels = _num_labels(config, windows)
    evaluator = monitors.evaluator(config, windows) if config.eval_interval else None
    if evaluator:
        check_best_score(plan, evaluator)
    _check_growth(plan, num_labels)
    _check_task(plan, windows)
    Augment(config.augment, config.seed)  # Parts that don't exist are to be known at once.
    workdir = Workdir(path)
    _check_alike(on, config, path, windows)
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
        _check_same_experiment(workdir, config, description)
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


def _check_alike(on, config, path, windows):
    """Raises UsageError where workers would train different things, or from different steps."""
    if on.workers == 1:
        return
    begun = [path, *filter(None, (config.init_from, config.codec))]
    steps = [str(newest_good(Workdir(of).checkpoints)) for of in begun]
    whole = "\n".join([config.as_flags(), windows.fingerprint, *steps])
    number = int.from_bytes(hashlib.sha256(whole.encode()).digest()[:7])
    if len(set(on.told(number))) > 1:
        raise UsageError(
            "TF_CONFIG: workers have other flags, data or checkpoints than each other. Give all "
            f"the same command and data, and a --workdir that they share; here {str(path)!r} is at "
            f"step {steps[0]}"
        )


def _check_jit(config):
    if config.jit and not tf.config.list_physical_devices("GPU"):
        raise UsageError(
            "--jit: on a CPU, steps that XLA compiles take many times as long. Drop it, or train "
            "on a GPU"
        )


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


def _check_growth(plan, num_labels):
    """Builds all sizes and grows through them: what doesn't fit is to be known at once."""
    if len(plan.stages) > 1:
        models = [building.build(plan, stage.config, num_labels) for stage in plan.stages]
        for small, large in itertools.pairwise(models):
            large.grow_from(small)


def _check_task(plan, windows):
    """Shows the task a clip of each size: what doesn't fit is to be known at once."""
    if is_unpaired(windows) and not plan.family.unpaired:
        raise UsageError(
            f"--data={plan.config.data}: --model={plan.config.model} learns of sources that fit. "
            "Give --model=cycle, or pairs(target='...', source='...')"
        )
    if plan.task.relabels and not plan.family.relabels:
        raise UsageError(
            f"--task={plan.config.task}: --model={plan.config.model} never makes a clip one of "
            "another class. Give --model=star"
        )
    channels = beside(windows, 0)[1].shape[-1]
    for stage in plan.stages:
        clip = tf.zeros([1, *stage.config.clip.shape])
        plan.task(clip, 0, tf.zeros([1], tf.int64), tf.zeros([*clip.shape[:-1], channels]))


def _num_labels(config, windows):
    if not config.conditional:
        return 0
    if len(windows.labels) < 2:
        raise UsageError(
            f"--conditional: {config.data!r} has {len(windows.labels)} labels. Put the videos of "
            "each class in a subfolder of its own and prepare them again, or drop the flag"
        )
    present = np.bincount(windows.window_labels, minlength=len(windows.labels))
    if not present.all():
        lacking = ", ".join(repr(windows.labels[number]) for number in np.flatnonzero(present == 0))
        logging.warning(
            "--conditional: no training clip of %r has label %s, so that what is made for it is "
            "noise", config.data, lacking,
        )  # fmt: skip
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
    # As in a whole model, whose checkpoints have these names below "synthesizer".
    networks = tf.train.Checkpoint(**model.networks())
    Checkpoints(folder, networks, keep=2).restore()
