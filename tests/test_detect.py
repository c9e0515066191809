"""Files looked at by the command, marked, unmarked, tampered with, and unreadable."""

import numpy as np
import pytest

from vgan.core.clip import ClipSpec
from vgan.data import shapes
from vgan.media.clips import write_video


@pytest.fixture(scope="module")
def folder(command, tmp_path_factory):
    """A picture, what `animate` makes of it, marked and not, and files of others."""
    folder = tmp_path_factory.mktemp("detect")
    windows = shapes.windows(ClipSpec(3, 144, 144), 1, "train", num_videos=1, textured=True)
    write_video(folder / "other.webp", windows[0][0][:1], 10)
    write_video(folder / "other.mp4", windows[0][0], 10)
    given = f"--input={folder}/other.webp", "--moves=pan(dx=2)", "--frames=3"
    for name, *more in (("a.mp4",), ("a.gif",), ("a.webp",), ("plain.mp4", "--nomark")):
        done = command("vgan.animate", *given, f"--output={folder}/{name}", *more)
        assert done.code == 0, done.err
    data = bytearray((folder / "a.mp4").read_bytes())
    data[-500] ^= 1
    (folder / "tampered.mp4").write_bytes(data)
    (folder / "text.mp4").write_text("no video")
    return folder


@pytest.mark.parametrize("name", ["a.mp4", "a.gif", "a.webp"])
def test_what_was_made_is_known(command, folder, name):
    done = command("vgan.detect", folder / name)
    assert done.code == 0, done.err
    first, signed, comment, mark = done.out.splitlines()
    assert first == f"{folder}/{name}: made by vgan, by its C2PA, comment, mark"
    assert signed.startswith("  C2PA: valid, by vgan: vgan.animate, ")
    assert "'vgan throw-away certificate', which is untrusted" in signed
    assert comment == "  comment: made by vgan.animate"
    assert mark.startswith("  mark: z ") and float(mark.split()[2].strip(",")) > 5


def test_each_file_is_told(command, folder):
    names = "other.mp4", "plain.mp4", "tampered.mp4"
    done = command("vgan.detect", *(folder / name for name in names))
    assert done.code == 0, done.err
    other, plain, tampered = np.reshape(done.out.splitlines(), (3, 4)).tolist()
    assert other[0].endswith(": cannot tell") and other[1:3] == ["  C2PA: none", "  comment: none"]
    assert other[3].startswith("  mark: cannot tell (z ")
    assert plain[0].endswith(": made by vgan, by its comment") and plain[1] == "  C2PA: none"
    assert tampered[0].endswith(": made by vgan, by its comment, mark")
    assert tampered[1].startswith("  C2PA: tampered with (assertion.bmffHash.mismatch); it was by")


def test_a_small_picture_is_said_to_be(command, tmp_path):
    write_video(tmp_path / "a.mp4", np.zeros((2, 32, 48, 3), np.uint8), 10)
    done = command("vgan.detect", tmp_path / "a.mp4")
    assert "48x32 pixels, below 128 a side a mark is mostly lost" in done.out


def test_without_the_extra_that_is_said(command, folder):
    before = "import sys; sys.modules['c2pa'] = None"
    done = command("vgan.detect", folder / "a.mp4", before=before)
    assert done.code == 0, done.err
    assert "made by vgan, by its comment, mark" in done.out
    assert "C2PA: not looked for: " in done.out and "pip install 'vgan[provenance]'" in done.out


def test_none_is_lost_by_those_that_cannot_be_read(command, folder):
    names = "text.mp4", "a.gif", "none.mp4", "a.mp4"
    done = command("vgan.detect", *(folder / name for name in names))
    assert done.code == 2 and done.out.count("made by vgan, by its C2PA") == 2
    lines = done.err.splitlines()
    assert [line.partition(": can't")[0] for line in lines[:1]] == [
        f"vgan: warning: video '{folder}/text.mp4'"
    ]
    assert f"'{folder}/none.mp4': no such file" in lines[1]
    assert lines[2] == "vgan: error: 2 of 4 files can't be read, see the lines above"


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        ([], 1, "no file. Name one or more"),
        (["{folder}/text.mp4"], 2, "text.mp4': can't be read"),
        (["{folder}"], 2, "no such file"),
        (["--checkpoint=best", "{folder}/a.mp4"], 1, "--checkpoint, --trust_code: are of a run"),
        (["--workdir={folder}", "{folder}/a.mp4"], 4, "neither a workdir"),
    ],
)
def test_what_it_refuses(command, folder, arguments, code, text):
    done = command("vgan.detect", *(argument.format(folder=folder) for argument in arguments))
    assert done.code == code and text in done.err.splitlines()[-1], done.err
    assert "Traceback" not in done.err


def test_critics_have_a_say(command, tiny_run, tmp_path):
    made = tmp_path / "made.mp4"
    given = f"--workdir={tiny_run}", "--num_videos=1", "--zoom=2", f"--output={made}"
    assert command("vgan.generate", *given).code == 0
    write_video(tmp_path / "short.mp4", np.zeros((2, 8, 8, 3), np.uint8), 8)
    flags = f"--workdir={tiny_run}", made, tmp_path / "short.mp4"
    done = command("vgan.detect", *flags)
    assert done.code == 0, done.err
    long, short = (line for line in done.out.splitlines() if line.startswith("  critics"))
    assert " of 1 clips are called made; of 2 held-out real clips " in long
    assert short == "  critics: cannot tell (2 frames, clips of this run have 4)"
    assert done.out.splitlines()[2].startswith("  comment: made by vgan.generate: model gan, dig")
