"""Holds the layers of WORKSPACE/architecture.md: an import points down, or sideways."""

import ast
import functools
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# A name stands for a module, or for a package and all in it.
LAYERS = [
    ["vgan.clip", "vgan.spec", "vgan.errors", "vgan.command", "vgan.checkpoint_choice"],
    [
        "vgan.randomness",
        "vgan.motion",
        "vgan.given",
        "vgan.tasks",
        "vgan.features",
        "vgan.losses",
        "vgan.adversarial",
        "vgan.penalties",
        "vgan.critics",
        "vgan.diff_augment",
        "vgan.schedules",
        "vgan.data",
        "vgan.networks",
        "vgan.metrics",
        "vgan.media",
        "vgan.mp4",
        "vgan.stream",
        "vgan.after",
        "vgan.events",
        "vgan.video_reader",
    ],
    ["vgan.models"],
    [
        "vgan.sampling",
        "vgan.saved_model",
        "vgan.completing",
        "vgan.inversion",
        "vgan.latent_walk",
        "vgan.config",
        "vgan.training",
        "vgan.evaluation",
        "vgan.reports",
        "vgan.experiment",
        "vgan.stages",
        "vgan.run",
        "vgan.trained",
    ],
    [
        "vgan.train",
        "vgan.generate",
        "vgan.export",
        "vgan.evaluate",
        "vgan.compare",
        "vgan.train_classifier",
        "vgan.show_motion",
        "vgan.animate",
        "vgan.invert",
        "vgan.walk",
        "vgan.treat",
    ],
]
MAINS = LAYERS[-1]
HANDED_IN = [
    "vgan.networks",
    "vgan.losses",
    "vgan.adversarial",
    "vgan.penalties",
    "vgan.diff_augment",
    "vgan.schedules",
]
FOR_PREPARATION = [
    *LAYERS[0],
    "vgan.data.records",
    "vgan.motion",
    "vgan.mp4",
    "vgan.stream",
    "vgan.after.arguments",
]
READS_WRITES_OR_ESTIMATES = {
    "vgan.after.denoise",
    "vgan.after.resize",
    "vgan.after.sharpen",
    "vgan.after.smooth",
    "vgan.data.folder",
    "vgan.motion.animation",
    "vgan.motion.estimators",
    "vgan.motion.interpolation",
    "vgan.motion.remap",
    "vgan.motion.tracking",
    "vgan.motion.transfer",
    "vgan.motion.views",
    "data_prep.chunks",
    "data_prep.looks",
    "data_prep.features.colour",
    "data_prep.features.edges",
    "data_prep.features.texture",
    "data_prep.filters",
    "data_prep.fingerprint",
    "data_prep.framing",
    "data_prep.reading",
    "data_prep.retouching",
    "data_prep.shards",
    "data_prep.survey",
}


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {
    module_name(path): path
    for home in ("vgan", "data_prep")
    for path in (ROOT / home).rglob("*.py")
}


@functools.cache
def tree(module):
    return ast.parse(FILES[module].read_text())


def imports(module, nodes=None):
    """Full names of what a module imports, anywhere in it: `from vgan import spec` is vgan.spec."""
    for node in ast.walk(tree(module)) if nodes is None else nodes:
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module}: write imports out, from vgan.x import y"
            for name in node.names:
                whole = f"{node.module}.{name.name}"
                yield whole if whole in FILES or node.module == "absl" else node.module


def within(module, homes):
    return any(module == home or module.startswith(f"{home}.") for home in homes)


def layer(module):
    found = [number for number, homes in enumerate(LAYERS) if within(module, homes)]
    assert found, (
        f"{module} has no layer: add it to LAYERS in {Path(__file__).name} and to the layers in "
        "WORKSPACE/architecture.md, as low as what it imports allows"
    )
    return found[0]


