"""python -m vgan.export: its formats, where they go, and what it says of bad flags."""

import shutil

import pytest

from vgan.runs.checkpoints import saved_steps


def test_several_formats_lie_in_the_workdir(command, tiny_run, tmp_path):
    tiny_run = shutil.copytree(tiny_run, tmp_path / "run")
    done = command("vgan.export", f"--workdir={tiny_run}", "--format=onnx,litert")
    assert done.code == 0, done.err
    step = saved_steps(tiny_run / "checkpoints")[0]
    for path in (f"onnx/{step}.onnx", f"litert/{step}.tflite"):
        assert (tiny_run / path).stat().st_size > 1000
        assert f"wrote {tiny_run / path}, averaged weights of step {step}, at most " in done.out
    done = command("vgan.export", f"--workdir={tiny_run}", "--format=onnx")
    assert done.code == 5 and ".onnx': it exists. Remove it or give another" in done.err


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--format=tflite"], "--format=tflite: choose of saved_model, onnx, litert, web"),
        (["--format="], "--format=: choose of"),
        (["--format=onnx,web", "--output=a"], "--output: names one file or folder, and --format"),
        (["--runtime=a"], "--runtime: is of a page. Add --format=web"),
        (["--format=onnx", "--max_videos=8"], "--max_videos: is of a SavedModel"),
        (["--format=web", "--runtime=/none"], "--runtime=/none: has no ort.wasm.bundle.min.mjs"),
    ],
)
def test_bad_flags(command, tiny_run, given, told):
    done = command("vgan.export", f"--workdir={tiny_run}", *given)
    assert done.code == 1 and told in done.err.splitlines()[-1]
    assert not (tiny_run / "web").exists()
