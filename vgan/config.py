"""The configuration of an experiment: one flat dataclass, from which the absl flags are made."""

import dataclasses
import math
import re
import sys
from pathlib import Path

from absl import flags

from vgan.clip import ClipSpec
from vgan.errors import UsageError

UPDATES = ("simultaneous", "one_stage", "alternating")
PRECISIONS = ("float32", "bfloat16", "float16")


def _flag(default, text, fixed=False, least=0, below=math.inf):
    """A field that becomes a flag; a run can't be resumed with another value of a fixed one."""
    limits = {"help": text, "fixed": fixed, "least": least, "below": below}
    return dataclasses.field(default=default, metadata=limits)


@dataclasses.dataclass(frozen=True)
class ExperimentConfig:
    """All that defines an experiment; raises UsageError for values out of range."""

    data: str = _flag("shapes()", "A prepared folder, or embedded data such as shapes().")
    frames: int = _flag(16, "Frames of a clip.", True, least=1)
    frame_step: int = _flag(1, "Take every so many-th frame of a video.", True, least=1)
    height: int = _flag(32, "Height of a clip in pixels.", True, least=1)
    width: int = _flag(32, "Width of a clip in pixels.", True, least=1)
    augment: str = _flag("", "Changes of training clips, of vgan/data/augmentations.py.", True)
    conditional: bool = _flag(False, "Make clips by the labels of the data.", True)
    task: str = _flag(
        "generation",
        "What is given of each clip, of vgan/tasks.py: prediction(given=4); a sum mixes several.",
        True,
    )
    batch_size: int = _flag(16, "Clips a step.", True, least=1)
    steps: int = _flag(2000, "Steps to train, counted from the run's first.", least=1)
    seed: int = _flag(0, "Seed of the weights, the data order and all noise.", True, below=2**32)
    generator: str = _flag("conv3d()", "Network of vgan/networks, name(argument=value).", True)
    discriminator: str = _flag("conv3d()", "Critics, weight*name(...) + name(...).", True)
    adversarial: str = _flag("bce", "Adversarial pair of vgan/adversarial.py.", True)
    losses: str = _flag("", "Other losses of the generator, weight*name(...) + ...", True)
    r1_gamma: float = _flag(0.0, "Weight of the R1 penalty on the critics; 0 is off.", True)
    r2_gamma: float = _flag(0.0, "Weight of R1's like on made clips; 0 is off.", True)
    r1_interval: int = _flag(
        16, "R1 and R2 are due each so many steps, at so many times their weights.", True, least=1
    )
    gradient_penalty: float = _flag(
        0.0, "Weight of the penalty on the critics' slope, for wasserstein; 0 is off.", True
    )
    weight_clip: float = _flag(
        0.0, "Bound of the critics' weights, for wasserstein; 0 is off.", True
    )
    turns: str = _flag("1:1", "Turns of the generator to those of the critics: 1:5, or 2:1.", True)
    updates: str = _flag("simultaneous", f"One of {', '.join(UPDATES)}.", True)
    diff_augment: str = _flag(
        "", "Changes of the clips that critics see, of vgan/diff_augment.py: shift + cutout.", True
    )
    augment_target: float = _flag(
        0.0,
        "Mean sign of the critics' logits of real clips that the strength of --diff_augment is "
        "adapted to, e.g. 0.6; 0 for full strength.",
        True,
        below=1.0,
    )
    instance_noise: float = _flag(
        0.0, "Deviation of noise on what critics see, falling to 0 at the last step.", True
    )
    learning_rate: float = _flag(2e-4, "Of Adam, for all players.", True)
    schedule: str = _flag("constant", "Of the learning rate, of vgan/schedules.py.", True)
    beta_1: float = _flag(0.5, "Adam's decay of the mean gradient.", True, below=1.0)
    beta_2: float = _flag(0.999, "Adam's decay of the mean squared gradient.", True, below=1.0)
    ema_decay: float = _flag(
        0.999, "Decay of the averaged generator, reached by a ramp.", True, below=1.0
    )
    stages: str = _flag(
        "", "Sizes to grow through before the full one: 4x8x8:300, 8x16x16:500 (steps each).", True
    )
    precision: str = _flag("float32", f"One of {', '.join(PRECISIONS)}.", True)
    init_from: str = _flag("", "Workdir whose networks a new run starts from.")
    checkpoint_interval: int = _flag(250, "Steps between checkpoints.", least=1)
    keep_checkpoints: int = _flag(
        3, "How many of the last checkpoints are kept, at least 2.", least=2
    )
    summary_interval: int = _flag(
        50, "Steps between lines of progress and TensorBoard points.", least=1
    )
    sample_interval: int = _flag(
        250, "Steps between sample clips in TensorBoard and samples/.", least=1
    )
    eval_interval: int = _flag(0, "Steps between evaluations on the test split; 0 is never.")
    eval_start_interval: int = _flag(
        0, "Frames between the starts of real clips of a video there; 0 for a clip's length."
    )
    eval_videos: int = _flag(256, "Clips of each kind that an evaluation takes.", least=16)
    best_score: str = _flag(
        "frechet_random3d_dt", "The score by which --eval_interval keeps the best checkpoint."
    )

    def __post_init__(self):
        for field in dataclasses.fields(self):
            _check(f"--{field.name}={getattr(self, field.name)}", getattr(self, field.name), field)
        if self.learning_rate == 0:
            raise UsageError("--learning_rate=0: nothing would be learnt. Give a value above 0")
        if not re.fullmatch(r"1:[1-9]\d*|[1-9]\d*:1", self.turns):
            raise UsageError(
                f"--turns={self.turns}: must be 1:N or N:1, the generator's turns to the critics'"
            )
        for flag, known in (("precision", PRECISIONS), ("updates", UPDATES)):
            if (value := getattr(self, flag)) not in known:
                choices = ", ".join(known)
                raise UsageError(f"--{flag}={value}: unknown. Choose one of {choices}")
        if self.augment_target and not self.diff_augment:
            raise UsageError(
                "--augment_target: it adapts --diff_augment, which is empty. Give both or neither"
            )

    @property
    def clip(self):
        """The ClipSpec of the flags."""
        return ClipSpec(self.frames, self.height, self.width)

    @property
    def turns_by_player(self):
        """How many turns each player has to one of the other, by its name."""
        generator, discriminator = map(int, self.turns.split(":"))
        return {"generator": generator, "discriminator": discriminator}

    def as_flags(self):
        """The text of a flagfile that gives this configuration again."""
        values = dataclasses.asdict(self)
        return "".join(f"--{name}={_text(value)}\n" for name, value in values.items())

    def changes(self, old):
        """The fields with another value in the dict `old`: (fixed ones, harmless ones) as texts."""
        fixed, harmless = [], []
        for field in dataclasses.fields(self):
            before, now = old.get(field.name, field.default), getattr(self, field.name)
            if before != now:
                kind = fixed if field.metadata["fixed"] else harmless
                kind.append(f"--{field.name}: {_text(before)} -> {_text(now)}")
        return fixed, harmless


