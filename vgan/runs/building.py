"""The composition root: the only file that knows all the parts of a model."""

import copy
import random

import keras
import tensorflow as tf

from vgan.core import spec
from vgan.core.errors import UsageError, naming
from vgan.models.parts import Loss, Weighted
from vgan.runs import codecs


def build(plan, config, num_labels):
    """The synthesizer of a plan, with fresh weights.

    Args:
      plan: plan.Plan.
      config: that of the plan, or of one of its stages.
      num_labels: number of classes it is conditioned on, 0 for none.
    Raises:
      UsageError: an unknown part or argument, or sizes that a network can't make.
    """
    codec = _codec(plan, config)
    # Keras draws the seeds of initializers from Python's generator. To seed TensorFlow's as well,
    # which no part draws from, would empty its caches of kernels.
    random.seed(config.seed)
    return _on(codec, plan.family.model(Parts(plan, config, num_labels, codec)), config)


def build_sampler(plan, config, num_labels, back=False):
    """What draws clips alone, with fresh weights; as `build`.

    Args:
      back: of a translation, the way back.
    """
    codec, made_by = _codec(plan, config), plan.family.back if back else plan.family.sampler
    if made_by is None:
        raise UsageError(f"--back: --model={config.model} knows no way back. Drop it")
    return _on(codec, made_by(Parts(plan, config, num_labels, codec)), config)


def _codec(plan, config):
    """The codec that a configuration names, or None."""
    if not config.codec:
        return None
    if plan.family.codec is not None:
        raise UsageError(
            f"--codec={config.codec}: --model={config.model} compresses clips itself. Drop it"
        )
    with naming("codec", config.codec):
        return codecs.opened(config, build_codec, plan.trust_code)


def build_codec(plan, config):
    """The codec of a plan of compressors, with fresh weights."""
    return plan.family.codec(Parts(plan, config, 0))


def _on(codec, model, config):
    """A model, on the latents of a codec where there is one."""
    if codec is None:
        return model
    if model.knows_motion:
        raise UsageError(
            f"--generator={config.generator}: moves pixels, and --codec={config.codec} has none. "
            "Use another generator, such as conv3d"
        )
    model.codec = codec
    return model


