"""The configuration of an experiment: one flat dataclass, from which the absl flags are made."""

import dataclasses
import sys
from pathlib import Path

from absl import flags

from vgan.core import flagfiles, spec
from vgan.core.clip import ClipSpec
from vgan.core.errors import UsageError
from vgan.core.settings import check, check_choice, setting
from vgan.models.autoencoder.flags import CompressorFlags
from vgan.models.game.flags import GameFlags
from vgan.models.noise.flags import DenoisingFlags
from vgan.models.vae.flags import VaeFlags
from vgan.runs import checkpoint_choice

flags.disclaim_key_flags()  # They belong to the commands that have them defined.

CONFIG_FLAGS = "config.flags"
"""The file of a workdir that says what the run is."""

PRECISIONS = ("float32", "bfloat16", "float16")


@dataclasses.dataclass(frozen=True)
class _SharedFlags:
    data: str = setting("shapes()", "A prepared folder, or embedded data such as shapes().")
    frames: int = setting(16, "Frames of a clip.", True, least=1)
    frame_step: int = setting(1, "Take every frame_step-th frame of a video.", True, least=1)
    height: int = setting(32, "Height of a clip in pixels.", True, least=1)
    width: int = setting(32, "Width of a clip in pixels.", True, least=1)
    augment: str = setting("", "Changes of training clips, of vgan/data/augmentations.py.", True)
    conditional: bool = setting(False, "Make clips by the labels of the data.", True)
    task: str = setting(
        "generation",
        "What is given of each clip, of vgan/tasks/kinds.py: prediction(given=4); a sum mixes "
        "several.",
        True,
    )
    model: str = setting("gan", "Family of models, of vgan/models, name(argument=value).", True)
    batch_size: int = setting(16, "Clips a step.", True, least=1)
    accumulate: int = setting(
        1, "Parts of a batch that are in memory one after another, for larger clips.", least=1
    )
    recompute: bool = setting(
        False, "Compute passes a second time for the gradients, rather than keep what is in them."
    )
    jit: bool = setting(False, "Compile passes by XLA, on GPUs.")
    steps: int = setting(2000, "Steps to train, counted from the run's first.", least=1)
    seed: int = setting(0, "Seed of the weights, the data order and all noise.", True, below=2**32)
    generator: str = setting(
        "conv3d()", "Network of vgan/networks, name(argument=value).", True, family=True
    )
    losses: str = setting(
        "", "Other losses of the generator, weight*name(...) + ...", True, family=True
    )
    learning_rate: float = setting(2e-4, "Of Adam, for all players.", True)
    schedule: str = setting("constant", "Of the learning rate, of vgan/models/schedules.py.", True)
    beta_1: float = setting(0.5, "Adam's decay of the mean gradient.", True, below=1.0)
    beta_2: float = setting(0.999, "Adam's decay of the mean squared gradient.", True, below=1.0)
    ema_decay: float = setting(
        0.999, "Decay of the averaged networks, reached by a ramp.", True, below=1.0
    )
    precision: str = setting("float32", f"One of {', '.join(PRECISIONS)}.", True)
    deterministic: bool = setting(
        False, "The same bits each time on GPUs too, where it costs time; on CPUs they always are."
    )
    devices: str = setting(
        "", "Devices that share each step's clips: all (GPUs), cpu:2, or gpu:0,1; by default one."
    )
    codec: str = setting(
        "", "Workdir of --model=autoencoder: learn on its latents, not on pixels.", True
    )
    init_from: str = setting("", "Workdir whose networks a new run starts from.")
    checkpoint_interval: int = setting(250, "Steps between checkpoints.", least=1)
    keep_checkpoints: int = setting(3, "How many of the last checkpoints are kept.", least=2)
    summary_interval: int = setting(50, "Steps between TensorBoard points and lines.", least=1)
    sample_interval: int = setting(
        250, "Steps between sample clips in TensorBoard and samples/.", least=1
    )
    eval_interval: int = setting(0, "Steps between evaluations on the test split; 0 is never.")
    eval_start_interval: int = setting(
        0, "Frames between the starts of real clips of a video there; 0 for a clip's length."
    )
    eval_videos: int = setting(256, "Clips of each kind that an evaluation takes.", least=16)
    best_score: str = setting(
        "frechet_random3d_dt", "The score by which --eval_interval keeps the best checkpoint."
    )


