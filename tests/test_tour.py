"""python -m vgan.tour: what it runs, in which order, and the page that it leaves."""

import json
import shutil

import pytest

from vgan.core.clip import ClipSpec
from vgan.data import shapes
from vgan.media.clips import write_video

# Commands are told, and not run: prepared data and a run are there.
TOLD = """
import json, subprocess, types
CODES = {codes}
def ran(command, **how):
    code = CODES.get(command[2], 0)
    return types.SimpleNamespace(returncode=code, poll=lambda: code, wait=lambda: code,
                                 terminate=lambda: None)
subprocess.run = subprocess.Popen = ran
"""


@pytest.fixture(scope="module")
def toured(command, begin_once, tmp_path_factory):
    """A folder with prepared data of three videos of two classes, and a run on them."""
    folder = tmp_path_factory.mktemp("tour")
    windows = shapes.windows(ClipSpec(33, 16, 16), 1, "train", num_videos=4)
    for number in range(4):
        place = folder / "videos" / "ab"[number % 2] / f"{number}.mp4"
        place.parent.mkdir(parents=True, exist_ok=True)
        write_video(place, windows[number][0], 25)
    given = [f"--input={folder}/videos", f"--output={folder}/data", "--size=16"]
    done = command("data_prep.prepare_clips", *given, "--test_fraction=0.3")
    assert done.code == 0, done.err
    flags = {"data": f"{folder}/data", "frames": 16, "height": 16, "width": 16, "conditional": True}
    flags |= {"task": "generation + prediction(given=4)", "generator": "conv3d(channels=2)"}
    flags |= {"discriminator": "frames2d(channels=2)", "batch_size": 2, "steps": 1}
    shutil.copytree(begin_once(flags), folder / "run")
    return folder


def tour(command, folder, codes=()):
    given = [f"--input={folder}/videos", f"--output={folder}", "--size=16", "--minutes=0.05"]
    return command("vgan.tour", *given, "--noopen", before=TOLD.format(codes=dict(codes)))


def test_all_is_told_and_shown(command, toured):
    done = tour(command, toured, {"vgan.evaluate": 2})
    assert done.code == 0, done.err
    lines = [line for line in done.out.splitlines() if line.startswith("$ python -m ")]
    names = [line.split()[3] for line in lines]
    assert names == [
        "data_prep.prepare_clips",
        *(f"vgan.{n}" for n in ("train", "evaluate", "generate", "export")),
    ]
    assert "--frame_step=2 --height=16 --width=16 --conditional" in lines[1]
    assert "--task=generation" in lines[2]
    assert "(For 0.05 minutes, whatever it says is left.)" in done.out
    page = (toured / "index.html").read_text()
    assert page.count("image/webp") == 6 + 6 + 2 * 6  # Shown, made, and completed beside real.
    assert "too few clips held out" in page and "python -m vgan.train" in page
    shown = {"frechet_motion": {"value": 8.76, "floor": 3.41}}
    for name in ("frechet_random3d", "frechet_random3d_dt", "coverage"):
        shown[name] = {"value": 0.125, "floor": None}
    about = {"protocol": {"n_real": 30, "source_videos": 2}}
    (toured / "evaluation").mkdir()
    (toured / "evaluation" / "scores.json").write_text(json.dumps({"scores": shown} | about))
    assert tour(command, toured).code == 0
    page = (toured / "index.html").read_text()
    assert "8.76" in page and 'href="evaluation/report.html"' in page


@pytest.mark.parametrize(("name", "code"), [("vgan.train", 3), ("vgan.generate", 5)])
def test_it_ends_as_the_command_that_failed(command, toured, name, code):
    (toured / "seconds.txt").unlink(missing_ok=True)
    assert tour(command, toured, {name: code}).code == code


def test_time_that_is_spent_is_told(command, toured):
    (toured / "seconds.txt").write_text("3.0")
    assert "--minutes=0.1 would go on" in tour(command, toured).out


def test_too_few_videos(command, tmp_path):
    """The next try finds the folder free."""
    (tmp_path / "videos").mkdir()
    frames = shapes.windows(ClipSpec(16, 16, 16), 1, "train", num_videos=1)[0][0]
    write_video(tmp_path / "videos" / "one.mp4", frames, 8)
    done = command("vgan.tour", f"--input={tmp_path}/videos", f"--output={tmp_path}/out")
    assert done.code == 2 and done.err.endswith(
        "too few videos to learn from some and hold one out. Give at least two of 16 frames or "
        "more\n"
    )
    assert not list((tmp_path / "out").glob("*"))


def test_bad_flags(command, tmp_path):
    done = command("vgan.tour", f"--output={tmp_path}/out")
    assert done.code == 1 and "--input: not given" in done.err
    done = command("vgan.tour", f"--input={tmp_path}", "--minutes=nan")
    assert done.code == 1 and "must be from 0.05 to 10,000" in done.err
    done = command("vgan.tour", f"--input={tmp_path}/none", f"--output={tmp_path}/out", "--noopen")
    assert done.code == 2 and not list((tmp_path / "out").glob("*"))


def test_a_folder_holds_one_tour(command, toured, tmp_path):
    given = [f"--output={toured}", "--noopen"]
    assert tour(command, toured).code == 0
    done = command("vgan.tour", f"--input={tmp_path}", "--size=16", *given)
    assert done.code == 5 and f"holds a tour of --input={toured}/videos --size=16" in done.err
    done = command("vgan.tour", f"--input={toured}/videos", "--size=32", *given)
    assert done.code == 5 and "Give the same, or another --output" in done.err
