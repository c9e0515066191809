"""Where a page lies: its address stays, its files go."""

import json
import stat

import pytest

from vgan.core.errors import StorageError
from vgan.playing.place import place


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Where the page of the folder `tmp_path` lies."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with place(tmp_path) as at:
        return at.files.parent


def test_the_address_stays(tmp_path):
    """And is nothing that the folder of the model brings along."""
    with place(tmp_path) as first:
        assert (len(first.token) >= 32, first.port) == (True, 0)
        first.keep(8123)
    with place(tmp_path) as second:
        assert (second.token, second.port) == (first.token, 8123)
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


def test_another_model_has_another(tmp_path):
    with place(tmp_path) as one, place(tmp_path / "other") as other:
        assert one.token != other.token
        assert one.files != other.files


def test_nobody_else_can_read_it(tmp_path, home):
    with place(tmp_path) as at:
        at.keep(8123)
        for path, mode in ((home, 0o700), (at.files, 0o700)):
            assert stat.S_IMODE(path.stat().st_mode) == mode
    assert stat.S_IMODE((home / "address.json").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        json.dumps({"token": "short", "port": 1}),
        json.dumps({"token": "x" * 40, "port": 99999}),
        json.dumps({"token": 1, "port": 1}),
        json.dumps({"token": "x" * 40}),
    ],
)
def test_a_damaged_address_is_made_anew(tmp_path, home, text):
    (home / "address.json").write_text(text)
    with place(tmp_path) as at:
        assert at.port == 0
        assert len(at.token) >= 32
        assert set(at.token) != {"x"}


def test_what_a_killed_server_left_is_removed(tmp_path, home):
    left = home / "files" / ".0123456789abcdef.tmp"
    left.parent.mkdir()
    left.touch()
    with place(tmp_path) as at:
        assert list(at.files.iterdir()) == []
        (at.files / "made.mp4").touch()
    assert not at.files.exists()


def test_one_page_over_a_folder(tmp_path):
    with place(tmp_path), pytest.raises(StorageError, match="shows its page already"):
        with place(tmp_path):
            pass


def test_a_folder_that_can_not_be_written_to(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with pytest.raises(StorageError, match="in a folder of yours, and can't .*XDG_STATE_HOME"):
        with place(tmp_path):
            pass
