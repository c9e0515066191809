"""Videos in arrays: npy, npz and HDF5 files."""

import contextlib
import zipfile
import zlib

import numpy as np

from data_prep.inputs.sources.source import BadFileError, Source, check_size
from vgan.media.decoding import over
from vgan.media.still import levels


class ArraySource(Source):
    """One video of an array.

    Args:
      array: [T, H, W], [T, H, W, 1], [T, H, W, 3] or [T, H, W, 4], of uint8; uint16, whose 65535
        is white; bool; or floats in [0, 1]. It may lie in a file, and is read frame by frame.
      settings: `Settings`.
    Raises:
      BadFileError: another shape or type, or too large.
    """

    def __init__(self, array, settings):
        super().__init__(settings)
        self._array, shape = array, tuple(array.shape or ())
        if len(shape) not in (3, 4) or len(shape) == 4 and shape[3] not in (1, 3, 4):
            raise BadFileError(
                f"shape {list(shape)} is no video. Give [T, H, W], or [T, H, W, C] with 1, 3 or 4 "
                "channels"
            )
        if array.dtype not in ("uint8", "uint16", "bool", "float16", "float32", "float64"):
            raise BadFileError(f"type {array.dtype} is not uint8, uint16, bool or float")
        if 0 in shape:
            raise BadFileError(f"shape {list(shape)} is empty")
        check_size(*shape[1:3], settings)
        self.size = shape[1:3]

    def _read(self):
        for number in range(self._array.shape[0]):
            try:
                yield self._pixels(np.asarray(self._array[number]))
            except (OSError, ValueError) as error:
                raise BadFileError(f"frame {number}: {error}") from None

    def _pixels(self, frame):
        frame = levels(frame)
        frame = frame[..., None] if frame.ndim == 2 else frame
        if frame.shape[2] == 4:
            return over(frame, self._settings.background)
        return np.broadcast_to(frame, [*frame.shape[:2], 3])


@contextlib.contextmanager
def open_arrays(path, kind):
    """Opens the arrays of a file.

    Args:
      path: the file.
      kind: "npy", "npz" or "hdf5".
    Yields:
      a generator of (name, array): "" for an npy file, and `name[i]` for video i of an array of
      five dimensions.
    Raises:
      BadFileError: it can't be read.
    """
    try:
        with contextlib.ExitStack() as opened:
            yield _numbered(_named(path, kind, opened))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise BadFileError(f"can't be read as {kind}: {error}") from None


def _named(path, kind, opened):
    if kind == "npy":
        yield "", np.load(path, mmap_mode="r", allow_pickle=False)
    elif kind == "npz":
        archive = opened.enter_context(np.load(path, allow_pickle=False))
        yield from ((name, archive[name]) for name in archive.files)
    else:
        import h5py

        file = opened.enter_context(h5py.File(path, "r"))
        names = []

        def visit(name, node):
            # What lies in another file could be any file of this machine.
            if isinstance(node, h5py.Dataset) and not (node.external or node.is_virtual):
                names.append(name)

        file.visititems(visit)
        yield from ((name, file[name]) for name in sorted(names))


def _numbered(arrays):
    for name, array in arrays:
        if len(array.shape or ()) != 5:  # An empty dataset of HDF5 has none.
            yield name, array
            continue
        for number in range(array.shape[0]):
            yield f"{name}[{number}]", _Part(array, number)


class _Part:
    """One video of an array of several, read frame by frame."""

    def __init__(self, array, number):
        self._array, self._number = array, number
        self.shape, self.dtype = array.shape[1:], array.dtype

    def __getitem__(self, frame):
        return self._array[self._number, frame]
