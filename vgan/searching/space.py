"""What a search may change: flags, and what values each of them may have."""

import ast
import dataclasses
import io
import math
import tokenize

from optuna import distributions

from vgan.core import settings
from vgan.core.errors import UsageError
from vgan.runs.config import ExperimentConfig

_EXAMPLE = "learning_rate=log(1e-4, 1e-3) + adversarial=choice('bce', 'hinge')"


def log(low, high):
    """Numbers from low to high, of which each power of ten is as likely."""
    return distributions.FloatDistribution(low, high, log=True)


def between(low, high):
    """Numbers from low to high, each as likely."""
    return distributions.FloatDistribution(low, high)


def whole(low, high):
    """Whole numbers from low to high."""
    return distributions.IntDistribution(low, high)


def choice(*values):
    """One of some values, which may be texts of parts."""
    return distributions.CategoricalDistribution(values)


_KINDS = {kind.__name__: kind for kind in (log, between, whole, choice)}


def parse(text, config):
    """Reads `flag=kind(...) + flag=kind(...)`, with values that Python writes.

    Args:
      config: the ExperimentConfig that a search begins with, whose own values must be possible.
    Returns:
      {flag: optuna's distribution}.
    Raises:
      UsageError: no such flag or kind, or values that don't fit.
    """
    found, fields = {}, {field.name: field for field in dataclasses.fields(ExperimentConfig)}
    for flag, node in _terms(text):
        if flag not in fields or flag in found:
            raise UsageError(f"--space: {flag!r} is no flag of training, or there twice")
        space, told = _distribution(node), f"--space: {flag}={ast.unparse(node)}"
        for value in _ends(space):
            _check_type(fields[flag].type, value, told)
            _check_range(fields[flag], value, told)
        own = getattr(config, flag)
        if own not in _ends(space) and not (_is_finite(own) and _is_between(own, space)):
            raise UsageError(f"{told}: leaves out {own!r}, with which the search begins. Widen it")
        found[flag] = space
    return found


def _terms(text):
    """Flags and the calls that say their values, of which there may be pluses inside of texts."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
        depth, commas = 0, []
        for token in tokens:
            depth += (token.string in "([{") - (token.string in ")]}") if token.string else 0
            plus = token.string == "+" and depth == 0 and token.type == tokenize.OP
            commas.append((token.type, "," if plus else token.string))
        inside = tokenize.untokenize(commas).replace("\n", " ")
        call = ast.parse(f"space({inside})", mode="eval").body
    except (SyntaxError, tokenize.TokenError):
        raise UsageError(f"--space={text}: can't be read. Write it like {_EXAMPLE}") from None
    if call.args or not call.keywords or None in [keyword.arg for keyword in call.keywords]:
        raise UsageError(f"--space={text}: can't be read. Write it like {_EXAMPLE}")
    return [(keyword.arg, keyword.value) for keyword in call.keywords]


def _distribution(node):
    told = f"--space: {ast.unparse(node)}"
    kind = _KINDS.get(node.func.id) if _is_plain_call(node) else None
    if kind is None:
        raise UsageError(f"{told}: unknown. Known: {', '.join(_KINDS)}, as {_EXAMPLE}")
    try:
        values = _values(node)
        if kind is whole and not all(isinstance(value, int) for value in values):
            raise ValueError("takes two whole numbers")
        if kind is not choice and not all(map(_is_finite, values)):
            raise ValueError("takes two numbers")
        if len(set(values)) < 2:
            raise ValueError("needs two values or more")
        return kind(*values)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{told}: {error}") from None


def _values(node):
    try:
        values = [ast.literal_eval(of) for of in node.args]
        hash(tuple(values))
    except (TypeError, ValueError):
        raise ValueError("takes numbers, texts, True and False, as they are written") from None
    return values


def _is_plain_call(node):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords


def _is_finite(value):
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value)


def _ends(space):
    if isinstance(space, distributions.CategoricalDistribution):
        return space.choices
    return space.low, space.high


def _is_between(value, space):
    choices = isinstance(space, distributions.CategoricalDistribution)
    return not choices and space.low <= value <= space.high


def _check_range(field, value, told):
    try:
        settings.check(field, value)
    except UsageError as error:
        raise UsageError(f"{told}: {error}") from None


def _check_type(kind, value, told):
    fits = isinstance(value, kind) and isinstance(value, bool) == (kind is bool)
    if not fits and not (kind is float and _is_finite(value)):
        raise UsageError(f"{told}: {value!r} must be of type {kind.__name__}")
