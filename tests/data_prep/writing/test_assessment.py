"""What libraries raise at bad files is said in words."""

import struct

import av
import cv2
import pytest

from data_prep.inputs.sources.source import BadFileError
from data_prep.writing.assessment import readable
from vgan.core.errors import StorageError


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (av.error.EOFError(1, "end of the graph"), "can't be read: .*end of the graph"),
        (av.error.ExternalError(2, "library"), "can't be read: .*library"),
        (cv2.error("size"), "can't be read: size"),
        (EOFError("no more"), "can't be read: no more"),
        (MemoryError(), "more memory than --file_memory allows"),
        (ZeroDivisionError("by zero"), "can't be read: ZeroDivisionError: by zero"),
        (KeyError(3), "can't be read: KeyError: 3"),
        (struct.error(), "can't be read: error$"),
        (BadFileError("too dark"), "^too dark$"),
    ],
)
def test_an_error_ends_the_file_and_not_the_run(error, why):
    def frames():
        yield 1
        raise error

    found = readable(frames())
    assert next(found) == 1
    with pytest.raises(BadFileError, match=why):
        next(found)


def test_what_ends_a_run_is_none_of_a_file():
    def frames():
        yield 1
        raise StorageError("no space")

    with pytest.raises(StorageError, match="no space"):
        list(readable(frames()))
