"""The eight ways in which an mp4 file can say that its pictures are to be shown."""

import itertools
import struct

import numpy as np

MATRICES = [
    matrix
    for one, other in itertools.product((1, -1), repeat=2)
    for matrix in ((one, 0, 0, other), (0, one, other, 0))
]


def place(path, matrix):
    """Writes a display matrix (a, b, c, d) into the first track header of an mp4 file."""
    data = bytearray(path.read_bytes())
    place = data.index(b"tkhd") + 4 + 40
    a, b, c, d = (number << 16 for number in matrix)
    data[place : place + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)


def shown(frames, matrix):
    """Frames [T, H, W, C] with each pixel (x, y) moved to (a x + c y, b x + d y)."""
    a, b, c, d = matrix
    y, x = np.mgrid[: frames.shape[1], : frames.shape[2]]
    rows, columns = (at - at.min() for at in (b * x + d * y, a * x + c * y))
    moved = np.empty([len(frames), rows.max() + 1, columns.max() + 1, 3], np.uint8)
    moved[:, rows, columns] = frames
    return moved
