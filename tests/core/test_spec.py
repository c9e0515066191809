import sys

import pytest

from vgan.core import spec
from vgan.core.errors import UsageError
from vgan.core.spec import Spec

TEMPLATE = "parts_for_spec.{}"
MODULES = "package_for_spec.{}.part"

PARTS = """
from os.path import join


class Class:
    pass


def scale(given, factor=2, offset=0):
    return given * factor + offset


def needy(first, second, third=3):
    return first, second, third


def plain():
    return "plain"


def typed(flag=False, word="a", number=1, share=0.5, many=(1, 2), free=None):
    return flag, word, number, share, many, free


def _hidden():
    return "hidden"
"""


@pytest.fixture(autouse=True, scope="module")
def parts(tmp_path_factory):
    """A module of functions, and a package of modules of which two have a `part`."""
    folder = tmp_path_factory.mktemp("parts")
    (folder / "parts_for_spec.py").write_text(PARTS)
    package = folder / "package_for_spec"
    package.mkdir()
    (package / "__init__.py").write_text("")
    for name in ("zebra", "ant"):
        (package / f"{name}.py").write_text(f"def part():\n    return {name!r}\n")
    (package / "helper.py").write_text("def other():\n    pass\n")
    (folder / "needs_for_spec.py").write_text("import no_such_library\n\ndef part():\n    pass\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield
    for name in [name for name in sys.modules if "_for_spec" in name]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("conv3d", "conv3d", {}),
        ("  conv3d ( )  ", "conv3d", {}),
        ("conv3d(latent_dim=128)", "conv3d", {"latent_dim": 128}),
        ("my.own.net(a=-1, b='x, y', c=(1, 2))", "my.own.net", {"a": -1, "b": "x, y", "c": (1, 2)}),
        ("f(a=None, b=True, c=1e-3, d=[1], e={'k': 1})", "f",
         {"a": None, "b": True, "c": 1e-3, "d": [1], "e": {"k": 1}}),
    ],
)  # fmt: skip
def test_parse(text, name, arguments):
    assert spec.parse(text) == Spec(name, arguments, 1.0)


@pytest.mark.parametrize("text", ["", "  ", "f(", "f(a=1", "f)", "if", "f(a=)", "f(1)(", "f g"])
def test_parse_tells_the_form(text):
    with pytest.raises(UsageError) as caught:
        spec.parse(text)
    assert str(caught.value) == (
        f"spec {text!r}: not of the form name(argument=value, ...). Check brackets and quotes"
    )


@pytest.mark.parametrize(
    "text",
    ["f(1)", "f(1, a=2)", "f(*[1])", "f(a=1)(b=2)", "f[0]", "lambda: 1", "'f'", "3", "a-b", "2*f"],
)
def test_parse_wants_arguments_by_name(text):
    with pytest.raises(UsageError) as caught:
        spec.parse(text)
    assert str(caught.value) == (
        f"spec {text!r}: write name(argument=value, ...), every argument by name"
    )


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("f(a=b)", "b"),
        ("f(a=[1, b])", "[1, b]"),
        ("f(a=g(x=1))", "g(x=1)"),
        ("f(a=2 * 3)", "2 * 3"),
        ("f(a=__import__('os'))", "__import__('os')"),
    ],
)
def test_parse_takes_literals_alone(text, part):
    with pytest.raises(UsageError) as caught:
        spec.parse(text)
    assert str(caught.value) == (
        f"spec {text!r}: {part!r} is not a literal. Quote text, spell out numbers"
    )


def test_parse_sum():
    assert spec.parse_sum("10*l1 + 0.1*motion(block=8)") == [
        Spec("l1", {}, 10.0),
        Spec("motion", {"block": 8}, 0.1),
    ]
    assert spec.parse_sum("a+b + -2*c(x=1)") == [
        Spec("a", {}),
        Spec("b", {}),
        Spec("c", {"x": 1}, -2),
    ]
    assert spec.parse_sum("my.own(a='1 + 2')") == [Spec("my.own", {"a": "1 + 2"}, 1.0)]
    assert spec.parse_sum("") == spec.parse_sum(" \t ") == []
    assert isinstance(spec.parse_sum("2*a")[0].weight, float)


