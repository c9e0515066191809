"""Some 150 damaged files through what else reads files of others."""

import collections
import shutil

import fuzz_use
import mutants
import pytest

from vgan.runs import trained
from vgan.serving import saved_model


@pytest.fixture(scope="module")
def good(begin_once, tmp_path_factory):
    folder = tmp_path_factory.mktemp("good")
    run = shutil.copytree(begin_once(fuzz_use.TRAIN), folder / "run")
    begun = trained.restore(run)
    saved_model.export(begun.model, begun.card, run / "export" / "0")
    return fuzz_use.originals(folder, run)


def test_each_is_read_or_refused_in_a_line(good):
    cases = [case for way in fuzz_use.WAYS for case in fuzz_use.some(good, way, 25, seed=0)]
    found = collections.defaultdict(collections.Counter)
    for case, fate, *_ in fuzz_use.tried(cases, workers=1):
        assert fate in ("whole", "skipped"), case[:4]
        found[case[0]][fate] += 1
    for way in fuzz_use.WAYS:
        assert found[way]["whole"] >= (way != "inspect") and found[way]["skipped"] > 3, found


def test_a_mutant_is_always_the_same(good):
    for way in fuzz_use.WAYS:
        assert fuzz_use.some(good, way, 12, 1) == fuzz_use.some(good, way, 12, 1)
    kinds = collections.Counter(case[1:3] for case in fuzz_use.some(good, "inspect", 96, 0))
    assert len(kinds) >= 4 * 3 + 4 + 3, "each file is damaged in each way"


def test_damage_to_json_is_of_what_it_says():
    text = b'{"a": {"b": [1, 2]}, "c": "x"}'
    found = {mutants.json_mutant(text, number) for number in range(60)}
    assert {mutation for mutation, _ in found} == {"replaced", "removed", "added"}
    assert len(found) > 30
