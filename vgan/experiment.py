"""The composition root: the only file that knows all the parts of an experiment."""

import platform
import typing

import keras
import numpy as np
import tensorflow as tf

from vgan import penalties, sampling, saved_model, spec
from vgan.config import ExperimentConfig
from vgan.data import pipeline
from vgan.errors import CheckpointError, UsageError
from vgan.models.gan import Gan, Weighted
from vgan.training import loop, previews, watch
from vgan.training.checkpoints import Checkpoints, saved_steps
from vgan.training.scoring import Scoring
from vgan.training.summaries import Summaries
from vgan.training.workdir import Workdir


def build(config, num_labels):
    """The Gan that a configuration describes, with fresh weights.

    Args:
      config: config.ExperimentConfig.
      num_labels: number of classes it is conditioned on, 0 for none.
    Raises:
      UsageError: an unknown part or argument, or sizes that a network can't make.
    """
    _set_precision(config.precision)
    keras.utils.set_random_seed(config.seed)
    given = {"clip": config.clip, "condition_channels": 0, "num_labels": num_labels}
    generator_spec = spec.parse(config.generator)
    generator, average = (
        spec.build(generator_spec, "vgan.networks.{}.generator", **given) for _ in range(2)
    )
    critics = [
        Weighted(name, spec.build(part, "vgan.networks.{}.discriminator", **given), part.weight)
        for name, part in _named(config.discriminator)
    ]
    if not critics:
        raise UsageError("--discriminator: is empty, so nothing would be learnt. Name a critic")
    losses = []
    for name, part in _named(config.losses):
        loss = spec.build(part, "vgan.losses.{}")
        losses.append(Weighted(name, loss, part.weight, getattr(loss, "every", 1)))
    regularisers = [
        Weighted("r1", penalties.r1, config.r1_gamma, config.r1_interval),
        Weighted("r2", penalties.r2, config.r2_gamma, config.r1_interval),
        Weighted("gradient_penalty", penalties.one_lipschitz, config.gradient_penalty),
    ]
    return Gan(
        generator=generator,
        average=average,
        critics=critics,
        adversarial=spec.build(spec.parse(config.adversarial), "vgan.adversarial.{}"),
        losses=losses,
        penalties=[penalty for penalty in regularisers if penalty.weight],
        optimizers=[_optimizer(config), _optimizer(config)],
        ema_decay=config.ema_decay,
        weight_clip=config.weight_clip,
        turns=config.turns_by_player,
    )


def train(config, path):
    """Trains a configuration in a workdir, going on from its newest checkpoint.

    Args:
      config: config.ExperimentConfig.
      path: folder of the run.
    Raises:
      errors.VganError: of the kind that fits what is wrong.
    """
    windows = pipeline.open_windows(config.data, config.clip, config.frame_step, "train")
    num_labels = _num_labels(config, windows)
    evaluator = watch.evaluator(config, windows) if config.eval_interval else None
    model = build(config, num_labels)
    workdir = Workdir(path)
    workdir.create()
    with workdir.locked():
        description = _describe(config, windows)
        _check_same_experiment(workdir, config, description)
        checkpoints = Checkpoints(workdir.checkpoints, model, config.keep_checkpoints)
        start = checkpoints.restore()
        if start == 0 and config.init_from:
            _take_networks(config.init_from, model)
        workdir.write_config(config.as_flags(), description)
        print(
            f"{'resuming' if start else 'training'} {path} from step {start} to {config.steps}: "
            f"{len(windows)} windows of {config.clip}; tensorboard --logdir {path}",
            flush=True,
        )
        if start == 0:
            checkpoints.save(0)
        summaries = Summaries(workdir.summaries, start, windows.fps)
        fake = sampling.Model(drawer(model, config.clip, num_labels), config.clip, windows.fps, [])
        samples = previews.Previews(fake, config.seed, workdir.samples, summaries)
        routines = [(config.sample_interval, samples.show)]
        if evaluator is not None:
            score = Scoring(evaluator, fake, config, model, workdir, summaries)
            routines.append((config.eval_interval, score))
        real, labels = previews.real(windows, config.seed)
        if start == 0:
            summaries.config(config.as_flags())
            summaries.clips(0, "real", real)
            for _, routine in routines:
                routine(0)
        data = pipeline.batches(
            windows, config.batch_size, config.seed, start * config.batch_size, config.flip
        )
        health = watch.health(config, windows, samples.make, model, real, labels)
        loop.train(model, data, config, start, checkpoints, summaries, health, routines)
        version = workdir.export / str(max(start, config.steps))
        if not version.exists():
            labels = windows.labels if config.conditional else ()
            saved_model.export(model, config.clip, windows.fps, labels, version)


