import os

import pytest

from data_prep.base.folders import appearing
from vgan.core.errors import StorageError


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def fill(path, text, overwrite=False):
    with appearing(path, overwrite, "mark") as folder:
        with open(f"{folder}/mark", "w") as file:
            file.write(text)
        assert not path.exists() or (path / "mark").read_text() != text


def test_it_appears_at_the_end_and_gives_way_when_told(tmp_path):
    path = tmp_path / "a" / "new"
    fill(path, "one")
    assert names(tmp_path) == ["a", "a/new", "a/new/mark"]
    with pytest.raises(StorageError, match="new': it exists already"):
        fill(path, "two")
    assert (path / "mark").read_text() == "one"
    (path / "more").touch()
    fill(path, "two", overwrite=True)
    assert names(path) == ["mark"] and (path / "mark").read_text() == "two"
    assert names(tmp_path) == ["a", "a/new", "a/new/mark"]


def test_nothing_is_left_of_a_failure(tmp_path):
    fill(tmp_path / "out", "one")
    with pytest.raises(KeyError), appearing(tmp_path / "out", True, "mark") as folder:
        open(f"{folder}/mark", "w").close()
        raise KeyError
    assert names(tmp_path) == ["out", "out/mark"] and (tmp_path / "out/mark").read_text() == "one"


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_others_wrote_is_left_alone(tmp_path, kind):
    path = tmp_path / "out"
    path.mkdir() if kind == "folder" else path.touch()
    with pytest.raises(StorageError, match="holds no mark, so --overwrite leaves it alone"):
        fill(path, "one", overwrite=True)
    assert names(tmp_path) == ["out"]


def test_what_appears_meanwhile_stays(tmp_path):
    path = tmp_path / "out"
    with pytest.raises(StorageError, match="it exists"), appearing(path, False, "mark"):
        path.mkdir()
        (path / "mark").write_text("other")
    assert names(tmp_path) == ["out", "out/mark"]


def test_the_old_one_comes_back_when_the_new_one_cannot(tmp_path, monkeypatch):
    path, rename = tmp_path / "out", os.rename
    fill(path, "one")

    def failing(old, new):
        if "incomplete" in str(old):
            raise OSError("full")
        rename(old, new)

    monkeypatch.setattr(os, "rename", failing)
    with pytest.raises(OSError, match="full"):
        fill(path, "two", overwrite=True)
    assert names(tmp_path) == ["out", "out/mark"] and (path / "mark").read_text() == "one"
