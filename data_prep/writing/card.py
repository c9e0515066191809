"""What a person sees of prepared data: a card, a sheet of pictures, and a page where they play."""

import base64
import html
import io
import itertools
import json
import os

from PIL import Image

from data_prep.base.reading import Prepared
from data_prep.choosing import contact_sheet
from vgan.core.escaping import cell, markdown, plain

FILES = ("README.md", "contact_sheet.png", "index.html")
"""What is written."""

_PLAYED = 32  # Frames of a thumbnail.
_WIDEST = 160  # Pixels of its longer side.
_FEW_LABELS = 30
_CAPTION = 26


def write(folder, summary, settings):
    """Writes README.md, contact_sheet.png and index.html into a folder of prepared data.

    Args:
      folder: where the rest lies already.
      summary: `Summary`.
      settings: `Settings`.
    """
    text = describe(summary, settings)
    _save(folder, "README.md", text)
    prepared = Prepared(folder)
    pictures, figures = [], []
    for row in summary.shown:
        frames = [_small(frame) for frame in itertools.islice(prepared.frames(row), _PLAYED)]
        pictures.append((frames[len(frames) // 2], _end_of(row["key"])))
        figures.append(_figure(row, frames))
    contact_sheet.draw(pictures).save(os.path.join(folder, "contact_sheet.png"))
    _save(folder, "index.html", _page(text, figures))


def describe(summary, settings):
    """The data card, Markdown.

    Source: Gebru et al., "Datasheets for Datasets", 2021, of which this answers what can be
    counted.
    """
    height, width = settings.size
    left = summary.left_out
    lines = [
        "# Prepared video data",
        "",
        "| what | how much |",
        "|---|---|",
        f"| clips | {summary.videos:,} |",
        f"| frames | {summary.frames:,} of {height}x{width} pixels (height x width), "
        "8-bit RGB, PNG |",
        f"| hours | {summary.seconds / 3600:.2f}, where the frame rate is known |",
        f"| train, test | {summary.splits['train']:,}, {summary.splits['test']:,} clips |",
        f"| end before their file says | {summary.short:,} |",
        f"| left out | {left['bad']:,} bad, {left['dropped']:,} dropped, {left['other']:,} other "
        "files; see skipped.jsonl |",
        f"| of files with equal bytes | {summary.duplicates:,} |",
        "| licence | unknown: state it |",
        "| source, consent | unknown: state it |",
        "",
    ]
    labels = sorted(
        (cell(label) if label else "(none)", count) for label, count in summary.labels.items()
    )
    lines += ["| label | clips |", "|---|---|"]
    lines += [f"| {label} | {count:,} |" for label, count in labels[:_FEW_LABELS]]
    if len(labels) > _FEW_LABELS:
        lines += [f"| and {len(labels) - _FEW_LABELS} more | |"]
    usual = vars(type(settings)())
    changed = {name: of for name, of in vars(settings).items() if of != usual[name]}
    return "\n".join([*lines, "", f"Made with {markdown(json.dumps(changed))}.", ""])


def _small(frame):
    """A picture of a frame, shrunk where many of them would take much memory."""
    picture = Image.fromarray(frame)
    picture.thumbnail((_WIDEST, _WIDEST), Image.Resampling.BOX)
    return picture


def _end_of(key):
    """As much of a key as fits below a thumbnail, in letters that every font has."""
    return key.encode("ascii", "backslashreplace").decode()[-_CAPTION:]


def _page(text, figures):
    shown = "\n".join(figures)
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Prepared video data</title>
<style>
body {{ font: 15px sans-serif; margin: 2em; background: #fafafa; color: #222 }}
main {{ display: flex; flex-wrap: wrap; gap: 1em }}
figure {{ margin: 0; width: 128px }}
img {{ width: 128px; image-rendering: pixelated }}
figcaption {{ font-size: 11px; overflow-wrap: anywhere }}
</style>
<h1>Prepared video data</h1>
<p>{len(figures)} clips, chosen by the hash of their names, their first {_PLAYED} frames.</p>
<main>
{shown}
</main>
<pre>{html.escape(text)}</pre>
</html>
"""


def _figure(row, frames):
    data = io.BytesIO()
    first, *others = frames
    first.save(
        data, "WEBP", save_all=True, append_images=others, loop=0, quality=70,
        duration=round(1000 / (row["fps"] or 25)),
    )  # fmt: skip
    picture = base64.b64encode(data.getvalue()).decode()
    said = html.escape(plain(f"{row['key']}, {row['split']}, {row['frames']} frames"))
    return (
        f'<figure><img alt="{said}" src="data:image/webp;base64,{picture}">'
        f"<figcaption>{said}</figcaption></figure>"
    )


def _save(folder, name, text):
    with open(os.path.join(folder, name), "wb") as file:
        file.write(text.encode("utf-8", "backslashreplace"))  # Of a name that is no text.
