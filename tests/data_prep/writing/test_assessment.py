"""What libraries raise at bad files is said in words."""

import av
import cv2
import pytest

from data_prep.inputs.sources.errors import BadFileError
from data_prep.writing.assessment import readable


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (av.error.EOFError(1, "end of the graph"), "can't be read: .*end of the graph"),
        (av.error.ExternalError(2, "library"), "can't be read: .*library"),
        (cv2.error("size"), "can't be read: size"),
        (EOFError("no more"), "can't be read: no more"),
        (MemoryError(), "more memory than --file_memory allows"),
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


def test_what_is_wrong_in_the_program_is_not_hidden():
    with pytest.raises(ZeroDivisionError):
        list(readable(1 / number for number in [0]))
