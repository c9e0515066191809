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
        floor = "" if figure["floor"] is None else _text(figure["floor"])
        ratio = "" if figure["over_floor"] is None else _text(figure["over_floor"])
        rows.append((name, _text(figure["value"]), _span(figure), floor, ratio))
    yield from _columns(rows)
    yield ""
    rows = [("statistic", "generated", "about 95 %", "real", "other real", "")]
    for name, figure in scores["statistics"].items():
        other = "" if figure["other_real"] is None else _text(figure["other_real"])
        values = (_text(figure["real"]), other, figure["unit"])
        rows.append((name, _text(figure["generated"]), _span(figure), *values))
    yield from _columns(rows)


def _columns(rows):
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _span(figure):
    if "standard_error_of_fit" in figure:
        return f"(of the fit: {_text(figure['standard_error_of_fit'])})"
    if figure["interval"] is None:
        return "unknown"
    return " to ".join(map(_text, figure["interval"]))


def _text(value):
    return f"{value:.4g}"


def _rounded(value):
    """Six digits of each number: what comes after them depends on the machine."""
    if isinstance(value, dict):
        return {name: _rounded(of) for name, of in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(of) for of in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value
