"""How models that take noise away are built of their parts."""

import dataclasses

import tensorflow as tf

from vgan.core import randomness, spec
from vgan.core.arguments import check_number
from vgan.core.errors import UsageError
from vgan.models.noise.denoiser import Denoiser, Denoising
from vgan.models.noise.flags import DenoisingFlags
from vgan.models.parts import Family


def family_of(name, path, target, draw_levels, dropped):
    """The Family of models along a path.

    Args:
      name: as in --model=name.
      path: paths.Path; target: paths.Target.
      draw_levels: as of Denoising.
      dropped: as of Denoising, None for a tenth.
    """
    if dropped is not None:
        check_number(f"--model={name}", least=0, under=1, dropped=dropped)
    share = 0.1 if dropped is None else dropped

    def drawing(parts):
        if dropped is not None and not parts.num_labels:
            raise UsageError(
                f"--model={name}(dropped={dropped!r}): no class is said. Give --conditional, or "
                "drop it"
            )
        sampler = spec.of_flag("sampler", parts.config.sampler, "vgan.models.noise.samplers.{}")
        if sampler.guidance != 1 and not (parts.num_labels and share):
            raise UsageError(
                f"--sampler={parts.config.sampler}: guidance={sampler.guidance:g} goes further "
                "than the class says. It needs --conditional, and a model with dropped above 0"
            )
        about = {"path": path, "target": target, "sampler": sampler}
        return about | {"num_labels": parts.num_labels}

    def model(parts):
        config = parts.config
        networks = parts.network("denoiser"), parts.network("denoiser")
        how = draw_levels, share, config.ema_decay, parts.learning_rate()
        return Denoising(*networks, parts.optimizer(), *how, **drawing(parts))

    def sampler(parts):
        return Denoiser(parts.network("denoiser"), **drawing(parts))

    flags = [field.name for field in dataclasses.fields(DenoisingFlags)]
    return Family(model, sampler, tuple(flags))


def evenly(seed, samples, shape):
    """Levels that are all equally likely."""
    return randomness.uniform(seed, randomness.TRAINING, samples, shape)


def mostly_middle(seed, samples, shape):
    """Levels of which the middle ones come most: the logistic function of normal numbers.

    Source: Esser et al., "Scaling Rectified Flow Transformers for High-Resolution Image Synthesis",
    2024, equation 19, with mean 0 and deviation 1.
    """
    return tf.sigmoid(randomness.normal(seed, randomness.TRAINING, samples, shape))