@dataclasses.dataclass(frozen=True)
class ExperimentConfig(GameFlags, VaeFlags, CompressorFlags, DenoisingFlags, _SharedFlags):
    """All that defines an experiment; raises UsageError for values out of range."""

    def __post_init__(self):
        for field in dataclasses.fields(self):
            check(field, getattr(self, field.name))
        if self.learning_rate == 0:
            raise UsageError("--learning_rate=0: nothing would be learnt. Give a value above 0")
        check_choice("precision", self.precision, PRECISIONS)
        if self.batch_size % self.accumulate:
            raise UsageError(
                f"--accumulate={self.accumulate}: --batch_size={self.batch_size} has no such parts "
                "of equal size. Give a divisor"
            )
        self.check_gan()

    @property
    def clip(self):
        """The ClipSpec of the flags."""
        return ClipSpec(self.frames, self.height, self.width)

    def as_flags(self):
        """The text of a flagfile that gives this configuration again."""
        values = dataclasses.asdict(self)
        return "".join(f"--{name}={_text(value)}\n" for name, value in values.items())

    def changes(self, old):
        """The fields with another value in the dict `old`: (fixed ones, harmless ones) as texts."""
        fixed, harmless = [], []
        for field in dataclasses.fields(self):
            before, now = old.get(field.name, field.default), getattr(self, field.name)
            if before != now and not self._same_critics(before, now):
                kind = fixed if field.metadata["fixed"] else harmless
                kind.append(f"--{field.name}: {_text(before)} -> {_text(now)}")
        return fixed, harmless

    def _same_critics(self, before, now):
        """Whether these are the two ways to say a GAN's default, of which older runs had one."""
        default = ("", "conv3d()")
        return self.model in ("gan", "gan()") and (before, now) in (default, default[::-1])


def _text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def define_flags():
    """Defines a flag for each field of ExperimentConfig, and --workdir."""
    define = {
        bool: flags.DEFINE_bool,
        int: flags.DEFINE_integer,
        float: flags.DEFINE_float,
        str: flags.DEFINE_string,
    }
    for field in dataclasses.fields(ExperimentConfig):
        define[field.type](field.name, field.default, field.metadata["help"])
    flags.DEFINE_string("workdir", None, "Folder (default: runs/<name of the flagfile>).")
    define_trust_flag()


def define_run_flags():
    """Defines the flags by which commands name a trained run."""
    flags.DEFINE_string("workdir", None, "Folder of a training run.")
    flags.DEFINE_string("checkpoint", "last", checkpoint_choice.HELP)
    define_trust_flag()


def define_sampler_flag():
    """Defines the flag by which a run of diffusion or flow draws otherwise than it was trained."""
    about = "How it draws: --sampler of training, for models that take noise away."
    flags.DEFINE_string("sampler", None, about)


def define_back_flag():
    """Defines the flag by which a translation is asked the other way round."""
    about = "Translate from the target to the source, by --model=cycle."
    flags.DEFINE_bool("back", False, about)


def define_trust_flag():
    """Defines the flag of commands that load what others may have made."""
    flags.DEFINE_bool("trust_code", False, "Import code that the folder names by dotted paths.")


def from_flags(arguments=None):
    """The ExperimentConfig of the parsed flags.

    What the config.flags of a workdir says, or what that names, is spec.Foreign, unless
    --trust_code is typed: whoever made the folder wrote it, and not who names it.

    Args:
      arguments: those of the command line, by default its own.
    """
    origins, trusted, found = _origins(arguments), code_is_trusted(arguments), {}
    for field in dataclasses.fields(ExperimentConfig):
        files = origins.get(field.name, ())
        typed = trusted or CONFIG_FLAGS not in {path.name for path in files}
        found[field.name] = spec.foreign(flags.FLAGS[field.name].value, typed)
    return ExperimentConfig(**found)


def code_is_trusted(arguments=None):
    """Whether --trust_code is typed, not written in a file; arguments as of from_flags."""
    return flags.FLAGS.trust_code and _origins(arguments).get("trust_code") == ()


def _origins(arguments):
    given = flagfiles.with_origins(sys.argv[1:] if arguments is None else arguments)
    return {argument.lstrip("-").partition("=")[0]: files for argument, files in given}


def workdir_from_flags(arguments=None):
    """The folder of the run: --workdir, or what the flagfile on the command line stands for.

    `experiments/base.flags` stands for `runs/base`, and `<workdir>/config.flags` for `<workdir>`.
    """
    if flags.FLAGS.workdir:
        return Path(flags.FLAGS.workdir)
    found = _flagfile(sys.argv if arguments is None else arguments)
    if found is None:
        raise UsageError("--workdir: not given, and no --flagfile to name it by. Give one of them")
    return found.parent if found.name == CONFIG_FLAGS else Path("runs") / found.stem


def _flagfile(arguments):
    """The last flagfile that a command line names, or None."""
    found = None
    for position, argument in enumerate(arguments):
        name, _, value = argument.lstrip("-").partition("=")
        if argument.startswith("-") and name == "flagfile":
            found = Path(value or arguments[position + 1]).expanduser()
    return found
