import collections
import re

import numpy as np
import pytest

from vgan.core.clip import ClipSpec
from vgan.core.errors import DataError, UsageError
from vgan.data import mixture, pipeline
from vgan.data.opening import beside, open_windows

CLIP = ClipSpec(2, 16, 16)


def opened(text, clip=CLIP, step=1, split="train"):
    return open_windows(text, clip, step, split)


def of_shapes(*counts, **arguments):
    sources = [f"shapes(num_videos={count}, seed={seed})" for seed, count in enumerate(counts)]
    told = "".join(f", {name}={value}" for name, value in arguments.items())
    return opened(f"mixture(sources={sources}{told})")


def shown(windows):
    """How often a pass shows each of the sources' windows, told apart by what they look like."""
    return collections.Counter(video.tobytes() for video, _ in windows)


@pytest.fixture(scope="module")
def folders(tmp_path_factory, prepare):
    """Prepared: down of 5 and 3 frames, up of 9; up of 4, zigzag of 6 at 20 Hz; 3 without label."""
    home = tmp_path_factory.mktemp("folders")
    contents = {
        "one": ({"down/a": 5, "down/b": 3, "up/c": 9}, 10.0),
        "two": ({"up/d": 4, "zigzag/e": 6}, 20.0),
        "bare": ({"f": 3}, 10.0),
    }
    for number, (name, (videos, rate)) in enumerate(contents.items()):
        for video, count in videos.items():
            path = home / f"{name}-raw" / f"{video}.npy"
            path.parent.mkdir(parents=True, exist_ok=True)
            frames = np.zeros([count, 16, 16, 3], np.uint8)
            frames[:] = (80 * number, 20 * ord(path.stem) % 256, 100)
            frames[..., 0] += 8 * np.arange(count, dtype=np.uint8)[:, None, None]
            np.save(path, frames)
        prepare(f"{home}/{name}-raw", f"{home}/{name}", (16, 16), test_fraction=0.0, fps=rate)
    return home


def test_without_weights_each_window_comes_once():
    found = of_shapes(5, 3)
    parts = [opened(f"shapes(num_videos={n}, seed={s})") for s, n in enumerate((5, 3))]
    assert len(found) == 8
    for (video, _), (expected, _) in zip(found, [*parts[0], *parts[1]], strict=True):
        np.testing.assert_array_equal(video, expected)
    with pytest.raises(IndexError):
        found[8]


@pytest.mark.parametrize(
    ("counts", "weights", "expected"),
    [
        # By the source that needs most: 7 / .7 is a pass of 10 exactly.
        ((7, 2), [0.7, 0.3], [7, 3]),
        ((7, 2), [7, 3], [7, 3]),
        ((2, 4), [0.9, 0.1], [36, 4]),
        ((6, 6), [2, 1], [12, 6]),
        # 5 * 1 / 3 = 1.67 is 2, to half a window.
        ((5, 1), [3, 1], [5, 2]),
        ((4, 4, 4), [0.5, 0.25, 0.25], [8, 4, 4]),
    ],
)
def test_a_pass_has_the_shares_and_every_window(counts, weights, expected):
    found = of_shapes(*counts, weights=weights)
    assert len(found) == sum(expected)
    times = shown(found)
    ends = np.cumsum(counts)
    for count, end, total in zip(counts, ends, expected, strict=True):
        own = [times[found[n][0].tobytes()] for n in range(end - count, end)]
        assert sum(own) == total
        assert max(own) - min(own) <= 1, "repeats are spread evenly"
        assert min(own) >= 1
    assert any(total == count for count, total in zip(counts, expected, strict=True))


def test_repeats_lie_all_over_a_source():
    found = of_shapes(12, 24, weights=[18, 24])
    own = [shown(found)[found[n][0].tobytes()] for n in range(12)]
    assert own == [2, 1] * 6


def test_labels_are_the_union_by_name(folders):
    found = opened(f"mixture(sources=['{folders}/one', '{folders}/two'])")
    assert found.labels == ("down", "up", "zigzag")
    # Windows of two frames: 4 + 2 down and 8 up, then 3 up and 5 zigzag.
    expected = [0] * 6 + [1] * 8 + [1] * 3 + [2] * 5
    assert [label for _, label in found] == expected
    assert found.window_labels.tolist() == expected
    second = opened(f"{folders}/two")
    np.testing.assert_array_equal(found[17][0], second[3][0])
    assert [beside(found, n)[2] for n in (0, 13, 14, 21)] == [0, 1, 1, 2]
    assert found.frames(20, [1])[1] == 2
    # A name and its number stay together whatever the order of the sources.
    other = opened(f"mixture(sources=['{folders}/two', '{folders}/one'])")
    assert other.labels == found.labels and [label for _, label in other][:4] == [1, 1, 1, 2]


def test_a_source_without_labels_leaves_none(folders):
    found = opened(f"mixture(sources=['{folders}/two', '{folders}/bare'], weights=[1, 1])")
    assert found.labels == () and {label for _, label in found} == {0}
    assert not found.window_labels.any()


def test_balance_gives_each_label_the_same_share(folders):
    text = f"mixture(sources=['{folders}/one', '{folders}/two'], balance_labels=True)"
    found = opened(text)
    labels = [label for _, label in found]
    assert collections.Counter(labels) == {0: 11, 1: 11, 2: 11}, "as many as up has windows"
    assert found.window_labels.tolist() == labels
    times = shown(found)
    plain = opened(text.replace(", balance_labels=True", ""))
    own = [times[video.tobytes()] for video, _ in plain]
    assert own[6:17] == [1] * 11 and set(own[:6]) == {1, 2} and set(own[17:]) == {2, 3}


