"""How an adversarial model is built of its parts."""

import dataclasses

import tensorflow as tf

from vgan.core import spec
from vgan.core.errors import UsageError
from vgan.models.average import Averaged
from vgan.models.gan import diff_augment, penalties
from vgan.models.gan.flags import GanFlags
from vgan.models.gan.gan import Gan, Rules
from vgan.models.parts import Family, Weighted


def family():
    """A generator against critics."""
    flags = [field.name for field in dataclasses.fields(GanFlags)]
    return Family(_model, _sampler, ("generator", "losses", *flags))


def _sampler(parts):
    return Averaged(parts.network("generator"))


def _model(parts):
    config = parts.config
    generator, average = parts.network("generator"), parts.network("generator")
    critics = parts.networks("discriminator")
    if not critics:
        raise UsageError("--discriminator: is empty, so nothing would be learnt. Name a critic")
    regularisers = [
        Weighted("r1", penalties.r1, config.r1_gamma, config.r1_interval),
        Weighted("r2", penalties.r2, config.r2_gamma, config.r1_interval),
        Weighted("gradient_penalty", penalties.one_lipschitz, config.gradient_penalty),
    ]
    adversarial = spec.build(spec.parse(config.adversarial), "vgan.models.gan.adversarial.{}")
    _check_signs(config, adversarial)
    rules = Rules(
        adversarial=adversarial,
        critics=critics,
        losses=parts.losses([critic.part for critic in critics]),
        penalties=[penalty for penalty in regularisers if penalty.weight],
        ema_decay=config.ema_decay,
        weight_clip=config.weight_clip,
        turns=config.turns_by_player,
        updates=config.updates,
        instance_noise=_instance_noise(config) if config.instance_noise else None,
        learning_rate=parts.learning_rate(),
    )
    optimizers = [parts.optimizer(), parts.optimizer()]
    return Gan(generator, average, optimizers, rules, _disguise(config))


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
    changes = spec.parse_unweighted(config.diff_augment, "--diff_augment")
    if not changes:
        return None
    changes = [spec.build(change, "vgan.models.gan.diff_augment.{}") for change in changes]
    return diff_augment.DiffAugment(changes, config.augment_target)


def _instance_noise(config):
    """step -> the deviation there, on a straight line down to 0 at the last step.

    Source: Sønderby et al., "Amortised MAP Inference for Image Super-resolution", 2017, sec. 2.4.
    """

    def deviation(step):
        return config.instance_noise * tf.nn.relu(1 - tf.cast(step, tf.float32) / config.steps)

    return deviation
