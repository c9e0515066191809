"""The command as a person runs it."""

import json
import shutil

import numpy as np
import pytest

from vgan.core.clip import ClipSpec
from vgan.data.opening import open_windows
from vgan.media.clips import write_video

DATA = "--data=shapes(num_videos=160)"  # Twenty of them are the test split.
FEW = [DATA, "--num_videos=24"]


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return f"--cache={tmp_path_factory.mktemp('cache')}"


@pytest.fixture(scope="module")
def clips():
    """Forty clips, uint8 [40, 4, 16, 16, 3]."""
    windows = open_windows("shapes(num_videos=40, seed=5)", ClipSpec(4, 16, 16), 1, "train")
    return np.stack([windows[number][0] for number in range(40)])


@pytest.fixture(scope="module")
def folder(clips, tmp_path_factory):
    """Twenty of them as files."""
    path = tmp_path_factory.mktemp("clips")
    for number, video in enumerate(clips[:20]):
        np.save(path / f"{number:02d}.npy", video)
    return path


@pytest.fixture(scope="module")
def scored(command, tiny_run, cache, tmp_path_factory):
    """A run with an evaluation, and what the command printed."""
    run = tmp_path_factory.mktemp("runs") / "a run"
    shutil.copytree(tiny_run, run)
    done = command("vgan.evaluate", f"--workdir={run}", *FEW, cache)
    assert done.code == 0, done.err
    return run, done


def the_line(done):
    line = done.err.strip().splitlines()[-1]
    assert line.startswith("vgan: error: ")
    return line.removeprefix("vgan: error: ")


def test_a_run(scored):
    run, done = scored
    found = json.loads((run / "evaluation" / "4" / "scores.json").read_text())
    protocol = found["protocol"]
    assert protocol["generated"] == f"workdir '{run}', step 4, averaged weights, classes in turn"
    assert (protocol["n_generated"], protocol["n_real"], protocol["n_other_real"]) == (24, 20, 24)
    assert (protocol["clip"], protocol["split"], protocol["seed"]) == ("4x8x8", "test", 0)
    assert found["scores"]["frechet_random3d_dt"]["over_floor"] > 3
    assert "frechet_random3d_dt " in done.out and "near_static " in done.out
    assert f"wrote {run}/evaluation/4/scores.json" in done.out
    assert "vgan: warning: 20 clips on a side: enough to see a bad model" in done.err
    page = (run / "evaluation" / "4" / "report.html").read_text()
    assert page.count("data:image/webp;base64,") == 3 * 16
    assert [path.name for path in (run / "evaluation").iterdir()] == ["4"]


def test_the_same_again_byte_by_byte(command, no_page, scored, cache, tmp_path):
    """Another process, features not kept; then the export of the same step."""
    run, _ = scored
    for number, arguments in enumerate(
        ([f"--workdir={run}", f"--cache={tmp_path}/new"], [f"--model={run}/export/4", cache])
    ):
        output = tmp_path / str(number)
        done = command("vgan.evaluate", *arguments, *FEW, f"--output={output}", before=no_page)
        assert done.code == 0, done.err
        first, again = (
            json.loads((folder / "scores.json").read_text())
            for folder in (run / "evaluation" / "4", output)
        )
        assert again["protocol"].pop("generated") and first["protocol"].pop("generated")
        assert json.dumps(again) == json.dumps(first)


def test_a_folder_of_videos(command, no_page, folder, clips, cache, tmp_path):
    """Files of other names, so of another order, give the same bytes."""
    other = tmp_path / "other names"
    other.mkdir()
    for path in folder.iterdir():
        shutil.copy(path, other / f"{99 - int(path.stem)}.npy")
    texts = []
    for number, videos in enumerate((folder, other)):
        output = tmp_path / str(number)
        arguments = [f"--videos={videos}", DATA, cache, f"--output={output}"]
        done = command("vgan.evaluate", *arguments, before=no_page)
        assert done.code == 0, done.err
        assert "compressed" not in done.err
        texts.append((output / "scores.json").read_text().replace(str(videos), ""))
    assert texts[0] == texts[1]
    assert json.loads(texts[0])["protocol"]["compressed"] == ""


def test_compressed_videos_are_warned_of(command, no_page, clips, cache, tmp_path):
    videos = tmp_path / "videos"
    videos.mkdir()
    for number, video in enumerate(clips[:16]):
        write_video(videos / f"{number}.mp4", video, 8)
    arguments = [f"--videos={videos}", DATA, cache, f"--output={tmp_path}/out"]
    done = command("vgan.evaluate", *arguments, before=no_page)
    assert done.code == 0, done.err
    assert "are compressed (h264 yuv420p), the data are not" in done.err
    told = json.loads((tmp_path / "out" / "scores.json").read_text())
    assert told["protocol"]["compressed"] == "h264 yuv420p"


