"""Files by number."""

import pytest

from vgan.core.errors import DataError
from vgan.playing.shelf import Shelf


def test_a_file_is_found_by_its_number_alone(tmp_path):
    shelf = Shelf(tmp_path)
    number = shelf.put(".mp4", lambda path: path.write_bytes(b"123"), "mine.mp4")
    kept = shelf.get(number)
    assert (kept.name, kept.path.read_bytes(), kept.path.suffix) == ("mine.mp4", b"123", ".mp4")
    for other in ("", "..", "../shelf", str(kept.path), kept.path.name, number + "0"):
        with pytest.raises(DataError, match="gone from the server"):
            shelf.get(other)


def test_the_oldest_go_first(tmp_path):
    shelf = Shelf(tmp_path, most_bytes=10)
    numbers = [shelf.put("", lambda path: path.write_bytes(b"1234")) for _ in range(3)]
    assert len(list(tmp_path.iterdir())) == 2
    with pytest.raises(DataError):
        shelf.get(numbers[0])
    shelf.drop(numbers[1])
    assert [path.name for path in tmp_path.iterdir()] == [numbers[2]]


def test_what_fails_is_not_kept(tmp_path):
    def fail(path):
        raise DataError("no")

    with pytest.raises(DataError, match="no"):
        Shelf(tmp_path).put("", fail)
