"""The composition root: the only file that knows all the parts of a model."""

import keras
import tensorflow as tf

from vgan import diff_augment, penalties, spec
from vgan.errors import UsageError
from vgan.given import Task, keeping
from vgan.models.game import Weighted
from vgan.models.gan import Gan


def build(config, num_labels):
    """The Gan that a configuration describes, with fresh weights.

    Args:
      config: config.ExperimentConfig.
      num_labels: number of classes it is conditioned on, 0 for none.
    Raises:
      UsageError: an unknown part or argument, or sizes that a network can't make.
    """
    keras.utils.set_random_seed(config.seed)
    given = _given(config, num_labels)
    generator, average = (build_generator(config, num_labels) for _ in range(2))
    critics = [
        Weighted(name, spec.build(part, "vgan.networks.{}.discriminator", **given), part.weight)
        for name, part in _named(config.discriminator)
    ]
    if not critics:
        raise UsageError("--discriminator: is empty, so nothing would be learnt. Name a critic")
    losses = []
    for name, part in _named(config.losses):
        loss = spec.build(part, "vgan.losses.{}")
        _check_aligned(config, name, loss, losses)
        if hasattr(loss, "watch"):
            loss.watch([critic.part for critic in critics])
        losses.append(Weighted(name, loss, part.weight, getattr(loss, "every", 1)))
    regularisers = [
        Weighted("r1", penalties.r1, config.r1_gamma, config.r1_interval),
        Weighted("r2", penalties.r2, config.r2_gamma, config.r1_interval),
        Weighted("gradient_penalty", penalties.one_lipschitz, config.gradient_penalty),
    ]
    adversarial = spec.build(spec.parse(config.adversarial), "vgan.adversarial.{}")
    _check_signs(config, adversarial)
    return Gan(
        generator=generator,
        average=average,
        critics=critics,
        adversarial=adversarial,
        losses=losses,
        penalties=[penalty for penalty in regularisers if penalty.weight],
        optimizers=[_optimizer(config), _optimizer(config)],
        ema_decay=config.ema_decay,
        weight_clip=config.weight_clip,
        turns=config.turns_by_player,
        updates=config.updates,
        disguise=_disguise(config),
        instance_noise=_instance_noise(config) if config.instance_noise else None,
        learning_rate=_learning_rate(config),
    )


def build_generator(config, num_labels):
    """The generator that a configuration describes, with fresh weights; as `build`."""
    _set_precision(config.precision)
    given = _given(config, num_labels)
    network = spec.build(spec.parse(config.generator), "vgan.networks.{}.generator", **given)
    return keeping(network) if given["condition_channels"] else network


def _given(config, num_labels):
    channels = Task(config.task).channels(config.clip)
    return {"clip": config.clip, "condition_channels": channels, "num_labels": num_labels}


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


def _learning_rate(config):
    """step -> the learning rate there."""
    factor = spec.build(spec.parse(config.schedule), "vgan.schedules.{}")
    return lambda step: config.learning_rate * factor(step, config.steps)


def _check_aligned(config, name, loss, others):
    if hasattr(loss, "aligned") and not Task(config.task).needs_given:
        raise UsageError(
            f"--losses={name}: compares a clip with the real one that it should be, but "
            f"--task={config.task} gives nothing of that to some. Use motion, or another --task"
        )
    if hasattr(loss, "estimate"):
        if config.frames < 2:
            raise UsageError(f"--losses={name}: --frames=1 has no motion. Use 2 or more")
        if any(hasattr(other.part, "estimate") for other in others):
            raise UsageError(f"--losses={name}: one such loss has the real clips' flow, not two")


def _check_signs(config, adversarial):
    if config.augment_target and adversarial.middle is None:
        raise UsageError(
            f"--augment_target: --adversarial={config.adversarial} has no logit that divides real "
            "from made. Use bce, hinge or least_squares, or full strength"
        )
    if config.updates == "one_stage" and config.precision == "float16":
        raise UsageError(
            "--updates=one_stage: float16 can't hold the critics' gradients of clips they are sure "
            "of. Use --updates=simultaneous, or bfloat16"
        )


def _disguise(config):
    changes = spec.parse_sum(config.diff_augment)
    if not changes:
        return None
    if any(change.weight != 1 for change in changes):
        raise UsageError(
            f"--diff_augment={config.diff_augment}: changes have no weights. Drop them"
        )
    changes = [spec.build(change, "vgan.diff_augment.{}") for change in changes]
    return diff_augment.DiffAugment(changes, config.augment_target)


def _instance_noise(config):
    """step -> the deviation there, on a straight line down to 0 at the last step.

    Source: Sønderby et al., "Amortised MAP Inference for Image Super-resolution", 2017, sec. 2.4.
    """

    def deviation(step):
        return config.instance_noise * tf.nn.relu(1 - tf.cast(step, tf.float32) / config.steps)

    return deviation