@pytest.mark.parametrize("weight", ["True", "'x'", "None", "1j"])
def test_a_weight_is_a_number(weight):
    text = f"{weight}*a"
    with pytest.raises(UsageError) as caught:
        spec.parse_sum(text)
    value = {"1j": "1j"}.get(weight, weight)
    assert str(caught.value) == f"spec {text!r}: {value} is not a weight. Write 0.5*name(...)"


@pytest.mark.parametrize("text", ["a +", "a, b", "a - b", "2*(a + b)", "a*2", "2*3*a", "a b"])
def test_bad_sums(text):
    with pytest.raises(UsageError, match="^spec '"):
        spec.parse_sum(text)


def build(text, template=TEMPLATE, **given):
    return spec.build(spec.parse(text), template, **given)


def test_build():
    assert build("scale", given=3) == 6
    assert build("scale(factor=5, offset=1)", given=3) == 16
    assert build("plain()") == "plain"
    assert build("zebra", MODULES) == "zebra"
    assert build("parts_for_spec.plain", MODULES) == "plain"
    assert build("package_for_spec.helper.other") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("scale(speed=1)", "scale(): no argument 'speed'. It takes: factor, offset"),
        ("scale(given=1)", "scale(): no argument 'given'. It takes: factor, offset"),
        ("scale(factor=1, speed=1)", "scale(): no argument 'speed'. It takes: factor, offset"),
    ],
)
def test_unknown_arguments(text, message):
    with pytest.raises(UsageError) as caught:
        build(text, given=3)
    assert str(caught.value) == message


def test_arguments_of_what_takes_none():
    with pytest.raises(UsageError) as caught:
        build("plain(speed=1)")
    assert str(caught.value) == "plain(): no argument 'speed'. It takes: none"


def test_missing_arguments():
    with pytest.raises(UsageError) as caught:
        build("needy(third=1)")
    assert str(caught.value) == "needy(): needs the argument first, second. Add it"
    with pytest.raises(UsageError, match="needs the argument second. Add it"):
        build("needy", first=1)
    assert build("needy(second=2)", first=1) == (1, 2, 3)


@pytest.mark.parametrize(
    "arguments",
    [
        "flag=True, word='', number=2.5, share=3, many=[], free='x'",
        "free=None",
        "free=[3], many=((1, 2), 3)",
    ],
)
def test_values_of_the_type_of_the_default(arguments):
    assert build(f"typed({arguments})")


@pytest.mark.parametrize(
    ("argument", "wanted"),
    [
        ("flag=1", "True or False"),
        ("flag='no'", "True or False"),
        ("flag=None", "True or False"),
        ("word=3", "a text in quotes"),
        ("word=[]", "a text in quotes"),
        ("word=None", "a text in quotes"),
        ("number='1'", "a number"),
        ("number=True", "a number"),
        ("share=[]", "a number"),
        ("share=inf", "a finite number"),
        ("share=1j", "a number"),
        ("many=1", "a list"),
        ("many='ab'", "a list"),
        ("many={'a': 1}", "a list"),
    ],
)
def test_values_of_another_type_than_the_default(argument, wanted):
    with pytest.raises(UsageError) as caught:
        build(f"typed({argument.replace('inf', '1e999')})")
    assert str(caught.value) == f"typed({argument}): must be {wanted}"


def test_what_is_no_function():
    with pytest.raises(UsageError, match="name 'os.path': os.path is a module, not a function."):
        build("os.path()")
    with pytest.raises(UsageError, match="math.pi is a float, not a function. Known: needy"):
        build("math.pi")
    with pytest.raises(UsageError, match=r"builtins.dict\(\): its arguments can't be read"):
        build("builtins.dict()")


@pytest.mark.parametrize(
    ("text", "template"),
    [
        ("smooth(estimator=3)", "vgan.treatments.{}.treatment"),
        ("frame_rate(fps=30, how=[])", "vgan.treatments.{}.treatment"),
        ("block_matching(cost=[])", "vgan.motion.estimators.{}"),
        ("block_matching(radius=1000000000)", "vgan.motion.estimators.{}"),
        ("farneback(window=1000000000)", "vgan.motion.estimators.{}"),
        ("flow(kind=[])", "vgan.motion.interpolation.{}"),
        ("blocks(radius=1000000000)", "vgan.motion.interpolation.{}"),
        ("texture(wavelengths=[[]])", "data_prep.features.{}.features"),
    ],
)
def test_what_the_package_builds_is_checked(text, template):
    with pytest.raises(UsageError):
        build(text, template)


