"""What an evaluation writes: scores.json, and a table."""

import json

FORMAT = 1


def scores_text(result, protocol):
    """The text of scores.json: the same for the same scores, byte by byte.

    Args:
      result: evaluator.Result.
      protocol: dict of what all figures share.
    """
    scores = {"format": FORMAT, "protocol": protocol}
    scores |= {"scores": result.scores, "statistics": result.statistics}
    return json.dumps(_rounded(scores), indent=1, allow_nan=False) + "\n"


def table(scores):
    """Lines for a terminal of what scores.json holds.

    Args:
      scores: dict, scores.json as it was read.
    """
    rows = [("score", "value", "about 95 %", "floor", "/ floor")]
    for name, figure in scores["scores"].items():
        compared = _text(figure["floor"]), _text(figure["over_floor"])
        rows.append((name, _text(figure["value"]), _span(figure), *compared))
    yield from _columns(rows)
    yield ""
    rows = [("statistic", "generated", "about 95 %", "real", "other real", "")]
    for name, figure in scores["statistics"].items():
        compared = _text(figure["real"]), _text(figure["other_real"]), figure["unit"]
        rows.append((name, _text(figure["generated"]), _span(figure), *compared))
    yield from _columns(rows)


def _columns(rows):
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(map(str.ljust, row, widths)).rstrip()


def _span(figure):
    if "standard_error_of_fit" in figure:
        return f"(of the fit: {_text(figure['standard_error_of_fit'])})"
    if figure["interval"] is None:
        return "unknown"
    return " to ".join(map(_text, figure["interval"]))


def _text(value):
    return "" if value is None else f"{value:.4g}"


def _rounded(value):
    """Six digits of each number: what comes after them depends on the machine."""
    if isinstance(value, dict):
        return {name: _rounded(of) for name, of in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(of) for of in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value
