"""The configuration, as a dataclass, as flags and as a flagfile."""

import dataclasses
import math

import pytest
from absl import flags

from vgan.core.clip import ClipSpec
from vgan.core.errors import UsageError
from vgan.runs import config
from vgan.runs.config import ExperimentConfig

OTHER = {
    "data": """clips of "cats" + 'dogs' #1, 100%/a=b  é""",
    "model": "gan()",
    "frames": 8,
    "frame_step": 2,
    "height": 24,
    "width": 40,
    "augment": "flip + speed(slowest=0.5, fastest=2)",
    "conditional": True,
    "task": "prediction(given=4)",
    "batch_size": 3,
    "accumulate": 3,
    "recompute": True,
    "jit": True,
    "steps": 7,
    "seed": 2**32 - 1,
    "generator": "conv3d(latent_dim=16, channels=8)",
    "encoder": "conv3d(channels=8)",
    "compressor": "haar3d(channels=8)",
    "denoiser": "denoiser3d(channels=8)",
    "sampler": "euler()",
    "discriminator": "conv3d() + 0.5*frames2d(frames=3)",
    "adversarial": "mine.hinge(margin='1')",
    "losses": """0.1*motion(estimator='dis(finest_scale=1)') + 2*l1""",
    "r1_gamma": 0.1 + 0.2,
    "r2_gamma": 0.25,
    "r1_interval": 4,
    "gradient_penalty": 10.0,
    "weight_clip": 0.01,
    "turns": "1:5",
    "updates": "alternating",
    "diff_augment": "brightness(amount=0.2) + cutout",
    "augment_target": 0.6,
    "instance_noise": 0.05,
    "learning_rate": 1e-05,
    "schedule": "linear(start=0.5, warmup=100)",
    "beta_1": 0.0,
    "beta_2": 0.99,
    "ema_decay": 0.9999,
    "stages": "4x12x20:3, 8x12x20:2",
    "precision": "bfloat16",
    "deterministic": True,
    "devices": "cpu:3",
    "codec": "runs/autoencoder",
    "init_from": "runs/base",
    "checkpoint_interval": 9,
    "keep_checkpoints": 2,
    "summary_interval": 11,
    "sample_interval": 12,
    "eval_interval": 13,
    "eval_start_interval": 5,
    "eval_videos": 17,
    "best_score": "coverage",
}


def test_the_flagfile_of_a_configuration_gives_it_again(parse, tmp_path):
    path = tmp_path / "config.flags"
    for original in (ExperimentConfig(), ExperimentConfig(**OTHER)):
        path.write_text(original.as_flags())
        assert parse(f"--flagfile={path}") == original


def test_every_field_has_a_flag_with_its_default_and_a_help_text(parse):
    assert parse() == ExperimentConfig()
    for field in dataclasses.fields(ExperimentConfig):
        flag = config.flags.FLAGS[field.name]
        assert flag.default == field.default
        assert flag.help.endswith(".")
    assert set(config.flags.FLAGS) == {*OTHER, "workdir", "trust_code"}
    assert set(OTHER) == set(vars(ExperimentConfig()))


def test_the_command_line_wins_over_the_flagfile(parse, tmp_path):
    (tmp_path / "base.flags").write_text("# What: a test\n\n--steps=5\n--augment=flip\n")
    variant = tmp_path / "variant.flags"
    variant.write_text(f"# What: another\n--flagfile={tmp_path}/base.flags\n--batch_size=2\n")
    found = parse("--batch_size=1", f"--flagfile={variant}", "--steps=6")
    assert (found.steps, found.batch_size, found.augment) == (6, 2, "flip")
    with pytest.raises(flags.Error, match="Did you mean"):
        parse("--step=3")


def test_clip():
    assert ExperimentConfig(frames=4, height=5, width=6).clip == ClipSpec(4, 5, 6)


@pytest.mark.parametrize(("text", "expected"), [("1:5", (1, 5)), ("12:1", (12, 1))])
def test_turns(text, expected):
    found = ExperimentConfig(turns=text).turns_by_player
    assert (found["generator"], found["discriminator"]) == expected


def test_changes_are_told_as_old_to_new():
    new = ExperimentConfig(steps=7, learning_rate=0.001, augment="flip", losses="motion()")
    fixed, harmless = new.changes(vars(ExperimentConfig()))
    assert harmless == ["--steps: 2000 -> 7"]
    assert fixed == [
        "--augment:  -> flip",
        "--losses:  -> motion()",
        "--learning_rate: 0.0002 -> 0.001",
    ]
    assert new.changes(vars(new)) == ([], [])