@pytest.mark.parametrize(
    ("name", "template", "path", "known"),
    [
        ("nothing", TEMPLATE, "parts_for_spec.nothing", "needy, plain, scale, typed"),
        ("_hidden", TEMPLATE, "parts_for_spec._hidden", "needy, plain, scale, typed"),
        ("nothing", MODULES, "package_for_spec.nothing.part", "ant, zebra"),
        ("helper", MODULES, "package_for_spec.helper.part", "ant, zebra"),
        ("no.such.thing", MODULES, "no.such.thing", "ant, zebra"),
        ("parts_for_spec.no_such", MODULES, "parts_for_spec.no_such", "ant, zebra"),
    ],
)
def test_unknown_names_list_the_known(name, template, path, known):
    with pytest.raises(UsageError) as caught:
        spec.resolve(name, template)
    assert str(caught.value) == (
        f"unknown name {name!r} (looked for {path}). "
        f"Known: {known}; or give a dotted import path of your own"
    )


def test_a_library_that_a_part_needs_is_not_taken_for_the_part():
    with pytest.raises(ModuleNotFoundError, match="no_such_library"):
        spec.resolve("needs_for_spec.part", TEMPLATE)


def test_names():
    assert spec.names(TEMPLATE) == ["needy", "plain", "scale", "typed"]
    assert spec.names(MODULES) == ["ant", "zebra"]
    assert spec.names("package_for_spec.{}.other") == ["helper"]


def test_the_package_names_its_own_parts():
    assert {"dis", "farneback", "block_matching"} == set(spec.names("vgan.motion.estimators.{}"))
    assert {"conv3d", "frames2d"} <= set(spec.names("vgan.networks.{}.discriminator"))
    assert "layers" not in spec.names("vgan.networks.{}.generator")


@pytest.mark.parametrize("text", ["f(x=1, x=2)", "f(**{'x': 1})", "f(x={[]: 1})", "1e999*f"])
def test_arguments_that_say_nothing_clear(text):
    with pytest.raises(UsageError, match="spec"):
        spec.parse_sum(text)


def part(inner="none", sources=()):
    """A part whose arguments name others."""
    return inner, sources


HERE = "tests.core.test_spec"


def test_text_of_a_folder_names_no_code():
    own = spec.parse(f"{HERE}.part(inner='{HERE}.part')")
    assert spec.build(own, "vgan.losses.kinds.{}")[0] == f"{HERE}.part"
    with pytest.raises(UsageError, match="names code to be run.*--trust_code"):
        spec.build(spec.parse(spec.foreign(f"{HERE}.part")), "vgan.losses.kinds.{}")
    assert spec.build(spec.parse(spec.foreign("mse")), "vgan.losses.kinds.{}").aligned


def test_such_text_names_no_part_that_its_file_only_imports():
    assert spec.resolve("Loss", "vgan.losses.kinds.{}")
    with pytest.raises(UsageError, match="unknown name 'Loss'"):
        spec.resolve(spec.foreign("Loss"), "vgan.losses.kinds.{}")


@pytest.mark.parametrize("read", [spec.parse, lambda text: spec.parse_sum(text)[0]])
def test_what_is_within_such_text_is_as_foreign(read):
    found = read(spec.foreign(f"motion(inner='{HERE}.part', sources=['{HERE}.part'])"))
    for text in (found.arguments["inner"], found.arguments["sources"][0], spec.unparse(found)):
        with pytest.raises(UsageError, match="names code to be run"):
            spec.resolve(spec.parse(text).arguments.get("inner", spec.parse(text).name), "x.{}")


def test_what_is_trusted_stays_as_it_is():
    assert type(spec.foreign("a.b", trusted=True)) is str
    assert spec.foreign({"n": [1, "a"]}) == {"n": [1, "a"]}
