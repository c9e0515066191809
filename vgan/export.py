"""Exports a run for serving: python -m vgan.export --workdir=runs/base.

A SavedModel is for TensorFlow and its servers, `onnx` for ONNX Runtime on many systems, `litert`
for phones, `web` a page that makes clips in any browser. The last three make one clip at a time.
"""

from pathlib import Path

from absl import flags

from vgan.core import command
from vgan.core.errors import StorageError, UsageError
from vgan.runs import checkpoint_choice, config

PLACES = {
    "saved_model": "export/{}",
    "onnx": "onnx/{}.onnx",
    "litert": "litert/{}.tflite",
    "web": "web/{}",
}
"""Where a workdir has what is exported of a step."""

config.define_run_flags()
config.define_sampler_flag()
config.define_back_flag()
flags.DEFINE_list("format", ["saved_model"], f"One or more of {', '.join(PLACES)}.")
flags.DEFINE_string("output", None, "What is written (default: WORKDIR/export/STEP, onnx/...).")
flags.DEFINE_integer("max_videos", 64, "The most videos of one request.", lower_bound=1)
flags.DEFINE_string("runtime", None, "Of a page: address of onnxruntime-web, or its dist folder.")


def main():
    values = flags.FLAGS
    command.need(workdir="Name the folder of a training run")
    _check(values)
    from vgan.runs import trained  # TensorFlow takes seconds to load.
    from vgan.serving import web

    about = values.checkpoint, None, values.trust_code
    run = trained.restore(values.workdir, *about, sampler=values.sampler, back=values.back)
    places = {name: Path(values.workdir) / PLACES[name].format(run.step) for name in values.format}
    if values.output is not None:
        places = {name: Path(values.output) for name in values.format}
    for path in places.values():
        if path.exists():
            there = f"export {str(path)!r}: it exists"
            raise StorageError(f"{there}. Remove it or give another --output")
    if "web" in places:
        web.check(run.card)
    frozen = _frozen(run, values)
    for name, path in places.items():
        off = _write(name, run, frozen, path, values)
        compared = "" if off is None else f", at most {off:.1g} from the live model (of -1 to 1)"
        print(f"wrote {path}, averaged weights of step {run.step}{compared}", flush=True)


def _check(values):
    unknown = [name for name in values.format if name not in PLACES]
    if unknown or not values.format:
        raise UsageError(f"--format={','.join(values.format)}: choose of {', '.join(PLACES)}")
    if len(values.format) > 1 and values.output is not None:
        raise UsageError("--output: names one file or folder, and --format has several. Drop one")
    if values.runtime and "web" not in values.format:
        raise UsageError("--runtime: is of a page. Add --format=web, or drop it")
    if flags.FLAGS["max_videos"].present and "saved_model" not in values.format:
        raise UsageError("--max_videos: is of a SavedModel; others make one clip. Drop it")
    if checkpoint_choice.parse(values.checkpoint).number > 1 and values.output is None:
        raise UsageError(
            f"--output: not given, and needed with --checkpoint={values.checkpoint}, since "
            "WORKDIR/export/STEP is the place of one checkpoint"
        )


def _frozen(run, values):
    if values.format == ["saved_model"]:
        return None
    from vgan.serving import frozen

    return frozen.freeze(run.model, run.card)


def _write(name, run, frozen, path, values):
    """How far off what was written is from the live model, None where it is its own graph."""
    from vgan.serving import litert, onnx, saved_model, web

    if name == "saved_model":
        return saved_model.export(run.model, run.card, path, values.max_videos)
    about = saved_model.about(run.card)
    if name == "onnx":
        return onnx.export(frozen, about, path)
    if name == "litert":
        return litert.export(frozen, path)
    return web.export(frozen, run.card, about, path, values.runtime)


if __name__ == "__main__":
    command.run(main)
