"""The commands as a person runs them: what they write, and what they say of bad input."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image, ImageSequence

import vgan
from vgan.media.clips import grid
from vgan.runs.checkpoints import saved_steps


def the_line(done):
    """The one error line of a command, which is also its last."""
    lines = [line for line in done.err.splitlines() if "vgan: error:" in line]
    assert len(lines) == 1, done.err
    assert lines[0] == done.err.splitlines()[-1]
    assert lines[0].startswith("vgan: error: ")
    assert "Traceback" not in done.err
    return lines[0].removeprefix("vgan: error: ")


def frames(path):
    with av.open(str(path)) as container:
        return np.stack([f.to_ndarray(format="rgb24") for f in container.decode(video=0)])


@pytest.fixture(scope="module")
def untrained(tiny_run, tmp_path_factory):
    """A workdir without a checkpoint."""
    path = tmp_path_factory.mktemp("untrained") / "run"
    return shutil.copytree(tiny_run, path, ignore=shutil.ignore_patterns("ckpt-*", "export"))


def test_a_run_writes_all_it_should(tiny_run):
    names = {path.name for path in tiny_run.iterdir()} - {".lock"}
    assert names == {
        "config.flags",
        "config.json",
        "checkpoints",
        "summaries",
        "samples",
        "export",
    }
    assert saved_steps(tiny_run / "checkpoints") == [4, 2, 0]
    assert [path.name for path in (tiny_run / "export").iterdir()] == ["4"]
    grid = frames(tiny_run / "samples" / "step-0000004.mp4")
    assert grid.shape == (4, 38, 38, 3)  # 4 x 4 clips of 8 x 8 pixels and 3 gaps of 2.
    about = json.loads((tiny_run / "config.json").read_text())
    assert about["versions"]["tensorflow"] == tf.__version__
    assert len(about["data"]["labels"]) == 12
    assert about["data"]["windows"] == 16


def test_generate_writes_a_grid(command, tiny_run, tmp_path):
    output = tmp_path / "new folder" / "a.webp"
    flags = [f"--workdir={tiny_run}", "--num_videos=9", "--seed=3", f"--output={output}"]
    flags.append("--nomark")
    done = command("vgan.generate", *flags)
    assert done.code == 0, done.err
    assert f"wrote 9 videos of 4x8x8 at 8 frames a second: {output}" in done.out
    expected = grid(vgan.load(tiny_run).sample(9, seed=3))
    with Image.open(output) as image:
        shown = [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(image)]
    assert np.abs(np.subtract(shown, expected, dtype=int)).max() <= 1  # On another device.
    again = command("vgan.generate", *flags)
    assert again.code == 5
    assert the_line(again) == f"output '{output}': it exists. Add --overwrite or name another"
    before = output.read_bytes()
    assert command("vgan.generate", *flags, "--overwrite", "--seed=4").code == 0
    assert output.read_bytes() != before


def test_generate_writes_a_folder_of_files(command, tiny_run, tmp_path):
    output = tmp_path / "clips"
    done = command(
        "vgan.generate",
        f"--model={tiny_run}/export",
        "--num_videos=11",
        f"--output={output}",
        "--label=circle up",
        "--fps=12.5",
    )
    assert done.code == 0, done.err
    assert sorted(path.name for path in output.iterdir()) == [f"{n:02d}.mp4" for n in range(11)]
    videos = [frames(path) for path in output.iterdir()]
    assert {video.shape for video in videos} == {(4, 8, 8, 3)}
    assert len({video.tobytes() for video in videos}) == 11
    with av.open(str(output / "00.mp4")) as container:
        assert container.streams.video[0].average_rate == 12.5


def test_a_folder_is_replaced_whole_and_only_if_it_is_ours(command, tiny_run, tmp_path):
    output = tmp_path / "out.v2"
    flags = [f"--workdir={tiny_run}", f"--output={output}/"]
    assert command("vgan.generate", *flags, "--num_videos=12").code == 0
    done = command("vgan.generate", *flags, "--num_videos=4", "--overwrite")
    assert done.code == 0 and "wrote 4 videos" in done.out
    assert sorted(path.name for path in output.iterdir()) == [f"{n}.mp4" for n in range(4)]
    (output / "holiday.mp4").write_text("mine")
    done = command("vgan.generate", *flags, "--num_videos=2", "--overwrite")
    assert done.code == 5 and "'holiday.mp4' in it was not written by" in the_line(done)
    assert len(list(output.iterdir())) == 5
    (tmp_path / "file").write_text("mine")
    done = command("vgan.generate", flags[0], f"--output={tmp_path}/file", "--overwrite")
    assert done.code == 5 and "it is a file" in the_line(done)
    assert {path.name for path in tmp_path.iterdir()} == {"out.v2", "file"}


def test_a_suffix_may_be_in_capitals(command, tiny_run, tmp_path):
    flags = [f"--workdir={tiny_run}", "--num_videos=4", f"--output={tmp_path}/a.GIF"]
    done = command("vgan.generate", *flags)
    assert done.code == 0, done.err
    assert (tmp_path / "a.GIF").read_bytes()[:4] == b"GIF8"


@pytest.mark.parametrize("output", ["clips", "a.mp4"])
def test_a_frame_is_left_at_least(command, tiny_run, tmp_path, output):
    flags = [f"--workdir={tiny_run}", "--num_videos=2", "--after=frame_rate(fps=0.5)"]
    done = command("vgan.generate", *flags, f"--output={tmp_path}/{output}")
    assert done.code == 0, done.err
    assert "wrote 2 videos of 1x8x8 at 0.5 frames a second" in done.out


def test_a_treatment_that_fails_leaves_no_folder(command, tiny_run, tmp_path):
    flags = [f"--workdir={tiny_run}", "--after=crop(height=9, width=9)"]
    done = command("vgan.generate", *flags, f"--output={tmp_path}/clips")
    assert done.code == 1 and "not inside frames of 8x8" in the_line(done)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["--output={new}"], 1, "--workdir, --model: give one of the two"),
        (["--output={new}", "--workdir=a", "--model=b"], 1, "--workdir, --model: give one"),
        (["--workdir={run}"], 1, "--output: not given"),
        (["--workdir={run}", "--output={new}.avi"], 1, "unknown suffix. Known: .mp4, .gif, .webp"),
        (
            ["--workdir={run}", "--output={new}.mp4", "--num_videos=257"],
            1,
            "--num_videos=257: a grid holds at most 256",
        ),
        (["--workdir={run}", "--output={new}", "--num_videos=0"], 1, "--num_videos"),
        (["--workdir={run}", "--output={new}", "--seed=-1"], 1, "--seed"),
        (["--workdir={run}", "--output={new}", f"--seed={2**70}"], 1, "seed="),
        (["--workdir={run}", "--output={new}", "--fps=nan"], 1, "--fps=nan"),
        (["--workdir={run}", "--output={new}", "--fps=0"], 1, "--fps=0"),
        (["--workdir={run}", "--output={new}", "--label=cat"], 1, "label 'cat': unknown. Choose"),
        (["--workdir={run}", "--output={run}"], 5, "it exists. Add --overwrite"),
        (["--workdir={untrained}", "--output={new}"], 4, "neither a workdir with a checkpoint"),
        (["--workdir={run}", "--checkpoint=best", "--output={new}"], 4, "no best checkpoint"),
        (
            ["--model={run}/export", "--checkpoint=best", "--output={new}"],
            1,
            "--checkpoint",
        ),
        (["--workdir={nowhere}", "--output={new}"], 4, "neither a workdir with a checkpoint"),
        (["--model={nowhere}", "--output={new}"], 4, "nor an export"),
        (["--workdir={run}", "--output={file}/a.mp4"], 5, "a.mp4': File exists"),
        (["--workdir={run}", "--outptu={new}"], 1, "Did you mean: output ?"),
        (
            ["--workdir={run}", "--output={new}.mp4", "--task=denoising"],
            1,
            "--task: says how --input is completed, and --input is missing",
        ),
        (["--workdir={run}", "--output={new}.mp4", "--input="], 1, "--input: is empty"),
        (["--workdir={run}", "--output={new}", "--overwrite", "no"], 1, "stray argument 'no'"),
    ],
)
def test_generate_refuses(command, tiny_run, untrained, tmp_path, arguments, code, text):
    (tmp_path / "file").touch()
    names = {"run": tiny_run, "untrained": untrained, "new": tmp_path / "new"}
    names |= {"file": tmp_path / "file", "nowhere": tmp_path / "nowhere"}
    done = command("vgan.generate", *(argument.format(**names) for argument in arguments))
    assert text in the_line(done)
    assert done.code == code
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_export_writes_another_version(command, tiny_run, tmp_path):
    done = command("vgan.export", f"--workdir={tiny_run}", f"--output={tmp_path}/served/7")
    assert done.code == 0, done.err
    assert done.out == f"wrote {tmp_path}/served/7, averaged weights of step 4\n"
    again = vgan.load(tmp_path / "served").sample(3)
    run, served = vgan.load(tiny_run), vgan.load(tmp_path / "served")
    np.testing.assert_array_equal(again, run.sample(3))
    assert (served.name, served.data, served.digest) == (run.name, run.data, run.digest)
    assert run.name == "gan" and run.data and len(run.digest) == 16


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        ([], 1, "--workdir: not given"),
        (["--workdir={run}"], 5, "export/4': it exists"),
        (["--workdir={untrained}"], 4, "neither a workdir with a checkpoint"),
        (["--workdir={nowhere}", "--output={nowhere}/1"], 4, "neither a workdir"),
        (["--workdir={run}", "--output={new}", "--max_videos=4"], 1, "max_videos"),
        (["--workdir={run}", "--verion=3"], 1, "Unknown command line flag 'verion'"),
    ],
)
def test_export_refuses(command, tiny_run, untrained, tmp_path, arguments, code, text):
    names = {"run": tiny_run, "untrained": untrained, "nowhere": tmp_path / "nowhere"}
    names["new"] = tmp_path / "new"
    before = sorted(tiny_run.rglob("*")), sorted(untrained.rglob("*"))
    done = command("vgan.export", *(argument.format(**names) for argument in arguments))
    assert text in the_line(done)
    assert done.code == code
    assert list(tmp_path.iterdir()) == []
    assert (sorted(tiny_run.rglob("*")), sorted(untrained.rglob("*"))) == before


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["--stepz=3"], 1, "Unknown command line flag 'stepz'. Did you mean: steps ?"),
        (["--steps=many"], 1, "flag --steps=many"),
        (["--flagfile={new}.flags"], 1, "Unable to open flagfile"),
        (["--conditional", "false"], 1, "stray argument 'false': flags are written --name=value"),
        (["--learning_rate=nan"], 1, "--learning_rate=nan: must be a finite number"),
        (["--seed=4294967296"], 1, "--seed=4294967296: must be"),
        (["--data="], 2, "data folder ''"),
        (["--data={nowhere}"], 2, "data folder '{nowhere}': not a folder"),
        (["--data={empty}"], 2, "data folder '{empty}': neither prepared data nor videos"),
        (["--data={raw}"], 2, "python -m data_prep.prepare_clips --input={raw} --output={raw}-"),
        (["--data=shape()"], 1, "no embedded data of this name. Known: folder, mixture, pairs"),
        (["--data=shapes(colours=3)"], 1, "shapes(): no argument 'colours'. It takes: num_videos"),
        (["--data=shapes(num_videos=-1)"], 1, "num_videos=-1"),
        (["--augment=flip + spin"], 1, "unknown name 'spin'"),
        (["--generator=conv4d()"], 1, "unknown name 'conv4d'"),
        (["--generator=conv3d(channel=4)"], 1, "conv3d(): no argument 'channel'. It takes: lat"),
        (["--generator=conv3d(channels=4"], 1, "Check brackets and quotes"),
        (["--discriminator=frames2d(frames=9)"], 1, "--frames=4. Judge 1 to 4"),
        (["--losses=movement()"], 1, "unknown name 'movement'"),
        (["--adversarial=bce2"], 1, "Known: bce"),
        (["--frames=9", "--width=13"], 1, "--frames=9 isn't a multiple of 2 (nearest: 8 or 10)"),
        (["--precision=float16"], 1, "--precision=float16: a CPU computes it"),
        (["--workdir={run}", "--steps=5", "--beta_1=0.1"], 4, "--beta_1: 0.5 -> 0.1"),
        (["--workdir={run}/config.json"], 5, "config.json': it is a file"),
        (["--workdir={run}/config.json/a"], 5, "Not a directory"),
        (["--workdir=/proc/no/run"], 5, "/proc/no"),
    ],
)
def test_train_refuses(command, tiny, tiny_run, as_flags, tmp_path, arguments, code, text):
    for name in ("empty", "raw"):
        (tmp_path / name).mkdir()
    (tmp_path / "raw" / "a.MP4").touch()
    names = {"run": tiny_run, "new": tmp_path / "new"}
    names |= {name: tmp_path / name for name in ("nowhere", "empty", "raw")}
    flags = as_flags({name: value for name, value in tiny.items() if name != "conditional"})
    if "config.json" not in arguments[0]:
        flags += ["--conditional"]
    arguments = [argument.format(**names) for argument in arguments]
    done = command("vgan.train", *flags, f"--workdir={tmp_path}/new", *arguments)
    assert text.format(**names) in the_line(done)
    assert done.code == code
    assert not (tmp_path / "new").exists()


def test_train_needs_a_place(command, tiny, as_flags):
    done = command("vgan.train", *as_flags(tiny))
    assert done.code == 1
    assert the_line(done).startswith("--workdir: not given, and no --flagfile to name it by")


def test_help_says_every_flag_of_the_command_itself():
    """In a process of its own, which also shows that it needs no TensorFlow to start."""
    root = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "vgan.train", "--help"],
        cwd=root,
        capture_output=True,
        text=True,
    )
    for name in ("workdir", "learning_rate", "losses"):
        assert f"--{name}:" in done.stdout or f"--[no]{name}:" in done.stdout
    assert "tensorflow" not in done.stderr


@pytest.fixture
def prepared(tmp_path, prepare):
    """A prepared folder of 40 videos of one window each."""
    raw = tmp_path / "forty"
    raw.mkdir()
    random = np.random.default_rng(0)
    for number in range(40):
        np.save(raw / f"{number:02}.npy", random.integers(0, 256, [4, 8, 8, 3], np.uint8))
    prepare(raw, tmp_path / "prepared", (8, 8), test_fraction=0.0)
    return tmp_path / "prepared"


def test_a_record_damaged_in_the_middle_of_an_epoch(command, tiny, as_flags, prepared, tmp_path):
    def order(sample):
        return int(tf.random.experimental.index_shuffle(sample, [0, 0], 39))

    record = 4 * order(18) + 2  # Of the fifth step: the previews show the first sixteen samples.
    offset = np.load(prepared / "offsets.npy")[record]
    shard = prepared / "frames-00000.tfrecord"
    data = bytearray(shard.read_bytes())
    data[offset + 20] ^= 1
    shard.write_bytes(data)
    flags = tiny | {"data": prepared, "conditional": False, "steps": 10}
    # The detectors look at clips from all over the data, here at the first and the last.
    few = "from vgan.training import monitors; monitors.KNOWN = 2"
    done = command("vgan.train", *as_flags(flags), f"--workdir={tmp_path}/run", before=few)
    assert done.code == 2
    line = the_line(done)
    assert line.startswith(f"data file '{shard}': at byte {offset}, the record's checksum")
    assert line.endswith("Restore the folder or prepare the videos again")
    assert saved_steps(tmp_path / "run" / "checkpoints") == [4, 2, 0]


def test_an_export_of_several_checkpoints_needs_a_place_of_its_own(command, tiny_run, tmp_path):
    mixed = [f"--workdir={tiny_run}", "--checkpoint=average(last=2)"]
    assert "--output: not given, and needed with" in the_line(command("vgan.export", *mixed))
    done = command("vgan.export", *mixed, f"--output={tmp_path}/mixed/1")
    assert done.code == 0, done.err
