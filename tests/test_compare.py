"""The command that shows runs side by side."""

import base64
import io
import json
import re
import shutil

import numpy as np
import pytest
from PIL import Image, ImageSequence

import vgan


def evaluation(value, seed=0):
    """What a scores.json holds."""
    score = {"value": value, "interval": [value - 0.1, value + 0.1], "floor": 0.5}
    statistic = {"unit": "pixels a frame", "generated": 0.25, "interval": None, "real": 0.75}
    return {
        "format": 1,
        "protocol": {"generated": f"step of {value}", "seed": seed, "clip": "4x8x8"},
        "scores": {"frechet_motion": score | {"better": "lower", "digest": "d"}},
        "statistics": {"magnitude": statistic},
    }


@pytest.fixture(scope="module")
def runs(tiny_run, tmp_path_factory):
    """Copies of a run: `a` and `b` are evaluated, `other` by another protocol, `c` is not."""
    folder = tmp_path_factory.mktemp("compared")
    texts = {
        "a": {2: json.dumps(evaluation(9.0)), 4: json.dumps(evaluation(1.0)), "x": ""},
        "b": {4: json.dumps(evaluation(2.0))},
        "c": {},
        "other": {4: json.dumps(evaluation(2.0, seed=1))},
        "damaged": {4: '{"format": 1'},
        "newer": {4: json.dumps({"format": 99})},
    }
    for name, evaluations in texts.items():
        shutil.copytree(tiny_run, folder / name)
        for step, text in evaluations.items():
            file = folder / name / "evaluation" / str(step) / "scores.json"
            file.parent.mkdir(parents=True)
            file.write_text(text)
    shutil.copytree(tiny_run, folder / "untrained", ignore=shutil.ignore_patterns("ckpt-*"))
    shutil.rmtree(folder / "c" / "summaries")
    return folder


def test_runs_side_by_side(command, runs, tmp_path):
    output = tmp_path / "new" / "page.html"
    flags = ["a", "--num_videos=3", "b", f"--output={output}", "--seed=2", "c"]
    done = command("vgan.compare", *flags, cwd=runs)
    assert done.code == 0, done.err
    lines = [line.split() for line in done.out.splitlines()]
    assert lines[0] == ["a", "b", "c", "real", "clips"]
    assert lines[1] == ["step", "4", "step", "4", "no", "evaluation"]
    assert " ".join(lines[2]) == (
        "frechet_motion, lower is better 1 [0.9 to 1.1] * 2 [1.9 to 2.1] – 0.5"
    )
    assert lines[-1] == ["wrote", str(output)]
    assert "c: no evaluation. Make one: python -m vgan.evaluate --workdir=c\n" in done.err
    page = output.read_text()
    for text in ("terms/generator/conv3d", "frechet_motion", "Videos of seed 2"):
        assert text in page
    sources = re.findall(r'src="data:image/webp;base64,([^"]*)"', page)
    shown = []
    for source in sources:
        with Image.open(io.BytesIO(base64.b64decode(source))) as image:
            frames = [np.asarray(f.convert("RGB")) for f in ImageSequence.Iterator(image)]
            shown.append(frames)
    expected = vgan.load(runs / "a").sample(3, seed=2)
    np.testing.assert_allclose(shown, np.tile(expected, [3, 1, 1, 1, 1]), atol=1)


def test_an_output_is_replaced_only_when_told_so(command, runs, tmp_path):
    output = tmp_path / "compare.html"
    output.write_text("mine")
    folders = [runs / "a", runs / "other", "--num_videos=1"]
    done = command("vgan.compare", *folders, cwd=tmp_path)
    assert done.code == 5
    assert "output 'compare.html': it exists. Add --overwrite or name another\n" in done.err
    assert output.read_text() == "mine"
    done = command("vgan.compare", *folders, "--overwrite", cwd=tmp_path)
    assert done.code == 0, done.err
    assert done.err.count("protocols differ in seed: these scores can't be compared") == 1
    assert "*" not in done.out.splitlines()[2]
    assert "protocols differ in seed" in output.read_text()


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        ([], 1, "runs: 0 given. Name the folders of two or more"),
        (["a"], 1, "runs: 1 given"),
        (["a", "b", "--num_videos=0"], 1, "--num_videos"),
        (["a", "b", "--sede=1"], 1, "Unknown command line flag 'sede'"),
        (["a", "nowhere"], 4, "run 'nowhere': not a workdir"),
        (["a", "a/summaries"], 4, "run 'a/summaries': not a workdir"),
        (["a", "untrained"], 4, "neither a workdir with a checkpoint"),
        (["a", "damaged"], 4, "scores.json': damaged (Expecting"),
        (["a", "newer"], 4, "scores.json': written by another version"),
    ],
)
def test_what_is_refused(command, runs, arguments, code, text):
    before = sorted(runs.rglob("*"))
    done = command("vgan.compare", *arguments, cwd=runs)
    last = done.err.splitlines()[-1]
    assert last.startswith("vgan: error: ")
    assert text in last
    assert done.code == code
    assert sorted(runs.rglob("*")) == before