def load(path, checkpoint="last"):
    """The sampling.Model of a workdir or an export.

    Args:
      path: the folder.
      checkpoint: "last", or "best" for the one with the best score.
    Raises:
      CheckpointError: the folder is neither, or holds no checkpoint.
    """
    if saved_model.is_export(path):
        return saved_model.load(path)
    return restore(path, checkpoint).sampling_model()


class Restored(typing.NamedTuple):
    """A trained Gan, the configuration it was trained with, and how far it came."""

    model: Gan
    config: ExperimentConfig
    fps: float
    labels: list
    step: int

    def sampling_model(self):
        """The sampling.Model that draws from it."""
        draw = drawer(self.model, self.config.clip, len(self.labels))
        return sampling.Model(draw, self.config.clip, self.fps, self.labels)


def restore(path, checkpoint="last"):
    """The Gan of a workdir at its newest good checkpoint, or its best one.

    Returns:
      Restored.
    Raises:
      CheckpointError: the folder isn't a workdir, or holds no checkpoint.
    """
    workdir = Workdir(path)
    description = workdir.read_config()
    if description is None or not saved_steps(workdir.checkpoints):
        raise CheckpointError(
            f"model {str(path)!r}: neither a workdir with a checkpoint nor an export. "
            "Give the folder of a training run (--workdir) or a SavedModel of vgan"
        )
    folder = {"last": workdir.checkpoints, "best": workdir.best}[checkpoint]
    if not saved_steps(folder):
        raise CheckpointError(
            f"workdir {str(path)!r}: no best checkpoint, since it was trained without "
            "--eval_interval. Use --checkpoint=last"
        )
    config = ExperimentConfig(**description["config"])
    labels = description["data"]["labels"] if config.conditional else []
    model = build(config, len(labels))
    step = Checkpoints(folder, model, config.keep_checkpoints).restore()
    return Restored(model, config, description["data"]["fps"], labels, step)


def drawer(model, clip, num_labels):
    """The compiled function (seed, first, number, label) -> videos of a live model."""

    @tf.function(input_signature=[tf.TensorSpec([], tf.int64)] * 3 + [tf.TensorSpec([], tf.int32)])
    def draw(seed, first, number, label):
        return sampling.video_range(model, clip, num_labels, seed, first, number, label)

    return draw


def _named(text):
    """The parts of a sum with a name each for the logs: the second `motion` is `motion_2`."""
    parts = spec.parse_sum(text)
    for position, part in enumerate(parts):
        before = sum(other.name == part.name for other in parts[:position])
        yield f"{part.name}_{before + 1}" if before else part.name, part


def _set_precision(precision):
    if precision == "float16" and not tf.config.list_physical_devices("GPU"):
        raise UsageError(
            "--precision=float16: a CPU computes it a hundred times slower than float32. "
            "Use float32, or bfloat16 where the processor has it"
        )
    policy = precision if precision == "float32" else f"mixed_{precision}"
    keras.config.set_dtype_policy(policy)


def _optimizer(config):
    adam = keras.optimizers.Adam(config.learning_rate, config.beta_1, config.beta_2)
    if config.precision == "float16":
        return keras.optimizers.LossScaleOptimizer(adam)
    return adam


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
