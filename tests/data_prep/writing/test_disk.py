"""A disk that fills up at a known rate."""

import pytest

from data_prep.writing import disk
from vgan.core.errors import StorageError

MIB = 2**20


@pytest.fixture
def space(monkeypatch, tmp_path):
    """A `Space` and a function that sets how much is free, in MiB."""
    free = {"now": 1064}
    monkeypatch.setattr(disk.Space, "_free", lambda self: free["now"] * MIB)
    return disk.Space(str(tmp_path)), lambda mebibytes: free.update(now=mebibytes)


def test_warns_once_when_the_rest_would_not_fit(space, capsys):
    watched, set_free = space
    set_free(464)  # 600 are used, 400 can be: enough for 60 %.
    watched.check(0.6)
    assert capsys.readouterr().err == ""
    watched.check(0.59)
    assert capsys.readouterr().err == (
        "vgan: warning: at this rate 417 MiB more are needed, 464 MiB are free\n"
    )
    watched.check(0.5)
    assert capsys.readouterr().err == ""


def test_too_early_to_tell(space, capsys):
    watched, set_free = space
    set_free(300)
    watched.check(0.05)
    assert capsys.readouterr().err == ""
    watched.check(0.051)
    assert "at this rate" in capsys.readouterr().err


def test_ends_before_the_disk_is_full(space):
    watched, set_free = space
    set_free(64)
    watched.check(1.0)
    set_free(63)
    with pytest.raises(StorageError, match="63 MiB are free. Free some space and run the same"):
        watched.check(1.0)
