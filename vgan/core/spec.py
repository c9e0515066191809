"""Spec strings: parts of an experiment chosen by name and arguments, without a registry.

`conv3d(latent_dim=128)` is a name with literal arguments; `10*l1 + 0.1*motion(block=8)` is a
weighted sum of them. A bare name fills the blank of an import path such as
`vgan.networks.{}.generator`; a dotted name is an import path of the user's own.
"""

import ast
import dataclasses
import functools
import importlib
import inspect
import math
import pkgutil

from vgan.core.errors import UsageError, naming


@dataclasses.dataclass(frozen=True)
class Spec:
    """One named part: its name and its keyword arguments."""

    name: str
    arguments: dict
    weight: float = 1.0


class Foreign(str):
    """Text that a loaded folder brought, which may name parts of vgan, but no code of one's own."""


def foreign(value, trusted=False):
    """Marks all text in what a folder brought as Foreign, unless the folder is trusted.

    Args:
      value: text, or lists and dicts of it and of other values.
      trusted: leave it as it is.
    """
    if trusted:
        return value
    if isinstance(value, dict):
        return {name: foreign(of) for name, of in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return type(value)(map(foreign, value))
    return Foreign(value) if isinstance(value, str) else value


def parse(text):
    """Reads `name` or `name(argument=literal, ...)` into a `Spec`; raises UsageError."""
    return _as_from(text, _read(_expression(text), text))


def parse_sum(text):
    """Reads `weight*name(...) + name(...)` into `Spec`s; an empty text is an empty list."""
    if not text.strip():
        return []
    return [_as_from(text, _read_term(node, text)) for node in _addends(_expression(text))]


def _as_from(text, spec):
    """A Spec whose text is as foreign as the one that it was read from."""
    if not isinstance(text, Foreign):
        return spec
    return Spec(Foreign(spec.name), foreign(spec.arguments), spec.weight)


def parse_unweighted(text, flag):
    """Reads `name(...) + name(...)` into `Spec`s; raises UsageError, naming `flag`, for weights."""
    parts = parse_sum(text)
    if any(part.weight != 1 for part in parts):
        raise UsageError(f"{flag}={text}: its parts have no weights. Drop them")
    return parts


def unparse(spec):
    """The text that a Spec is of, without its weight."""
    arguments = ", ".join(f"{name}={of!r}" for name, of in spec.arguments.items())
    return foreign(f"{spec.name}({arguments})", trusted=not isinstance(spec.name, Foreign))


def build(spec, template, **given):
    """Calls what `spec` names with `given` and its own arguments.

    Args:
      spec: a `Spec`.
      template: import path with one blank, e.g. `vgan.networks.{}.generator`.
      **given: arguments that the caller supplies and a spec string may not.
    Raises:
      UsageError: an unknown name (listing those that exist) or argument (likewise), or a value of
        another type than the argument's default.
    """
    target = resolve(spec.name, template)
    parameters = _parameters(spec.name, target)
    free = [name for name in parameters if name not in given]
    for name in spec.arguments:
        if name not in free:
            raise UsageError(
                f"{spec.name}(): no argument {name!r}. It takes: {', '.join(free) or 'none'}"
            )
    missing = [
        name
        for name in free
        if parameters[name].default is inspect.Parameter.empty and name not in spec.arguments
    ]
    if missing:
        raise UsageError(f"{spec.name}(): needs the argument {', '.join(missing)}. Add it")
    for name, value in spec.arguments.items():
        if wanted := _misfit(value, parameters[name].default):
            raise UsageError(f"{spec.name}({name}={value!r}): must be {wanted}")
    return target(**given, **spec.arguments)


def of_flag(flag, text, template, **given):
    """What the text of a flag names, by `build`; an error names the flag."""
    with naming(flag, text):
        return build(parse(text), template, **given)


def resolve(name, template):
    """The object that a bare name in the template's blank, or a dotted import path, stands for."""
    if "." in name and isinstance(name, Foreign):
        raise UsageError(
            f"{str(name)!r}: the folder that was loaded names code to be run. If you trust who "
            "made it, add --trust_code, or trust_code=True in Python"
        )
    path = name if "." in name else template.format(name)
    # Such text may name our parts alone, not all that their file imports.
    found = None if isinstance(name, Foreign) and name not in names(template) else _import(path)
    if found is None or (name.startswith("_") and "." not in name):
        raise UsageError(
            f"unknown name {name!r} (looked for {path}). "
            f"Known: {', '.join(names(template))}; or give a dotted import path of your own"
        )
    if not callable(found):
        raise UsageError(
            f"name {name!r}: {path} is a {type(found).__name__}, not a function. "
            f"Known: {', '.join(names(template))}; or give a dotted import path of your own"
        )
    return found


def names(template):
    """The bare names that fill the template's blank, sorted."""
    before, after = template.split(".{}")
    home = importlib.import_module(before)
    if not after:
        public = inspect.getmembers(home, inspect.isfunction)
        return sorted(n for n, f in public if f.__module__ == before and not n.startswith("_"))
    modules = (module.name for module in pkgutil.iter_modules(home.__path__))
    return sorted(name for name in modules if _import(template.format(name)) is not None)


def _parameters(name, target):
    try:
        return inspect.signature(target).parameters
    except (ValueError, TypeError):
        raise UsageError(f"{name}(): its arguments can't be read. Give a Python function") from None


def _misfit(value, default):
    """What a value should be, by the type of the default, or "" where it fits."""
    if isinstance(default, bool):
        return "" if isinstance(value, bool) else "True or False"
    if isinstance(default, str):
        return "" if isinstance(value, str) else "a text in quotes"
    if isinstance(default, int | float):
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number and not math.isfinite(value):
            return "a finite number"
        return "" if number else "a number"
    if isinstance(default, tuple | list):
        return "" if isinstance(value, tuple | list) else "a list"
    return ""


def _import(path):
    parts = path.split(".")
    for split in range(len(parts), 0, -1):
        module_name = ".".join(parts[:split])
        try:
            module = importlib.import_module(module_name)
        except ModuleNotFoundError as error:
            if f"{module_name}.".startswith(f"{error.name}."):
                continue
            raise
        try:
            return functools.reduce(getattr, parts[split:], module)
        except AttributeError:
            return None
    return None


def _expression(text):
    try:
        return ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        raise UsageError(
            f"spec {text!r}: not of the form name(argument=value, ...). Check brackets and quotes"
        ) from None


def _addends(node):
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _addends(node.left) + _addends(node.right)
    return [node]


def _read_term(node, text):
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        weight = _literal(node.left, text)
        number = isinstance(weight, (int, float)) and not isinstance(weight, bool)
        if not number or not math.isfinite(weight):
            raise UsageError(f"spec {text!r}: {weight!r} is not a weight. Write 0.5*name(...)")
        return dataclasses.replace(_read(node.right, text), weight=float(weight))
    return _read(node, text)


def _read(node, text):
    call = node if isinstance(node, ast.Call) else ast.Call(func=node, args=[], keywords=[])
    name = ast.unparse(call.func)
    if call.args or not all(part.isidentifier() for part in name.split(".")):
        raise UsageError(f"spec {text!r}: write name(argument=value, ...), every argument by name")
    arguments = {keyword.arg: _literal(keyword.value, text) for keyword in call.keywords}
    if None in arguments or len(arguments) < len(call.keywords):
        raise UsageError(f"spec {text!r}: write each argument once, as name=value")
    return Spec(name, arguments)


def _literal(node, text):
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        raise UsageError(
            f"spec {text!r}: {ast.unparse(node)!r} is not a literal. Quote text, spell out numbers"
        ) from None
