"""A folder that is loaded names no code: a dotted name is planted in each field of text in turn."""

import dataclasses
import inspect
import json
import shutil

import pytest

import vgan
from vgan.core import spec
from vgan.core.errors import UsageError, VganError
from vgan.runs import trained
from vgan.runs.config import ExperimentConfig
from vgan.runs.plan import Plan
from vgan.serving import saved_model
from vgan.training import run

RUN = []
TEXTS = [field.name for field in dataclasses.fields(ExperimentConfig) if field.type is str]
SPECS = {
    "augment", "task", "model", "generator", "discriminator", "adversarial", "losses",
    "diff_augment", "schedule",
}  # fmt: skip
"""Those of them whose names are of parts."""


def planted():
    """What must not run."""
    RUN.append("planted")
    raise AssertionError("code that a folder named was run")


PLANTED = f"{__name__}.planted"


@pytest.fixture(autouse=True)
def nothing_runs():
    RUN.clear()
    yield
    assert RUN == []


def tried(use):
    """What the error of a use says, "" for none."""
    try:
        use()
    except VganError as error:
        return str(error)
    return ""


@pytest.fixture
def given(tiny_run, tmp_path):
    """Copies a run with another value in a field of config.json and of config.flags."""

    def change(name, value):
        path = tmp_path / "run"
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(tiny_run, path)
        about = json.loads((path / "config.json").read_text())
        about["config"][name] = value
        (path / "config.json").write_text(json.dumps(about))
        lines = [line for line in (path / "config.flags").read_text().splitlines()
                 if not line.startswith(f"--{name}=")]  # fmt: skip
        lines += [f"--{name}={value}", "--trust_code"]
        (path / "config.flags").write_text("\n".join(lines) + "\n")
        return path

    return change


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("text", [PLANTED, f"{PLANTED}()", f"{PLANTED}(clip=3)"])
def test_a_run(given, parse, name, text):
    path = given(name, text)
    uses = {
        "load": lambda: vgan.load(path),
        "whole": lambda: trained.restore(path, whole=True),
        "resume": lambda: run.train(parse(f"--flagfile={path}/config.flags"), path),
    }
    said = {use: tried(call) for use, call in uses.items()}
    if name in SPECS:
        assert "--trust_code" in said["resume"]
        if name in ("task", "model", "generator"):
            assert "--trust_code" in said["load"]
    assert RUN == []


def test_what_is_typed_or_trusted_is_code(given, parse):
    path = given("schedule", PLANTED)
    for typed in ("--trust_code", f"--schedule={PLANTED}"):
        config = parse(f"--flagfile={path}/config.flags", typed)
        with pytest.raises(AssertionError, match="was run"):
            run.train(config, path)
        assert RUN.pop()


def test_only_what_is_typed_last_is_typed(given, parse, tmp_path):
    path = given("generator", PLANTED) / "config.flags"
    mine = tmp_path / "mine.flags"
    mine.write_text(f"--flagfile={path}\n")
    (tmp_path / "steps.flags").write_text("--steps=9\n")
    for arguments in (
        ["--generator=conv3d()", f"--flagfile={path}"],
        [f"--flagfile={path}", f"--flagfile={tmp_path}/steps.flags"],
        [f"--flagfile={mine}"],
        ["--trust_code=false", f"--flagfile={path}"],
        ["--trust_code", f"--flagfile={path}"],  # The last word is the file's.
    ):
        found = parse(*arguments)
        assert isinstance(found.generator, spec.Foreign), arguments
        assert "--trust_code" in tried(lambda found=found: run.train(found, tmp_path / "new"))
    assert not isinstance(parse(f"--flagfile={mine}", "--trust_code").generator, spec.Foreign)
    found = parse(f"--flagfile={mine}", "--generator=conv3d()", "--steps=3")
    assert not isinstance(found.generator, spec.Foreign) and found.steps == 3


@pytest.mark.parametrize("field", ["task", "labels", "clip", "fps", "another"])
def test_an_export(tiny_run, tmp_path, field):
    export = saved_model.newest_version(tiny_run / "export")
    path = shutil.copytree(export, tmp_path / "1")
    (about,) = [file for file in path.rglob("*.json") if "task" in json.loads(file.read_text())]
    for value in (PLANTED, [PLANTED], [2**63, 8, 8, 3]):
        found = json.loads(about.read_text())
        about.write_text(json.dumps(found | {field: value}))
        said = tried(lambda: vgan.load(path).sample(1))
        assert field != "task" or value != PLANTED or "--trust_code" in said


HOMES = {
    "losses": "vgan.losses.kinds.{}",
    "generator": "vgan.networks.{}.generator",
    "discriminator": "vgan.networks.{}.discriminator",
    "encoder": "vgan.networks.{}.encoder",
    "compressor": "vgan.networks.{}.compressor",
    "denoiser": "vgan.networks.{}.denoiser",
    "sampler": "vgan.models.noise.samplers.{}",
    "adversarial": "vgan.models.game.adversarial.{}",
    "diff_augment": "vgan.models.game.diff_augment.{}",
    "augment": "vgan.data.augmentations.{}",
    "schedule": "vgan.models.schedules.{}",
    "task": "vgan.tasks.kinds.{}",
}


def inner(home):
    """Each argument of text of each part of a home, as name(argument=...)."""
    for name in spec.names(home):
        for argument, about in inspect.signature(spec.resolve(name, home)).parameters.items():
            if isinstance(about.default, str):
                yield f"{name}({argument}={PLANTED!r})"


@pytest.mark.parametrize("field", HOMES)
def test_a_name_within_a_part(field):
    for text in inner(HOMES[field]):
        config = dataclasses.replace(ExperimentConfig(), **{field: spec.foreign(text)})
        with pytest.raises(UsageError) as caught:
            run.building.build(Plan.of(config), config, 0)
            raise UsageError(f"{text} was built")
        assert "was built" not in str(caught.value)


def test_there_are_names_within_parts():
    found = [text for home in HOMES.values() for text in inner(home)]
    assert any("estimator=" in text for text in found)
