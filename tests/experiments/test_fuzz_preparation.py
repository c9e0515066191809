"""Some 250 damaged files through the preparation, as a command would."""

import filecmp

import fuzz_preparation
import mutants
import pytest

MEBIBYTES = 400
"""A worker that reads nothing has about 110."""


@pytest.fixture(scope="module", params=["auto", "strip"])
def raw(tmp_path_factory, request):
    folder, originals = tmp_path_factory.mktemp("fuzz") / "raw", mutants.originals()
    for container in mutants.CONTAINERS:
        if (container in mutants.STRIPS) == (request.param == "strip"):
            mutants.write(folder, originals, container, range(18))
    return folder, f"--kind={request.param}"


def test_no_file_crashes_hangs_or_bloats_it_and_each_is_accounted_for(raw):
    raw, kind = raw
    out, again = raw.with_name("out"), raw.with_name("again")
    cost = fuzz_preparation.prepared(raw, out, "--workers=2", kind)
    assert cost["peak_mebibytes"] < MEBIBYTES
    rows = fuzz_preparation.fates(raw, out)  # It verifies the output.
    assert [row["damage"] for row in rows] == sorted(mutants.MUTATIONS)
    for row in rows:
        assert row["crashes"] == row["hangs"] == row["memory_refusals"] == 0, row
        fates = ("whole", "short", "dropped", "skipped")  # Labels beside an array are dropped.
        assert sum(row[fate] for fate in fates) == row["files"] >= 6, row
    found = {row["damage"]: row for row in rows}
    assert found["header"]["whole"] == 0
    if kind == "--kind=auto":
        assert found["truncated"]["whole"] <= 1  # Fragments of an mp4 don't tell how many they are.
        assert found["truncated"]["short"] > 5 < found["flipped"]["whole"]
        assert found["joined"]["whole"] + found["joined"]["short"] > 20
    fuzz_preparation.prepared(raw, again, "--workers=1", kind)
    names = sorted(path.name for path in out.iterdir())
    assert names == sorted(path.name for path in again.iterdir())
    assert filecmp.cmpfiles(out, again, names, shallow=False)[0] == names


def test_a_mutant_is_always_the_same_and_always_damaged():
    originals, again = mutants.originals(), mutants.originals()
    assert originals == again
    for container in mutants.CONTAINERS:
        found = [mutants.mutant(originals, container, number) for number in range(30)]
        assert found == [mutants.mutant(again, container, number) for number in range(30)]
        assert found != [mutants.mutant(again, container, number, 1) for number in range(30)]
        for mutation, suffix, data in found:
            assert (suffix == container) == (mutation != "renamed")
            assert mutation == "renamed" or data not in originals[container], mutation
    assert len({tuple(found) for found in originals.values()}) == len(mutants.CONTAINERS)


def test_each_mutant_goes_one_way():
    for mutants_in_all in (700, 10_001):
        count = 0
        for container in mutants.CONTAINERS:
            ways = [fuzz_preparation.numbers(mutants_in_all, container, way)
                    for way in fuzz_preparation.WAYS]  # fmt: skip
            assert not set(ways[0]) & set(ways[1]) and len(ways[1]) > 3
            count += len(ways[0]) + len(ways[1])
        assert count == mutants_in_all
