"""The command as people and scripts meet it."""

import json

import numpy as np
import pytest

MODULE = "data_prep.prepare_clips"
FRAMES = np.random.default_rng(0).integers(0, 256, [20, 24, 24, 4], np.uint8)


@pytest.fixture
def raw(tmp_path):
    (tmp_path / "raw").mkdir()
    for number in range(3):
        np.save(tmp_path / "raw" / f"{number}.npy", FRAMES[5 * number : 5 * number + 5])
    return tmp_path / "raw"


@pytest.fixture
def run(command, raw, tmp_path):
    """Runs it with flags more than input, output and one worker."""

    def with_flags(*more):
        given = [f"--input={raw}", f"--output={tmp_path / 'o u t'}", "--workers=1", *more]
        return command(MODULE, *given)

    return with_flags


def test_flags_reach_the_frames_and_the_next_command_is_told(run, tmp_path):
    done = run(
        "--size=36x64", "--background=0,100,250", "--fps=5", "--grayscale", "--fit=letterbox"
    )
    assert (done.code, done.err) == (0, "")
    *_, before, last = done.out.splitlines()
    assert before.startswith("3 ok, 0 skipped, 0 dropped, 0 other files (see ")
    output = tmp_path / "o u t"
    assert last == f"next: python -m vgan.train --data='{output}' --height=36 --width=64"
    manifest = json.loads((output / "manifest.json").read_text())
    assert (manifest["height"], manifest["width"]) == (36, 64)
    settings = manifest["settings"]
    assert settings["size"] == [36, 64] and settings["background"] == [0, 100, 250]
    assert settings["fps"] == 5 and settings["grayscale"] and settings["fit"] == "letterbox"


@pytest.mark.parametrize(
    ("flag", "why"),
    [
        ("--size=64x", "flag --size=64x: give pixels as 64, or height x width as 36x64"),
        ("--size=0", "flag --size=0: give pixels"),
        ("--size=64,64", "give pixels"),
        ("--background=1,2", "flag --background=1,2: give red,green,blue of 0 to 255"),
        ("--background=0,0,256", "red,green,blue of 0 to 255"),
        ("--fps=-1", "flag --fps=-1"),
        ("--fps=nan", "flag --fps=nan: must be a number"),
        ("--fps=many", "flag --fps=many"),
        ("--test_fraction=nan", "flag --test_fraction=nan: must be in [0, 0.9]"),
        ("--max_bad_fraction=1.1", "must be in [0, 1]"),
        ("--min_frames=1", "flag --min_frames=1"),
        ("--workers=0", "flag --workers=0"),
        ("--file_memory=1", "flag --file_memory=1"),
        ("--fit=stretch", "value should be one of <crop|motion|letterbox>"),
        ("--kind=film", "--kind=film: choose of auto"),
        ("--group=(", "--group='('"),
        (("--strict", "--max_bad_fraction=0.5"), "--max_bad_fraction: --strict bears no bad file"),
        ("--group=nobody", "matches none of the videos"),
        ("--shots=cut()", "unknown name 'cut'"),
        ("--drop=2*static", "parts have no weights"),
        ("--features=colour(n=3)", "no argument 'n'"),
        ("--sise=64", "Did you mean: size"),
        ("stray", "stray argument 'stray': flags are written --name=value"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(run, tmp_path, flag, why):
    done = run(*([flag] if isinstance(flag, str) else flag))
    assert done.code == 1 and done.out == ""
    assert done.err.startswith("vgan: error: ") and done.err.count("\n") == 1
    assert why in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["raw"]


@pytest.mark.parametrize("given", ["input", "output"])
def test_input_and_output_are_needed(command, tmp_path, given):
    done = command(MODULE, f"--{given}={tmp_path / 'x'}")
    missing = {"input": "output", "output": "input"}[given]
    assert done.code == 1 and f"--{missing} must have a value" in done.err.replace("Flag ", "")
    assert done.err.count("\n") == 1


def test_help_lists_every_flag_with_what_it_does(command):
    done = command(MODULE, "--help")
    assert done.out.startswith("Turns videos of any kind into prepared data")
    for name in (
        "input", "output", "kind", "size", "fit", "interpolation", "fps", "background",
        "[no]remove_borders", "[no]grayscale", "denoise", "equalize", "shots", "features", "drop",
        "group", "test_fraction", "min_frames", "workers", "max_pixels", "file_seconds",
        "file_memory", "max_bad_fraction", "[no]strict", "[no]overwrite",
    ):  # fmt: skip
        assert f"  --{name}: " in done.out, name


def test_exit_codes_of_bad_data_and_of_an_output_that_is_there(run, raw, tmp_path):
    (raw / "bad.mp4").touch()
    done = run("--strict")
    assert done.code == 2 and "'bad.mp4': zero bytes, which --strict forbids" in done.err
    assert not (tmp_path / "o u t").exists()
    done = run()
    assert done.code == 2 and "1 of 4 files were skipped, above --max_bad_fraction" in done.err
    assert "3 ok, 1 skipped" in done.out and "next:" not in done.out
    done = run()
    assert done.code == 5 and "it exists already. Choose another --output" in done.err
    done = run("--overwrite", "--max_bad_fraction=0.25")
    assert done.code == 0 and "next:" in done.out
    assert done.err.count("\n") == 0