def test_an_evaluation_sees_each_window_once(folders):
    paths = [f"{folders}/one", f"{folders}/two"]
    found = opened(f"mixture(sources={paths}, weights=[1, 9])")
    assert len(found) == 14 + 126
    numbers, videos = found.apart(3)
    expected = [opened(path) for path in paths]
    clips = [part[n][0] for part in expected for n in part.apart(3)[0]]
    np.testing.assert_array_equal([found[n][0] for n in numbers], clips)
    assert videos.tolist() == [0, 0, 1, 2, 2, 2, 3, 4, 4]
    assert len(found.apart(1)[0]) == 14 + 8


def test_frames_and_extents_are_those_of_the_source(folders):
    found = opened(f"mixture(sources=['{folders}/one', '{folders}/two'], weights=[1, 2])")
    second = opened(f"{folders}/two")
    assert found.extent(18) == second.extent(4) == (-1, 4)
    np.testing.assert_array_equal(found.frames(18, [4, -1])[0], second.frames(4, [4, -1])[0])
    again = next(n for n in range(22, len(found)) if (found[n][0] == second[4][0]).all())
    assert found.extent(again) == (-1, 4)


def test_batches_with_changes_of_time(folders):
    found = opened(f"mixture(sources=['{folders}/one', '{folders}/two'], weights=[1, 2])")
    for clips in pipeline.batches(found, 4, 0, 0, "speed + splice + flip").take(2):
        assert clips.video.shape == (4, 2, 16, 16, 3) and clips.label.shape == 4


def test_pairs_can_be_mixed_but_not_with_others():
    pair = "pairs(target='shapes(num_videos={0})', source='shapes(num_videos={0}, outlined=True)')"
    sources = [pair.format(4), pair.format(6)]
    found = opened(f"mixture(sources={sources}, weights=[3, 1])")
    assert len(found) == 18 + 6
    video, source, _ = beside(found, 23)
    np.testing.assert_array_equal(video, found[23][0])
    twice = next(n for n in range(23) if (found[n][0] == video).all())
    np.testing.assert_array_equal(source, beside(found, twice)[1])
    assert (source != video).any()
    with pytest.raises(UsageError, match="some sources are pairs and some aren't"):
        opened(f"mixture(sources={[pair.format(4), 'shapes()']})")


def test_mixtures_that_repeat_are_not_paired():
    for weights, fits in (("", True), (", weights=[3, 1]", False)):
        mixed = f'mixture(sources=["shapes(num_videos=4)", "shapes(num_videos=2)"]{weights})'
        text = f"pairs(target={mixed!r}, source={mixed!r})"
        if fits:
            assert len(opened(text)) == 6
        else:
            with pytest.raises(UsageError, match="Mix pairs instead"):
                opened(text)


def test_what_determines_the_fingerprint():
    texts = [of_shapes(4, 2), of_shapes(2, 4), of_shapes(4, 2, weights=[1, 1])]
    texts += [of_shapes(4, 2, weights=[1, 2]), of_shapes(14, balance_labels=True), of_shapes(14)]
    prints = [found.fingerprint for found in texts]
    assert len(set(prints)) == 6 and all(re.fullmatch("[0-9a-f]{16}", text) for text in prints)
    assert of_shapes(4, 2).fingerprint == prints[0]
    assert opened("mixture(sources=['shapes(num_videos=64)'])", split="test").split == "test"


def test_rates_that_differ_are_told_of(folders, monkeypatch):
    told = []
    monkeypatch.setattr(mixture.logging, "log_first_n", lambda level, text, n: told.append(text))
    found = opened(f"mixture(sources=['{folders}/two', '{folders}/one'])")
    assert found.fps == 20 and len(told) == 1
    assert "10 to 20 frames a second" in told[0] and "the first one's rate, 20" in told[0]
    assert of_shapes(2, 2).fps == 8 and len(told) == 1


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ("", "needs the argument sources"),
        ("sources='a'", "must be a list"),
        ("sources=[]", "must be a list"),
        ("sources=[3]", "source 3 must be text"),
        ("sources=['shapes()'], weights=[1, 2]", "one number a source"),
        ("sources=['shapes()'], weights=0.5", "one number a source"),
        ("sources=['shapes()'], weights=[0]", "weight=0.: must be a number above 0"),
        ("sources=['shapes()'], weights=['1']", "weight='1'.: must be"),
        ("sources=['shapes()'], weights=[1e999]", "weight=inf.: must be"),
        ("sources=['shapes()'], balance_labels=1", "must be True or False"),
        ("sources=['shapes()'], weights=[1], balance_labels=True", "Drop one"),
        ("sources=['squares()']", "no embedded data of this name"),
    ],
)
def test_arguments_that_can_not_be(arguments, text):
    with pytest.raises(UsageError, match=text):
        opened(f"mixture({arguments})")


def test_what_the_sources_lack(folders):
    with pytest.raises(UsageError, match="balance_labels=True.*no labels"):
        opened(f"mixture(sources=['{folders}/one', '{folders}/bare'], balance_labels=True)")
    with pytest.raises(DataError, match="has no test videos"):
        opened(f"mixture(sources=['shapes()', '{folders}/one'])", split="test")
    with pytest.raises(DataError, match="nowhere': not a folder"):
        opened(f"mixture(sources=['{folders}/nowhere'])")
