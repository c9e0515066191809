"""Folders of frames and film strips."""

import cv2
import numpy as np
import pytest
from PIL import Image

from data_prep.base.settings import Settings
from data_prep.inputs.sources.pictures import FramesSource, StripSource, divide, read_picture
from data_prep.inputs.sources.source import BadFileError

FRAMES = np.random.default_rng(0).integers(0, 256, [5, 6, 6, 3], np.uint8)


def save(folder, frames):
    paths = []
    for number, frame in enumerate(frames):
        paths.append(str(folder / f"{number}.png"))
        Image.fromarray(frame).save(paths[-1])
    return paths


def test_a_folder_of_frames(tmp_path):
    source = FramesSource(save(tmp_path, FRAMES), Settings(fps=8.0))
    np.testing.assert_array_equal(list(source.frames()), FRAMES)
    assert (source.fps, source.size, source.broken) == (8.0, (6, 6), "")


def test_a_damaged_frame_ends_it_and_is_named(tmp_path):
    paths = save(tmp_path, FRAMES)
    (tmp_path / "3.png").write_bytes(b"\x89PNG and no more")
    source = FramesSource(paths, Settings())
    assert len(list(source.frames())) == 3
    assert source.broken.startswith("3.png: can't be read as a picture")


@pytest.mark.parametrize("axis", [0, 1])
def test_the_direction_of_a_strip_is_seen(tmp_path, axis):
    path = tmp_path / "strip.png"
    Image.fromarray(np.concatenate(FRAMES, axis=axis)).save(path)
    np.testing.assert_array_equal(list(StripSource(str(path), Settings()).frames()), FRAMES)


def test_frames_of_a_strip_that_are_not_square():
    strip = np.concatenate(FRAMES[:, :, :4], axis=1)
    np.testing.assert_array_equal(divide(strip, 5), FRAMES[:, :, :4])
    with pytest.raises(BadFileError, match="20x6 pixels are no row of square frames"):
        divide(strip)
    with pytest.raises(BadFileError, match="20 pixels can't be divided into 3 frames"):
        divide(strip, 3)
    with pytest.raises(BadFileError, match="no row of square frames"):
        divide(FRAMES[0])


def test_pictures_of_all_depths(tmp_path):
    gray = FRAMES[0][..., 0]
    for name, values in {
        "deep.png": FRAMES[0].astype(np.uint16) * 257,
        "gray16.png": gray.astype(np.uint16) * 257,
        "gray.png": gray,
    }.items():
        cv2.imwrite(str(tmp_path / name), values[..., ::-1] if values.ndim == 3 else values)
    read = {name: read_picture(str(tmp_path / name), Settings()) for name in
            ("deep.png", "gray16.png", "gray.png")}  # fmt: skip
    np.testing.assert_array_equal(read["deep.png"], FRAMES[0])
    np.testing.assert_array_equal(read["gray16.png"], gray[..., None].repeat(3, -1))
    np.testing.assert_array_equal(read["gray.png"], gray[..., None].repeat(3, -1))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.float32([[0, 0.2, 1]]), [0, 51, 255]),
        (np.int32([[0, 257, 65535]]), [0, 1, 255]),
        (np.float32([[0, 1.5]]), "values from 0 to 1.5, floats must be in .0, 1."),
        (np.float32([[0, np.nan]]), "floats must be in"),
        (np.int32([[-1, 5]]), "values from -1 to 5, whole numbers must be in .0, 65535."),
        (np.int32([[0, 65536]]), "whole numbers must be in"),
    ],
)
def test_numbers_of_more_than_8_bits_are_read_as_those_of_arrays(tmp_path, values, expected):
    path = str(tmp_path / "a.tiff")
    Image.fromarray(values).save(path)
    if isinstance(expected, str):
        with pytest.raises(BadFileError, match=expected):
            read_picture(path, Settings())
    else:
        assert read_picture(path, Settings())[0, :, 1].tolist() == expected


def test_transparent_upright_and_too_large(tmp_path):
    path = str(tmp_path / "a.png")
    Image.new("RGBA", (4, 2), (200, 0, 0, 51)).save(path)
    assert read_picture(path, Settings(background=(0, 100, 250)))[0, 0].tolist() == [40, 80, 200]
    exif = Image.Exif()
    exif[0x0112] = 6  # To be turned clockwise.
    Image.fromarray(FRAMES[0, :2]).save(path, exif=exif)
    np.testing.assert_array_equal(read_picture(path, Settings()), np.rot90(FRAMES[0, :2], -1))
    with pytest.raises(BadFileError, match="6x2 pixels: at most 11"):
        read_picture(path, Settings(max_pixels=11))
