"""The command, from a video file to the folder."""

import csv
import io
import subprocess
import sys
from contextlib import redirect_stdout

import cv2
import numpy as np
import pytest
from PIL import Image

from data_prep import key_frames
from data_prep.features.description import Description
from data_prep.search import Clips
from vgan.core.errors import DataError, StorageError, UsageError
from vgan.media import mp4
from vgan.media.clips import write_video
from vgan.media.source import open_video


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """26 frames, 10 a second, of a square that moves by 2 pixels a frame; a cut at 15."""
    rng = np.random.default_rng(0)
    coarse = Image.fromarray(rng.integers(40, 160, (6, 8, 3), dtype=np.uint8))
    ground = np.asarray(coarse.resize((64, 48), Image.Resampling.BICUBIC))
    path = tmp_path_factory.mktemp("videos") / "in.mp4"
    frames = np.repeat(ground[None], 26, axis=0)
    for number, frame in enumerate(frames):
        frame[16:32, 2 * number : 2 * number + 14] = (230, 30, 90)
    frames[15:] = 255 - frames[15:]
    write_video(path, frames, 10)
    return path


def extract(path, output, **options):
    with redirect_stdout(io.StringIO()) as printed:
        key_frames.extract(str(path), str(output), **options)
    return printed.getvalue()


