"""The page of an evaluation."""

import numpy as np
import pytest

from vgan.reports import evaluation as report

PER_CLIP = {"magnitude": {"made": np.arange(9.0), "real": np.arange(4.0)}}


@pytest.fixture
def clips(noise):
    return report.Clips(noise(3, 0), noise(3, 1), np.array([1.25, 0.0, 30.0]), noise(2, 2))


@pytest.fixture
def shown(tmp_path, evaluation, clips, read_page):
    report.write(tmp_path / "report.html", evaluation, clips, PER_CLIP, 10)
    return read_page(tmp_path / "report.html")


def test_clips_come_first_each_beside_its_nearest(shown, clips):
    videos = [video for video, _ in shown.clips()]
    pairs = np.stack([clips.samples, clips.nearest], axis=1).reshape(-1, 3, 4, 6, 3)
    np.testing.assert_array_equal(videos, [*pairs, *clips.real])
    places = [shown.text.index(t) for t in ("made 0", "training, 1.2 away", "made 2", "real 1")]
    places += [shown.text.index(t) for t in ("Headline", "value / floor", "Spread", "fingerprint")]
    assert places == sorted(places)


def test_scores_with_what_they_mean(shown):
    scores = {row[0]: row[1:] for row in shown.tables[0]}
    motion = "distance from real clips in speed, direction and turns of motion"
    assert scores["frechet_motion"] == ["2", "1 to 3", "0.5", "4", "↓ lower", motion]
    assert scores["frechet_motion_extrapolated"][5].startswith(f"{motion}, as if")
    assert scores["kernel_i3d"][3] == "–"  # What is expected of its floor is 0.
    assert scores["kernel_i3d"][5] == "distance from real clips in features i3d"
    assert scores["recall"][1:5] == ["–", "0", "–", "↑ higher"]


def test_headlines_are_plain_scores_over_floors(shown):
    head = shown.text[shown.text.index("Headline") : shown.text.index("Floor:")]
    assert "frechet_motion4 × floorlower is better" in head
    assert "coverage0.5 × floorhigher is better" in head
    assert not any(name in head for name in ("extrapolated", "kernel", "recall"))


def test_statistics_beside_real_ones(shown):
    statistics = {row[0]: row[1:-1] for row in shown.tables[1]}
    assert statistics["magnitude"] == ["0.25", "0.125 to 0.375", "1234", "0.75", "pixels a frame"]
    assert statistics["near_static"][1] == "–"
    assert "magnitude (pixels a frame)" in shown.text


def test_the_protocol_in_full(shown, evaluation):
    found = dict(shown.tables[2])
    assert found["fingerprint"] == "f1"
    assert found["versions"] == "numpy 2"
    assert set(found) == set(evaluation["protocol"]) - {"compressed"}


def test_everything_measured_has_a_meaning():
    from vgan.evaluation.measure import UNITS

    for name in [
        *UNITS,
        "near_static",
        "fvd",
        "training_distance",
        "density",
        "kernel_random3d_dt",
    ]:
        assert report.meaning(name)
    assert report.meaning("frechet_random3d_dt") == "distance from real clips in " + (
        "change from frame to frame"
    )
    assert report.meaning("brightness") == ""


def test_hostile_names_stay_text(tmp_path, evaluation, clips, read_page):
    bad = "<script>alert(1)</script>\"'&"
    evaluation["protocol"] |= {"generated": bad, "data": bad}
    evaluation["scores"][f"frechet_{bad}"] = evaluation["scores"]["frechet_motion"]
    evaluation["statistics"]["magnitude"]["unit"] = bad
    report.write(tmp_path / "report.html", evaluation, clips, PER_CLIP, 10)
    assert read_page(tmp_path / "report.html").text.count(bad) >= 8


def test_the_same_evaluation_is_the_same_file(tmp_path, evaluation, clips):
    for name in ("a", "b"):
        report.write(tmp_path / name, evaluation, clips, PER_CLIP, 10)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