class Parts:
    """What the families of models are built of, each made when it is asked for.

    Args:
      plan, config, num_labels: as of `build`.
      codec: on whose latents the model is to learn, or None for pixels.
    """

    def __init__(self, plan, config, num_labels, codec=None):
        self.config, self.num_labels, self._plan = config, num_labels, plan
        clip = config.clip if codec is None else codec.clip
        if codec is not None:
            _check_latents(config)
        self._given = {"clip": clip, "condition_channels": plan.task.channels(clip)}
        self._given |= {"num_labels": num_labels}
        _set_precision(config.precision)

    def without_given(self):
        """The same parts but of networks that aren't told what is given, which is the clip itself.

        Raises:
          UsageError: the task gives anything else.
        """
        self._plan.task.check_itself(f"--model={self.config.model}")
        return self.blind()

    def blind(self):
        """The same parts, but of networks that aren't told what is given."""
        other = copy.copy(self)
        other._given = self._given | {"condition_channels": 0}
        return other

    @property
    def task(self):
        """The tasks.task.Task that says what is given."""
        return self._plan.task

    def network(self, flag):
        """The network that a flag names, by the function of that name in its file."""
        text = self._text(flag)
        return spec.of_flag(flag, text, f"vgan.networks.{{}}.{flag}", **self._given)

    def networks(self, flag, default=""):
        """The Weighted networks of a sum, of `default` where the flag is empty."""
        text, template = self._text(flag) or default, f"vgan.networks.{{}}.{flag}"
        with naming(flag, text):
            return [
                Weighted(name, spec.build(part, template, **self._given), part.weight)
                for name, part in _named(spec.parse_sum(text))
            ]

    def losses(self, judges=(), own=()):
        """The Weighted losses of --losses; raises UsageError for those that don't fit.

        Args:
          judges: list of what judges clips, for losses that compare by its features.
          own: core.spec.Spec of each loss that the family has before those.
        """
        if own and self.config.codec:
            raise UsageError(
                f"--model={self.config.model}: learns by pixels, and with --codec a model learns "
                "on latents. Drop one of the two"
            )
        found = []
        for name, part in _named([*own, *spec.parse_sum(self.config.losses)]):
            with naming("losses", self.config.losses):
                loss = spec.build(part, "vgan.losses.kinds.{}")
            loss = loss if isinstance(loss, Loss) else _bare(name, loss)
            self._check_aligned(name, loss, [other.part for other in found])
            if loss.attach is not None:
                loss.attach(list(judges))
            found.append(Weighted(name, loss, part.weight, loss.every))
        return found

    def optimizer(self):
        """Adam, by the flags."""
        config = self.config
        adam = keras.optimizers.Adam(config.learning_rate, config.beta_1, config.beta_2)
        scaled = config.precision == "float16"
        return keras.optimizers.LossScaleOptimizer(adam) if scaled else adam

    def learning_rate(self):
        """step -> the learning rate there."""
        factor = spec.of_flag("schedule", self.config.schedule, "vgan.models.schedules.{}")
        return lambda step: self.config.learning_rate * factor(step, self.config.steps)

    def _text(self, flag):
        return vars(self.config)[flag]

    def _check_aligned(self, name, loss, others):
        if loss.aligned and not self._plan.task.needs_given:
            raise UsageError(
                f"--losses={name}: compares a clip with the real one that it should be, but "
                f"--task={self.config.task} gives nothing of that to some. Use motion, or another "
                "--task"
            )
        if loss.of_given and not self._plan.task.shows_whole:
            raise UsageError(
                f"--losses={name}: compares a clip with what is given at each pixel, but "
                f"--task={self.config.task} hides some. Use it where a whole clip is given"
            )
        if loss.estimate is None:
            return
        if self.config.frames < 2:
            raise UsageError(f"--losses={name}: --frames=1 has no motion. Use 2 or more")
        if any(other.estimate is not None for other in others):
            raise UsageError(f"--losses={name}: one such loss has the real clips' flow, not two")


def _check_latents(config):
    """Raises UsageError for what is of pixels; critics that follow motion are, and colours."""
    of_pixels = {name: {"*"} for name in ("losses", "stages")}
    of_pixels["discriminator"] = {"compensated", "flow_fields"}
    of_pixels["diff_augment"] = {"brightness", "saturation", "contrast"}
    for flag, names in of_pixels.items():
        text = vars(config)[flag]
        if text and ("*" in names or names & {part.name for part in spec.parse_sum(text)}):
            raise UsageError(
                f"--{flag}={text}: is of pixels, and with --codec a model learns on latents. Drop "
                "one of the two"
            )


def _bare(name, loss):
    """The Loss of a function alone, which needs nothing."""
    if {"every", "aligned", "estimate", "watch", "after_step"} & set(dir(loss)):
        raise UsageError(
            f"--losses={name}: says by attributes what it needs. Return a vgan.models.parts.Loss"
        )
    return Loss(loss)


def _named(parts):
    """The Specs of a sum with a name each for the logs: the second `motion` is `motion_2`."""
    for position, part in enumerate(parts):
        before = sum(other.name == part.name for other in parts[:position])
        yield f"{part.name}_{before + 1}" if before else part.name, part


def _set_precision(precision):
    if precision == "float16" and not tf.config.list_physical_devices("GPU"):
        raise UsageError(
            "--precision=float16: a CPU computes it a hundred times slower than float32. "
            "Use float32, or bfloat16 where the processor has it"
        )
    # Whatever the keras.json of this machine says.
    keras.config.set_floatx("float32")
    keras.config.set_image_data_format("channels_last")
    policy = precision if precision == "float32" else f"mixed_{precision}"
    keras.config.set_dtype_policy(policy)
