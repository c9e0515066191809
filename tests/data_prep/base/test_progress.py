import sys

from data_prep.base import progress


def test_lines_where_there_is_no_terminal(monkeypatch, capsys):
    times = iter([0, 1, 11, 11, 12, 22, 22])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(times))
    assert list(progress.counted("abcd", 4, "frame")) == ["a", "b", "c", "d"]
    assert capsys.readouterr().err == "2/4 frames\n4/4 frames\n"


def test_a_count_that_nobody_knows(monkeypatch, capsys):
    monkeypatch.setattr(progress, "_SECONDS", -1)
    assert list(progress.counted(iter("a"), None, "video")) == ["a"]
    assert capsys.readouterr().err == "1/? videos\n"


def test_a_bar_on_a_terminal(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert list(progress.counted("abc", 3, "frame")) == ["a", "b", "c"]
    assert "3/3" in capsys.readouterr().err