def run(*arguments):
    command = [sys.executable, "-m", "data_prep.key_frames", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def rows(folder):
    with open(folder / "key_frames.csv", newline="") as file:
        return list(csv.reader(file))


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_command_writes_what_it_says(path, tmp_path):
    output = tmp_path / "a" / "out"
    done = run(f"--input={path}", f"--output={output}", "--select=interval(every=10)")
    assert (done.returncode, done.stderr) == (0, "")
    numbers = [0, 10, 20, 25]  # The last one too, for rebuilding.
    pictures = [f"frame-{number:06d}.png" for number in numbers]
    assert names(output) == ["contact_sheet.png", *pictures, "key_frames.csv", "rebuilt.mp4"]
    frames = list(open_video(path))
    for name, number in zip(pictures, numbers, strict=True):
        np.testing.assert_array_equal(np.asarray(Image.open(output / name)), frames[number])
    errors = [np.square(frames[b] - frames[a].astype(float)).mean() for a, b in [(0, 10), (10, 20)]]
    table = rows(output)
    assert table[0] == ["number", "seconds", "mse"]
    assert [row[:2] for row in table[1:]] == [
        ["0", "0.000"], ["10", "1.000"], ["20", "2.000"], ["25", "2.500"],
    ]  # fmt: skip
    assert table[1][2] == "" and [float(row[2]) for row in table[2:4]] == pytest.approx(errors)
    first, second, third = done.stdout.splitlines()
    assert first == f"wrote {output}: 4 of 26 frames kept, 1 in 6.5"
    size = sum((output / name).stat().st_size for name in pictures)
    bare, file = 26 * 64 * 48 * 3 / size, size / path.stat().st_size
    assert second == (
        f"{size} bytes as PNG: 1 in {bare:.1f} of the bare pixels, {file:.2f} times the input file"
    )
    assert third.startswith("rebuilt, before H.264: ")


def test_ratios_against_the_rebuilt_frames(path, tmp_path, monkeypatch):
    made, encode = [], mp4.encode
    monkeypatch.setattr(
        mp4, "encode", lambda stream, frame: made.append(frame) or encode(stream, frame)
    )
    out = extract(path, tmp_path / "out", select="interval(every=6)", rebuild="blend()")
    frames = list(open_video(path))
    kept = {0, 6, 12, 18, 24, 25}
    assert len(made) == 26
    for number in kept:
        np.testing.assert_array_equal(made[number], frames[number])
    middle = cv2.addWeighted(frames[12], 0.5, frames[18], 0.5, 0)
    assert np.abs(made[15].astype(int) - middle).max() <= 1
    ratios = {n: cv2.PSNR(made[n], frames[n]) for n in range(26) if n not in kept}
    worst = min(ratios, key=ratios.get)
    together = cv2.PSNR(np.concatenate(made), np.concatenate(frames))
    assert out.splitlines()[2] == (
        f"rebuilt, before H.264: {np.mean(list(ratios.values())):.2f} dB, the mean over the 20 "
        f"frames that were not kept; worst {ratios[worst]:.2f} dB, frame {worst}; "
        f"all frames together {together:.2f} dB"
    )
    video = open_video(tmp_path / "out" / "rebuilt.mp4")
    assert (video.fps, video.size) == (10, (48, 64))
    coded = list(video)
    assert len(coded) == 26
    assert np.abs(np.subtract(coded, made, dtype=float)).mean() < 3


def test_without_rebuilding_the_last_frame_is_as_any(path, tmp_path):
    out = extract(path, tmp_path / "out", select="interval(every=10)", rebuild="")
    assert len(out.splitlines()) == 2
    pictures = [f"frame-{number:06d}.png" for number in (0, 10, 20)]
    assert names(tmp_path / "out") == ["contact_sheet.png", *pictures, "key_frames.csv"]


def test_a_cut_is_a_key_frame_and_gaps_have_an_end(path, tmp_path):
    extract(path, tmp_path / "out", select="difference(threshold=2500)", rebuild="")
    assert [row[0] for row in rows(tmp_path / "out")[1:]] == ["0", "15"]
    extract(path, tmp_path / "b", select="difference(threshold=65025)", rebuild="", longest_gap=9)
    assert [row[0] for row in rows(tmp_path / "b")[1:]] == ["0", "9", "18"]


def test_all_frames_kept(path, tmp_path):
    out = extract(path, tmp_path / "out", select="interval(every=1)")
    assert "26 of 26 frames kept, 1 in 1.0" in out and len(out.splitlines()) == 2


def test_only_what_this_tool_wrote_gives_way(path, tmp_path):
    output = tmp_path / "out"
    extract(path, output, select="interval(every=3)", rebuild="")
    with pytest.raises(StorageError, match="it exists already"):
        extract(path, output, rebuild="")
    extract(path, output, rebuild="", overwrite=True)
    assert [row[0] for row in rows(output)[1:]] == ["0", "12", "24"]
    assert "frame-000003.png" not in names(output)
    (output / "key_frames.csv").unlink()
    with pytest.raises(StorageError, match="holds no key_frames.csv"):
        extract(path, output, rebuild="", overwrite=True)


def test_the_input_is_never_replaced(path, tmp_path):
    output = tmp_path / "out"
    extract(path, output, rebuild="")
    inside = output / "in.mp4"
    inside.write_bytes(path.read_bytes())
    with pytest.raises(StorageError, match="holds the input"):
        extract(inside, output, rebuild="", overwrite=True)
    assert inside.exists()


def test_bad_input(path, tmp_path):
    (tmp_path / "text.mp4").write_text("no video\n")
    done = run(f"--input={tmp_path / 'text.mp4'}", f"--output={tmp_path / 'out'}")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("vgan: error: video ") and "can't be read" in line
    with pytest.raises(DataError, match="no such file"):
        extract(tmp_path / "missing.mp4", tmp_path / "out")
    assert names(tmp_path) == ["text.mp4"]


def test_damage_in_the_middle_leaves_nothing(path, tmp_path, monkeypatch):
    def damaged(self):
        yield np.zeros([48, 64, 3], np.uint8)
        raise DataError("damaged")

    monkeypatch.setattr(type(open_video(path)), "__iter__", damaged)
    with pytest.raises(DataError, match="damaged"):
        extract(path, tmp_path / "out")
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"select": "best()"}, "Known: adaptive, difference, interval;"),
        ({"select": "interval(every=0)"}, "every=0"),
        ({"select": "interval(frames=3)"}, "no argument 'frames'"),
        ({"rebuild": "sharp()"}, "Known: blend, blocks, flow;"),
    ],
)
def test_bad_specs(path, tmp_path, options, message):
    with pytest.raises(UsageError, match=message):
        extract(path, tmp_path / "out", **options)
    assert names(tmp_path) == []


def test_features_are_of_each_key_frame_and_the_next_and_can_be_searched(path, tmp_path):
    text = "colour(bins=4) + motion"
    extract(path, tmp_path / "out", select="interval(every=10)", features=text)
    frames = list(open_video(path))
    description = Description(text)
    pairs = [(0, 1), (10, 11), (20, 21), (25, 25)]
    expected = [description.describe([frames[one], frames[next_]]) for one, next_ in pairs]
    np.testing.assert_array_equal(np.load(tmp_path / "out" / "features.npy"), expected)
    clips = Clips(str(tmp_path / "out"))
    assert clips.keys == [f"frame-{number:06d}.png" for number, _ in pairs]
    assert clips.names == description.names
    # The colours turn over at the cut.
    assert clips.nearest("frame-000000.png", 1)[0].tolist() == [1]