def breach(module, imported):
    """Why `module` may not import `imported`, or None."""
    if within(module, ["data_prep"]):
        if within(imported, ["vgan"]) and not within(imported, FOR_PREPARATION):
            return f"the preparation uses only {', '.join(FOR_PREPARATION)}"
        return None
    if within(imported, ["data_prep"]):
        return "vgan doesn't know how its data was prepared"
    if not within(imported, ["vgan"]):
        return None
    if module == "vgan":
        return None if imported == "vgan.trained" else "vgan itself only loads a model"
    if imported == "vgan":
        return "import the module that has it"
    if layer(imported) > layer(module):
        return f"L{layer(imported)} lies above L{layer(module)}"
    if within(imported, MAINS):
        return "a main is nobody's library"
    if imported == "vgan.experiment" and module not in ("vgan.run", "vgan.trained"):
        return "only runs and trained models know the composition root"
    if within(imported, ["vgan.run", "vgan.trained"]) and not within(module, MAINS):
        return "only mains and vgan.load know runs and trained models"
    if within(module, ["vgan.models"]) and within(imported, HANDED_IN):
        return "a family is handed its networks and losses"
    return None


def is_main(module):
    return any(
        isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"
        for node in tree(module).body
    )


@pytest.mark.parametrize("module", sorted(FILES))
def test_imports_point_down(module):
    if module != "vgan" and not within(module, ["data_prep"]):
        layer(module)
    broken = {name: why for name in imports(module) if (why := breach(module, name))}
    assert not broken, f"{module} imports {broken}"


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("vgan.spec", "vgan.randomness"),
        ("vgan.losses", "vgan.models.gan"),
        ("vgan.networks.conv3d", "vgan.config"),
        ("vgan.models.gan", "vgan.networks.layers"),
        ("vgan.models.gan", "vgan.losses"),
        ("vgan.training.loop", "vgan.experiment"),
        ("vgan.sampling", "vgan.trained"),
        ("vgan.run", "vgan.train"),
        ("vgan.export", "vgan.train"),
        ("vgan", "vgan.sampling"),
        ("vgan.data.folder", "data_prep.shards"),
        ("data_prep.chunks", "vgan.data.folder"),
        ("data_prep.chunks", "vgan.experiment"),
    ],
)
def test_a_breach_is_seen(module, imported):
    assert breach(module, imported)


def test_a_file_without_a_layer_is_told_what_to_do():
    with pytest.raises(AssertionError, match="vgan.helpers has no layer: add it to LAYERS"):
        layer("vgan.helpers")


def test_every_layer_exists():
    for home in sum(LAYERS, []):
        assert home in FILES, f"{home} is gone: take it out of LAYERS and WORKSPACE/architecture.md"


def test_flags_belong_to_mains_and_the_configuration():
    allowed = {"vgan.config", "vgan.command"}
    allowed |= {name for name in FILES if within(name, [*MAINS, "data_prep"]) and is_main(name)}
    users = {name for name in FILES if {"absl.flags", "absl.app"} & set(imports(name))}
    assert users <= allowed


def test_opencv_is_where_frames_are_read_written_treated_or_their_motion_estimated():
    users = {name for name in FILES if within("cv2", [n.split(".")[0] for n in imports(name)])}
    assert users == READS_WRITES_OR_ESTIMATES


@pytest.mark.parametrize("module", sorted(FILES))
def test_no_assert(module):
    lines = [node.lineno for node in ast.walk(tree(module)) if isinstance(node, ast.Assert)]
    assert not lines, f"{FILES[module]} lines {lines}: python -O drops asserts, raise an error"


@pytest.mark.parametrize("module", MAINS)
def test_a_main_reads_its_flags_before_tensorflow_loads(module):
    at_once = [n for n in imports(module, tree(module).body) if within(n, ["vgan"])]
    assert all(within(name, [*LAYERS[0], "vgan.config"]) for name in at_once)


def test_what_must_stay_light_loads_no_tensorflow():
    check = (
        "import sys, vgan, vgan.clip, vgan.spec, vgan.config, data_prep.prepare_clips, "
        "data_prep.key_frames, data_prep.shots, data_prep.inspect, data_prep.search;"
        "import data_prep.features.description as described;"
        "described.Description('colour + texture + edges + motion');"
        "print(*{'tensorflow', 'keras'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""
