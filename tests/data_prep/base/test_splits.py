"""Groups and their split."""

import pytest

from data_prep.base import splits
from data_prep.inputs.items import Item
from vgan.core.errors import UsageError

ITEMS = [Item(path, path, "video", (1, 1)) for path in ("a/x1.avi", "b/x1.avi", "c/y.avi")]


def test_groups():
    assert [splits.group_of(item, r"x\d") for item in ITEMS] == ["x1", "x1", "c/y.avi"]
    assert splits.group_of(ITEMS[0], "x(2)?") == "x"
    assert splits.group_of(ITEMS[0], r"x(\d)") == "1"
    assert [splits.group_of(item, "") for item in ITEMS] == [item.path for item in ITEMS]
    stretch = Item("a/x1.avi@0-1", "a/x1.avi", "video", (1, 1), {"group": "mine"})
    assert splits.group_of(stretch, r"x\d") == "mine"


def test_stretches_of_a_video_share_its_group():
    stretch = Item("a/x1.avi@0-1", "a/x1.avi", "video", (1, 1), {"end": 1.0})
    assert splits.group_of(stretch, "") == "a/x1.avi"


def test_patterns_that_are_wrong():
    splits.check_pattern("", ITEMS)
    with pytest.raises(UsageError, match="matches none of the videos, such as 'a/x1.avi'"):
        splits.check_pattern("person", ITEMS)
    with pytest.raises(UsageError, match="unterminated"):
        splits.check_pattern("(", ITEMS)


def test_chosen_groups():
    names = {f"person{index}": {None} for index in range(100)}
    assert len(splits.choose_test(names, 0.07)) == 7
    assert len(splits.choose_test(names, 0.071)) == 8
    assert splits.choose_test(names, 0.0) == set()
    assert splits.choose_test(names, 0.07) < splits.choose_test(names, 0.2)
    assert len(splits.choose_test({"a": {None}, "b": {None}}, 0.9)) == 1
    assert splits.choose_test({"a": {None}}, 0.5) == set()


def test_each_label_stays_in_train_where_it_can():
    groups = {f"walk{index}": {"walk"} for index in range(6)} | {"run1": {"run"}}
    groups |= {"jump1": {"jump"}, "jump2": {"jump", "run"}}
    for fraction in (0.1, 0.5, 0.9, 1.0):
        test = splits.choose_test(groups, fraction)
        assert set().union(*(groups[name] for name in groups.keys() - test)) == {
            "walk", "run", "jump",
        }  # fmt: skip
        assert splits.choose_test(dict(reversed(groups.items())), fraction) == test
    assert len(splits.choose_test(groups, 0.5)) == 5
    alone = {"a": {"walk"}, "b": {"run"}}
    assert splits.choose_test(alone, 0.5) == set()
    assert len(splits.choose_test(alone, 0.5, trained={"walk", "run"})) == 1
