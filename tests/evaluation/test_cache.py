import os
from pathlib import Path

import numpy as np
import pytest
from absl import logging

from vgan.evaluation.cache import Cache, default_folder

KEY = ("f00d", (16, 32, 32, 3), 1, "test", 0)


def arrays():
    random = np.random.default_rng(0)
    return {
        "features": random.normal(size=(5, 7)),
        "order": np.arange(5),
        "thumbnails": random.integers(0, 256, (5, 2, 2), np.uint8),
    }


def never():
    raise AssertionError("computed again")


def assert_same(found, expected):
    assert list(found) == list(expected)
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype


@pytest.fixture
def warned(monkeypatch):
    """The warnings that are given."""
    lines = []
    monkeypatch.setattr(logging, "warning", lambda text, *rest: lines.append(text % rest))
    return lines


@pytest.fixture
def kept(tmp_path):
    """The one file of a cache in tmp_path / "a" / "b" that keeps `arrays` under `KEY`."""
    assert_same(Cache(tmp_path / "a" / "b").get(KEY, arrays), arrays())
    (path,) = (tmp_path / "a" / "b").iterdir()
    return path


def test_what_was_kept_is_read_back_exactly(kept, warned):
    assert_same(Cache(str(kept.parent)).get(KEY, never), arrays())
    assert not warned


@pytest.mark.parametrize("position", range(len(KEY)))
def test_another_key_is_computed_again(kept, position):
    other = list(KEY)
    other[position] = "other"
    cache = Cache(kept.parent)
    assert_same(cache.get(tuple(other), lambda: {"a": np.ones(1)}), {"a": np.ones(1)})
    assert_same(cache.get(tuple(other), never), {"a": np.ones(1)})
    assert_same(cache.get(KEY, never), arrays())


def test_keys_that_look_alike_differ(tmp_path):
    cache = Cache(tmp_path)
    keys = [(1, 2), ("1", 2), (12,), ((1, 2),), (1, 2, None), (1.0, 2)]
    for number, key in enumerate(keys):
        cache.get(key, lambda number=number: {"number": np.array(number)})
    assert [int(cache.get(key, never)["number"]) for key in keys] == list(range(len(keys)))


def damages(data):
    """Bytes of a file that a crash, a full disk or a bad disk may leave, by name."""
    yield "empty", b""
    yield "text", b"text"
    yield "zeros", bytes(len(data))
    for part in (3, len(data) // 2, len(data) - 1):
        yield f"the first {part} bytes", data[:part]
    yield "a value changed", data[:200] + bytes([data[200] ^ 1]) + data[201:]
    directory = data.index(b"PK\1\2")
    for offset in (6, 8, 10):  # the version needed, the flags, the way of compression
        place = directory + offset
        yield (
            f"directory at {offset}",
            data[:place] + bytes([data[place] ^ 255]) + data[place + 1 :],
        )


def test_a_damaged_file_is_computed_and_kept_again(kept, warned):
    whole = kept.read_bytes()
    for name, data in damages(whole):
        kept.write_bytes(data)
        warned.clear()
        assert_same(Cache(kept.parent).get(KEY, arrays), arrays())
        assert warned == [f"cached features {str(kept)!r} are damaged, computing them again"], name
        assert_same(Cache(kept.parent).get(KEY, never), arrays())
    assert len(warned) == 1 and list(kept.parent.iterdir()) == [kept]


@pytest.mark.parametrize("folder", ["file/cache", "file", "x" * 300])
def test_a_folder_that_cannot_be_written(tmp_path, warned, folder):
    (tmp_path / "file").write_text("")
    assert_same(Cache(tmp_path / folder).get(KEY, arrays), arrays())
    (line,) = warned
    assert line.startswith(f"features can't be cached in {str(tmp_path / folder)!r}: ")
    assert os.listdir(tmp_path) == ["file"]


def test_a_full_disk_leaves_nothing_half_written(tmp_path, warned, monkeypatch):
    def fail(file, **found):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", fail)
    assert_same(Cache(tmp_path).get(KEY, arrays), arrays())
    assert warned == [f"features can't be cached in {str(tmp_path)!r}: No space left on device"]
    assert not os.listdir(tmp_path)


def test_when_computing_fails_nothing_is_kept(tmp_path):
    with pytest.raises(AssertionError, match="computed again"):
        Cache(tmp_path / "cache").get(KEY, never)
    assert not os.listdir(tmp_path)


def test_no_folder_keeps_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cache = Cache(None)
    assert cache.get(KEY, lambda: 1) == 1
    assert cache.get(KEY, lambda: 2) == 2
    assert not os.listdir(tmp_path)


def test_without_a_home_nothing_is_kept(monkeypatch, warned, tmp_path):
    def none():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", none)
    monkeypatch.chdir(tmp_path)
    assert_same(Cache(default_folder()).get(KEY, arrays), arrays())
    assert "no home" in warned[0] and list(tmp_path.iterdir()) == []


def test_the_default_folder_is_the_users(monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere/else")
    assert default_folder() == Path("/somewhere/else/vgan")
    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    assert default_folder() == Path("/home/someone/.cache/vgan")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert default_folder() == Path("/home/someone/.cache/vgan")


@pytest.mark.parametrize(
    "other",
    [{"features": np.zeros(3)}, {"a": np.zeros(3)}, {}, arrays() | {"order": np.arange(5)[::-1]}],
)
def test_what_we_did_not_write_is_computed_again(kept, warned, other):
    with np.load(kept) as found:
        digest = {name: found[name] for name in found if name not in arrays()}
    for more in ({}, digest):
        np.savez(kept, **other, **more)
        assert_same(Cache(kept.parent).get(KEY, arrays), arrays())
        assert "are damaged, computing them again" in warned.pop()
