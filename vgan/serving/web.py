"""A folder with a page that makes clips in a browser, from latents of a seed as Python has them."""

import base64
import json
from importlib import resources
from pathlib import Path

from vgan.core import randomness
from vgan.core.errors import StorageError, UsageError
from vgan.core.files import replacing_folder
from vgan.serving import onnx

ADDRESS = "https://cdn.jsdelivr.net/npm/onnxruntime-web@1.30.0/dist/"
"""Of the runtime, where no copy is put beside the page."""

_CODE, _PROGRAM = "ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm"


def check(card):
    """Raises UsageError for a model, of this sampling.card.Card, of given clips."""
    if card.task.needs_given:
        raise UsageError(
            f"--format=web: the page makes clips of noise, and this model, of "
            f"--task={card.task.text}, of given ones. Use --format=onnx"
        )


def export(frozen, card, about, path, runtime=None):
    """Writes index.html, the model as a script, and the runtime if its files are at hand.

    All is in scripts, not fetched, so that the page can be opened from a disk.

    Args:
      frozen, about: as of onnx.export.
      card: sampling.card.Card.
      path: of the folder.
      runtime: address of onnxruntime-web's files, or the folder `dist` of its npm package, which
        the page then holds; None for ADDRESS.
    Returns:
      float, as onnx.export.
    Raises:
      UsageError: a model of given clips; no such runtime; or as onnx.export.
    """
    check(card)
    local = runtime is not None and "://" not in runtime
    held = _read(Path(runtime)) if local else {}
    with replacing_folder(path) as incomplete:
        off = onnx.export(frozen, about, incomplete / "model.onnx", "web")
        model = {"weights": _text(incomplete / "model.onnx"), "about": about}
        model |= {"inputs": {name: list(of.shape) for name, of in frozen.inputs.items()}}
        model |= {"stream": randomness.SAMPLING, "streams": randomness.STREAMS}
        model |= {"address": f"{runtime.rstrip('/')}/" if runtime and not local else ADDRESS}
        _script(incomplete / "model.js", "MODEL", model)
        _script(incomplete / "runtime.js", "RUNTIME", held)
        for name in ("index.html", "noise.js"):
            (incomplete / name).write_text(resources.files(__package__).joinpath(name).read_text())
    return off


def _read(folder):
    try:
        return {"code": (folder / _CODE).read_text(), "program": _text(folder / _PROGRAM)}
    except FileNotFoundError as error:
        raise UsageError(
            f"--runtime={folder}: has no {Path(error.filename).name}. Run npm install "
            "onnxruntime-web, and give node_modules/onnxruntime-web/dist"
        ) from None
    except OSError as error:
        raise StorageError(f"--runtime={folder}: {error.strerror}. Check the folder") from None


def _text(path):
    return base64.b64encode(path.read_bytes()).decode()


def _script(path, name, value):
    path.write_text(f"const {name} = {json.dumps(value)};\n")