def test_a_flag_that_an_old_run_did_not_have_had_its_default():
    old = vars(ExperimentConfig()).copy()
    del old["r1_gamma"], old["steps"]
    assert ExperimentConfig().changes(old | {"dropped": 1}) == ([], [])
    assert ExperimentConfig(r1_gamma=1.0).changes(old)[0] == ["--r1_gamma: 0.0 -> 1.0"]


HARMLESS = {
    "data",  # Its contents count, not its name.
    "accumulate",
    "recompute",
    "jit",
    "steps",
    "sampler",
    "deterministic",
    "devices",
    "init_from",
    "checkpoint_interval",
    "keep_checkpoints",
    "summary_interval",
    "sample_interval",
    "eval_interval",
    "eval_start_interval",
    "eval_videos",
    "best_score",
}
NEEDS = {"augment_target": {"diff_augment": "cutout"}, "accumulate": {"batch_size": 3}}


@pytest.mark.parametrize("name", OTHER)
def test_which_flags_may_change_on_resuming(name):
    needed = NEEDS.get(name, {})
    changed = ExperimentConfig(**needed, **{name: OTHER[name]})
    fixed, harmless = changed.changes(vars(ExperimentConfig(**needed)))
    assert len(fixed) == (name not in HARMLESS)
    assert len(harmless) == (name in HARMLESS)


POSITIVE = (
    "frames frame_step height width batch_size accumulate steps r1_interval checkpoint_interval "
    "summary_interval sample_interval eval_videos"
).split()
FRACTIONS = ["beta_1", "beta_2", "ema_decay", "augment_target"]
NUMBERS = ["r1_gamma", "r2_gamma", "gradient_penalty", "weight_clip", "instance_noise"]
NUMBERS += ["learning_rate", *FRACTIONS]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, 0) for name in POSITIVE),
        *((name, -1) for name in POSITIVE),
        *((name, 1.0) for name in FRACTIONS),
        *((name, -1e-9) for name in NUMBERS),
        *((name, value) for name in NUMBERS for value in (math.nan, math.inf, -math.inf)),
        ("keep_checkpoints", 1),
        ("eval_videos", 15),
        ("eval_start_interval", -1),
        ("seed", -1),
        ("seed", 2**32),
        ("learning_rate", 0.0),
        *(("turns", text) for text in ("", "5", "2:3", "0:1", "1:-1", "1:1:1", "a:1")),
        ("precision", "float64"),
        ("precision", ""),
        ("updates", "both"),
        ("updates", ""),
    ],
)
def test_values_out_of_range_name_the_flag(name, value):
    with pytest.raises(UsageError, match=f"^--{name}="):
        ExperimentConfig(**{name: value})


def test_a_target_for_the_strength_of_no_change():
    with pytest.raises(UsageError, match="--augment_target: it adapts --diff_augment"):
        ExperimentConfig(augment_target=0.6)
    ExperimentConfig(augment_target=0.6, diff_augment="shift")


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("steps", "5", "int"),
        ("steps", 5.0, "int"),
        ("steps", True, "int"),
        ("learning_rate", "1e-4", "float"),
        ("conditional", 1, "bool"),
        ("losses", None, "str"),
    ],
)
def test_values_of_another_type_name_the_flag(name, value, kind):
    with pytest.raises(UsageError, match=f"--{name}={value}: must be of the type {kind}"):
        ExperimentConfig(**{name: value})


@pytest.mark.parametrize("text", ["a\nb", "a\rb", "\n", "a\u2028b", " a", "a ", "a\n"])
def test_text_is_one_line(text):
    with pytest.raises(UsageError, match="must be one line"):
        ExperimentConfig(losses=text)


def test_the_least_values_are_allowed():
    least = dict.fromkeys(POSITIVE, 1) | {"eval_videos": 16} | dict.fromkeys(FRACTIONS, 0.0)
    ExperimentConfig(**least, seed=0)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--flagfile=experiments/base.flags"], "runs/base"),
        (["--flagfile", "experiments/base.flags", "--steps=3"], "runs/base"),
        (["-flagfile=a/b c.flags"], "runs/b c"),
        (["--flagfile=a.flags", "--flagfile=b.flags"], "runs/b"),
        (["--flagfile=/tmp/run 1/config.flags"], "/tmp/run 1"),
        (["--flagfile=a.flags", "--workdir=here"], "here"),
    ],
)
def test_workdir(parse, arguments, expected, monkeypatch):
    monkeypatch.setattr(config.sys, "argv", ["train", *arguments])
    parse(*(argument for argument in arguments if argument.startswith("--workdir")))
    assert str(config.workdir_from_flags()) == expected


def test_workdir_can_not_be_guessed(parse):
    parse()
    with pytest.raises(UsageError, match="--workdir: not given"):
        config.workdir_from_flags(["train", "--steps=3"])
