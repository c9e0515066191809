"""Holds the rule of the house: a room imports only rooms on lower floors, and nothing in a circle.

A file directly in `vgan/` or `data_prep/` is a command; all else is in a room. A spec template such
as "vgan.networks.{}.generator" is an import too, from where it stands to `vgan.networks`.
"""

import ast
import functools
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

FLOORS = {
    "vgan": [
        ["core"],
        ["media", "motion", "tasks", "models"],
        ["data", "networks", "metrics", "treatments", "marks"],
        ["losses", "sampling"],
        ["serving", "evaluation"],
        ["runs"],
        ["training", "reports", "searching", "playing"],
    ],
    "data_prep": [
        ["base"],
        ["features"],
        ["judging"],
        ["inputs"],
        ["choosing"],
        ["writing"],
    ],
}
"""Rooms from the ground up; those of one floor don't know each other."""

SHARED_WITH_PREPARATION = ["vgan.core", "vgan.media", "vgan.motion", "vgan.data.records"]
BUILDING = "vgan.runs.building"
MAY_BUILD = ["vgan.runs", "vgan.training"]

OPENCV = {
    "vgan.data.folder",
    "vgan.marks.finding",
    "vgan.motion.animation",
    "vgan.motion.estimators",
    "vgan.motion.interpolation",
    "vgan.motion.remap",
    "vgan.motion.tracking",
    "vgan.motion.transfer",
    "vgan.motion.views",
    "vgan.treatments.denoise",
    "vgan.treatments.resize",
    "vgan.treatments.sharpen",
    "data_prep.base.reading",
    "data_prep.features.colour",
    "data_prep.features.edges",
    "data_prep.features.texture",
    "data_prep.inputs.framing",
    "data_prep.inputs.retouching",
    "data_prep.inputs.survey",
    "data_prep.judging.filters",
    "data_prep.judging.fingerprint",
    "data_prep.writing.chunks",
    "data_prep.writing.shards",
}
"""Where frames are read or treated, or their motion is estimated."""


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_name(path): path for home in FLOORS for path in (ROOT / home).rglob("*.py")}


def is_package(module):
    return FILES[module].name == "__init__.py"


# A family knows what all families share, and no other family.
FAMILIES = [name.removesuffix(".family") for name in FILES if name.endswith(".family")]


@functools.cache
def tree(module):
    return ast.parse(FILES[module].read_text())


def templates(nodes):
    """The homes of spec templates in some code, and the names of what fills them."""
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found = re.fullmatch(r"((?:vgan|data_prep)[\w.]*)\.\{\}([\w.]*)", node.value)
            if found:
                yield found[1], found[2].strip(".").partition(".")[0]


def imports(nodes):
    """Full names of what some code imports, anywhere in it, and of the homes of its templates."""
    nodes = list(nodes)
    yield from (home for home, _ in templates(nodes))
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "write imports out, from vgan.x import y"
            for name in node.names:
                whole = f"{node.module}.{name.name}"
                yield whole if whole in FILES or node.module == "absl" else node.module


def known(module):
    return list(imports(ast.walk(tree(module))))


def within(module, homes):
    return any(module == home or module.startswith(f"{home}.") for home in homes)


def room(module):
    """The name of a module's room; empty for a command, and for what the package itself is."""
    home, _, rest = module.partition(".")
    name = rest.partition(".")[0]
    return name if f"{home}.{name}" in FILES and is_package(f"{home}.{name}") else ""


def floor(module):
    """The number of a module's floor, commands on top."""
    home, name = module.partition(".")[0], room(module)
    if not name:
        return len(FLOORS[home])
    found = [number for number, rooms in enumerate(FLOORS[home]) if name in rooms]
    assert found, (
        f"{module} is in a room without a floor: add {name!r} to FLOORS in "
        f"{Path(__file__).name} and to the rooms in WORKSPACE.md, as low as what it imports allows"
    )
    return found[0]


def breach(module, imported):
    """Why `module` may not import `imported`, or None."""
    home, theirs = module.partition(".")[0], imported.partition(".")[0]
    if theirs not in FLOORS:
        return None
    if home != theirs:
        if home == "vgan":
            return "vgan doesn't know how its data was prepared"
        if not within(imported, SHARED_WITH_PREPARATION):
            return f"the preparation uses only {', '.join(SHARED_WITH_PREPARATION)}"
        return None
    if imported == home:
        return "import the module that has it"
    if module == home:
        return None if room(imported) else "a command is nobody's library"
    if not room(imported):
        return "a command is nobody's library"
    if room(module) == room(imported):
        mine, other = (
            next((f for f in FAMILIES if within(name, [f])), "") for name in (module, imported)
        )
        return "families don't know each other" if other and mine != other else None
    if floor(imported) >= floor(module):
        return f"{room(imported)} is not on a lower floor than {room(module) or 'commands'}"
    if imported == BUILDING and room(module) and not within(module, MAY_BUILD):
        return "only runs and their training build models"
    return None


def filled(home, name):
    """The modules that a template of files beside each other stands for."""
    beside = (module for module in FILES if module.rpartition(".")[0] == home)
    return [
        module
        for module in beside
        if any(
            isinstance(node, ast.FunctionDef) and node.name == name for node in tree(module).body
        )
    ]


def circle(edges):
    """The modules of a circle of imports, or None: {module: those it imports}."""
    done, path = set(), []

    def visit(module):
        if module in path:
            return [*path[path.index(module) :], module]
        if module in done:
            return None
        path.append(module)
        found = next(filter(None, map(visit, edges.get(module, ()))), None)
        path.pop()
        done.add(module)
        return found

    return next(filter(None, map(visit, edges)), None)


