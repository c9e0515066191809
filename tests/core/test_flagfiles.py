"""Flagfiles: where they lie, what they are written in."""

import codecs

import pytest

from vgan.core.errors import UsageError
from vgan.core.flagfiles import expanded


def test_lines_come_in_the_place_of_the_flag(tmp_path):
    path = tmp_path / "a.flags"
    path.write_text("# what\n--a=1\n\n  --b=two words  \n// more\n  # more\n-c\n")
    lines = ["--a=1", "--b=two words", "-c"]
    assert expanded(["--x=0", f"--flagfile={path}", "--y=2"]) == ["--x=0", *lines, "--y=2"]
    assert expanded(["-flagfile", str(path), "rest"]) == [*lines, "rest"]
    assert expanded(["--", f"--flagfile={path}"]) == ["--", f"--flagfile={path}"]
    assert expanded(["--flagfiles=3"]) == ["--flagfiles=3"]


def test_another_is_found_beside_the_one_that_names_it(tmp_path, monkeypatch):
    (tmp_path / "elsewhere" / "more").mkdir(parents=True)
    (tmp_path / "here").mkdir()
    (tmp_path / "elsewhere" / "a.flags").write_text("--flagfile=more/b.flags\n--a=1\n")
    (tmp_path / "elsewhere" / "more" / "b.flags").write_text("--flagfile=c.flags\n--b=1\n")
    (tmp_path / "elsewhere" / "more" / "c.flags").write_text("--c=1\n")
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "here" / "c.flags").write_text("--c=2\n")
    assert expanded(["--flagfile=../elsewhere/a.flags"]) == ["--c=1", "--b=1", "--a=1"]
    (tmp_path / "elsewhere" / "more" / "c.flags").unlink()
    assert expanded([f"--flagfile={tmp_path}/elsewhere/a.flags"]) == ["--c=2", "--b=1", "--a=1"]


@pytest.mark.parametrize("mark", [codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b""])
def test_what_editors_put_first_is_read(tmp_path, mark):
    encoding = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}.get(mark)
    path = tmp_path / "a.flags"
    path.write_bytes(mark + "# é\r\n--data=größe\r\n".encode(encoding or "utf-8"))
    assert expanded([f"--flagfile={path}"]) == ["--data=größe"]


def test_what_can_not_be_read_is_named(tmp_path):
    path = tmp_path / "a.flags"
    (tmp_path / "sub").mkdir()
    for data, why in (
        ("--data=größe".encode("latin-1"), "a.flags: not text in UTF-8"),
        (b"--flagfile=b.flags", "Unable to open flagfile: .*b.flags"),
        (b"--flagfile=a.flags", "a.flags: names itself"),
        (b"--flagfile=sub/../a.flags", "a.flags: names itself"),
        (b"--flagfile=~nosuchuser/x", "Unable to open flagfile: "),
        (b"--flagfile=a\0b", "Unable to open flagfile: "),
        (b"--flagfile", "names no file"),
        (b"--flagfile=", "names no file"),
    ):
        path.write_bytes(data)
        with pytest.raises(UsageError, match=why):
            expanded([f"--flagfile={path}"])
    for arguments in (["--flagfile"], ["--flagfile=", "--steps=5"], ["--flagfile", ""]):
        with pytest.raises(UsageError, match="no argument"):
            expanded(arguments)