def test_pairs(command, folder, clips, cache, tmp_path):
    targets = tmp_path / "targets"
    targets.mkdir()
    for number, video in enumerate(clips[:20]):
        np.save(targets / f"{number:02d}.npy", video // 2 + 50)
    arguments = [f"--videos={folder}", f"--targets={targets}", DATA, cache]
    done = command("vgan.evaluate", *arguments, f"--output={tmp_path}/out")
    assert done.code == 0, done.err
    scores = json.loads((tmp_path / "out" / "scores.json").read_text())["scores"]
    error = np.square(clips[:20].astype(float) - (clips[:20] // 2 + 50)).mean((2, 3, 4))
    psnr = 10 * np.log10(255**2 / error)
    assert scores["psnr"]["value"] == pytest.approx(psnr.mean(), rel=1e-5)
    assert 0 < scores["ssim"]["value"] < 1

    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "thesis.txt").touch()
    done = command("vgan.evaluate", *arguments, f"--output={tmp_path}/kept", "--overwrite")
    assert done.code == 5 and "holds no evaluation, so it isn't overwritten" in the_line(done)
    assert (tmp_path / "kept" / "thesis.txt").exists()

    (targets / "00.npy").rename(targets / "20.npy")
    done = command("vgan.evaluate", *arguments, f"--output={tmp_path}/other")
    assert done.code == 2
    assert "their names aren't those of" in the_line(done)


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        ([], 1, "--workdir, --model, --videos: give one of the three"),
        (["--workdir={run}", "--videos={folder}"], 1, "give one of the three"),
        (["--videos={folder}", "--output={new}"], 1, "--data: not given, and needed with --videos"),
        (["--model={run}/export/4", DATA], 1, "--output: not given, and needed with --model"),
        (
            ["--workdir={run}", "--targets={folder}"],
            1,
            "--targets: says what the files of --videos",
        ),
        (
            ["--videos={folder}", DATA, "--output={new}", "--maps=2"],
            1,
            "--maps: are of the critics of a run",
        ),
        (["--workdir={run}"], 5, "evaluation/4': it exists. Add --overwrite or name another"),
        (["--workdir={folder}"], 4, "neither a workdir with a checkpoint nor an export"),
        (["--workdir={run}", "--checkpoint=best", "--output={new}"], 4, "no best checkpoint"),
        (["--model={folder}", DATA, "--output={new}"], 4, "it is not one of vgan"),
        (["--videos={empty}", DATA, "--output={new}"], 2, "no videos in it. Looked for *.mp4"),
        (["--videos={few}", DATA, "--output={new}"], 2, "2 of them, scores need 16. Make more"),
        (["--videos={mixed}", DATA, "--output={new}"], 2, "Give videos of one length and size"),
        (
            ["--videos={folder}", "--data=shapes(num_videos=9)", "--output={new}"],
            2,
            "9 clips",
        ),
        (
            ["--videos={folder}", "--data={folder}", "--output={new}"],
            2,
            "neither prepared data nor",
        ),
        (["--videos={folder}", DATA, "--output={folder}"], 5, "it exists. Add --overwrite"),
        (["--workdir={run}", "--features=resnet()", "--output={new}"], 1, "unknown name 'resnet'"),
        (["--workdir={run}", "--classifier={folder}", "--output={new}"], 4, "classifier"),
        (["--workdir={run}", "--seed=-1"], 1, "--seed"),
        (
            ["--workdir={run}", "--features=2*i3d()", "--output={new}"],
            1,
            "have no weights",
        ),
    ],
)
def test_it_refuses(command, scored, folder, clips, cache, tmp_path, arguments, code, text):
    run, _ = scored
    for name, lengths in {"empty": [], "few": [4, 4], "mixed": [4] * 16 + [3]}.items():
        (tmp_path / name).mkdir()
        for number, length in enumerate(lengths):
            np.save(tmp_path / name / f"{number}.npy", clips[number, :length])
    places = {name: tmp_path / name for name in ("empty", "few", "mixed", "new")}
    places |= {"run": run, "folder": folder}
    done = command(
        "vgan.evaluate", *(a.format(**places) for a in arguments), "--num_videos=24", cache
    )
    assert done.code == code, done.err
    assert text in the_line(done)
    assert not places["new"].exists()


def test_an_output_that_is_overwritten_stays_until_the_new_one_is_there(command, scored, cache):
    run, _ = scored
    before = (run / "evaluation" / "4" / "report.html").read_text()
    again = [f"--workdir={run}", *FEW, cache, "--overwrite"]
    broken = "from vgan.reports import evaluation; evaluation.write = None"
    assert command("vgan.evaluate", *again, before=broken).code == 1
    assert (run / "evaluation" / "4" / "report.html").read_text() == before
    assert command("vgan.evaluate", *again, "--seed=1", "--maps=2").code == 0
    after = (run / "evaluation" / "4" / "report.html").read_text()
    assert "What critics look at" in after and "What critics look at" not in before
    assert [path.name for path in (run / "evaluation").iterdir()] == ["4"]


def test_the_best_checkpoint_of_a_run(command, no_page, tiny, as_flags, cache, tmp_path):
    flags = tiny | {"data": "shapes(num_videos=160)", "eval_interval": 2, "eval_videos": 16}
    flags |= {"best_score": "frechet_motion", "conditional": False}
    done = command("vgan.train", *as_flags(flags), f"--workdir={tmp_path}/run")
    assert done.code == 0, done.err
    best = json.loads((tmp_path / "run" / "best" / "best.json").read_text())
    assert f"step {best['step']}: frechet_motion" in done.out
    arguments = [f"--workdir={tmp_path}/run", "--checkpoint=best", "--num_videos=16", cache]
    done = command("vgan.evaluate", *arguments, before=no_page)
    assert done.code == 0, done.err
    told = json.loads(
        (tmp_path / "run" / "evaluation" / str(best["step"]) / "scores.json").read_text()
    )
    assert told["scores"]["frechet_motion"]["value"] == pytest.approx(best["value"], rel=1e-5)
    again = flags | {"steps": 6}
    done = command("vgan.train", *as_flags(again), f"--workdir={tmp_path}/run")
    assert done.code == 0, done.err
    assert "step 6: frechet_motion" in done.out and "step 4: frechet" not in done.out