@pytest.mark.parametrize("module", sorted(FILES))
def test_a_room_imports_only_rooms_on_lower_floors(module):
    floor(module)
    broken = {name: why for name in known(module) if (why := breach(module, name))}
    assert not broken, f"{module} imports {broken}"


def test_imports_make_no_circle():
    edges = {module: [n for n in known(module) if n in FILES] for module in FILES}
    for module in FILES:
        edges[module] += [
            other for found in templates(ast.walk(tree(module))) for other in filled(*found)
        ]
    assert circle({module: set(found) - {module} for module, found in edges.items()}) is None


@pytest.mark.parametrize(
    "code",
    [
        "from vgan.training import loop",  # Up.
        "from vgan.metrics import frechet",  # Sideways.
        "def late():\n    import vgan.sampling.model",
    ],
)
def test_a_planted_import_is_seen(code):
    (imported,) = imports(ast.walk(ast.parse(code)))
    assert breach("vgan.networks.conv3d", imported)


@pytest.mark.parametrize("template", ["vgan.losses.kinds.{}", "vgan.metrics.user_networks.{}"])
def test_a_planted_template_is_seen(template):
    code = f"def later(text):\n    return spec.build(spec.parse(text), {template!r})"
    (imported,) = imports(ast.walk(ast.parse(code)))
    assert breach("vgan.networks.conv3d", imported)


def test_a_planted_circle_is_seen():
    planted = {
        "vgan.data.a": "from vgan.core import spec\nfrom vgan.data.b import c",
        "vgan.data.b": "def late():\n    from vgan.data import d",
        "vgan.data.d": "part = build(text, 'vgan.data.a.{}')",
    }
    edges = {module: list(imports(ast.walk(ast.parse(code)))) for module, code in planted.items()}
    edges["vgan.data.a"].append("vgan.data.b")  # Planted files aren't among FILES.
    edges["vgan.data.b"].append("vgan.data.d")
    assert circle(edges) == ["vgan.data.a", "vgan.data.b", "vgan.data.d", "vgan.data.a"]
    assert circle(edges | {"vgan.data.d": []}) is None


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("vgan.core.spec", "vgan.motion.warp"),
        ("vgan.models.game.gan", "vgan.networks.layers"),
        ("vgan.models.game.gan", "vgan.losses.kinds"),
        ("vgan.models.gan.family", "vgan.models.vae.vae"),
        ("vgan.sampling.model", "vgan.runs.trained"),
        ("vgan.reports.runs", "vgan.runs.building"),
        ("vgan.export", "vgan.train"),
        ("vgan", "vgan.train"),
        ("vgan.data.folder", "data_prep.writing.shards"),
        ("data_prep.writing.chunks", "vgan.data.folder"),
        ("data_prep.inputs.opening", "data_prep.writing.chunks"),
    ],
)
def test_a_breach_is_seen(module, imported):
    assert breach(module, imported)


def test_a_file_is_a_command_or_in_a_room():
    for home in FLOORS:
        lone = [m for m in FILES if m.count(".") == 1 and m.startswith(home) and not is_package(m)]
        assert lone and all(is_command(module) for module in lone)


def test_a_room_without_a_floor_is_told_what_to_do(monkeypatch):
    monkeypatch.setitem(FILES, "vgan.helpers", Path("vgan/helpers/__init__.py"))
    with pytest.raises(AssertionError, match="add 'helpers' to FLOORS"):
        floor("vgan.helpers.text")


def test_every_room_exists():
    for home, floors in FLOORS.items():
        for name in sum(floors, []):
            assert is_package(f"{home}.{name}"), f"{name} is gone: take it out of FLOORS"


def is_command(module):
    return any(
        isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"
        for node in tree(module).body
    )


COMMANDS = sorted(module for module in FILES if is_command(module))


def test_flags_belong_to_commands_and_the_configuration():
    users = {name for name in FILES if {"absl.flags", "absl.app"} & set(known(name))}
    assert users <= {"vgan.runs.config", "vgan.core.command", *COMMANDS}


def test_opencv_is_where_frames_are_read_or_treated_or_their_motion_estimated():
    users = {name for name in FILES if within("cv2", [n.split(".")[0] for n in known(name)])}
    assert users == OPENCV


@pytest.mark.parametrize("module", sorted(FILES))
def test_no_assert(module):
    lines = [node.lineno for node in ast.walk(tree(module)) if isinstance(node, ast.Assert)]
    assert not lines, f"{FILES[module]} lines {lines}: python -O drops asserts, raise an error"


@pytest.mark.parametrize("module", [name for name in COMMANDS if within(name, ["vgan"])])
def test_a_command_reads_its_flags_before_tensorflow_loads(module):
    at_once = [name for name in imports(tree(module).body) if within(name, ["vgan"])]
    light = ["vgan.core", "vgan.runs.config", "vgan.runs.checkpoint_choice"]
    assert all(within(name, light) for name in at_once)


def test_what_must_stay_light_loads_no_tensorflow():
    check = (
        "import sys, vgan, vgan.core.clip, vgan.core.spec, vgan.runs.config;"
        "import data_prep.prepare_clips, data_prep.key_frames, data_prep.inputs.shots;"
        "import data_prep.inspect, data_prep.search;"
        "import data_prep.features.description as described;"
        "described.Description('colour + texture + edges + motion');"
        "print(*{'tensorflow', 'keras'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""