def _check(flag, value, field):
    least, below = field.metadata["least"], field.metadata["below"]
    if isinstance(value, str):
        # A flagfile, and so a resumed run, would read anything else differently.
        if value != value.strip() or len(value.splitlines()) > 1:
            raise UsageError(f"{flag!r}: must be one line without spaces around it")
    elif not (math.isfinite(value) and least <= value < below):
        limit = f" and below {below}" if below < math.inf else ""
        raise UsageError(f"{flag}: must be a finite number of at least {least}{limit}")


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
    flags.DEFINE_string(
        "workdir", None, "Folder of the run (default: runs/<name of the flagfile>)."
    )


def from_flags():
    """The ExperimentConfig of the parsed flags."""
    names = [field.name for field in dataclasses.fields(ExperimentConfig)]
    return ExperimentConfig(**{name: flags.FLAGS[name].value for name in names})


def workdir_from_flags(arguments=None):
    """The folder of the run: --workdir, or what the flagfile on the command line stands for.

    `experiments/base.flags` stands for `runs/base`, and `<workdir>/config.flags` for `<workdir>`.
    """
    if flags.FLAGS.workdir:
        return Path(flags.FLAGS.workdir)
    arguments = sys.argv if arguments is None else arguments
    found = None
    for position, argument in enumerate(arguments):
        name, _, value = argument.lstrip("-").partition("=")
        if argument.startswith("-") and name == "flagfile":
            found = Path(value or arguments[position + 1])
    if found is None:
        raise UsageError("--workdir: not given, and no --flagfile to name it by. Give one of them")
    return found.parent if found.name == "config.flags" else Path("runs") / found.stem
