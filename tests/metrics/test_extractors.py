import numpy as np
import pytest

from vgan.metrics.extractors import motion, random3d
from vgan.motion import estimators

MAKERS = {
    "random3d": random3d,
    "random3d_dt": lambda: random3d(difference=True),
    "motion": motion,
}
WIDTHS = {"random3d": 400, "random3d_dt": 400, "motion": 2 * 4 * 8 * 2}


def noise(count, frames=7, height=16, width=20):
    return np.random.default_rng(0).integers(0, 256, (count, frames, height, width, 3), np.uint8)


def plane(step, frames=6, size=32):
    """A texture that moves right by `step` pixels a frame."""
    y, x = np.mgrid[:size, :size] * 2 * np.pi / size
    random = np.random.default_rng(1)
    total = np.zeros((frames, size, size))
    for rate_x, rate_y in random.integers(1, 5, (10, 2)) * random.choice([-1, 1], (10, 2)):
        at = x - np.arange(frames)[:, None, None] * step * 2 * np.pi / size
        total += np.cos(rate_x * at + rate_y * y + random.uniform(0, 2 * np.pi))
    return np.uint8(128 + 12 * total)[None, ..., None].repeat(3, -1)


@pytest.fixture(scope="module", params=MAKERS)
def extractor(request):
    return MAKERS[request.param]()


@pytest.fixture(scope="module")
def features(extractor):
    return extractor(noise(18))


def test_a_row_a_clip(extractor, features):
    assert extractor.name in MAKERS
    assert features.shape == (18, WIDTHS[extractor.name]) and features.dtype == np.float64
    assert len(np.unique(features, axis=0)) == 18
    spread = features.std(0).mean()
    assert spread > 0.001


def test_another_of_its_kind_gives_the_same(extractor, features):
    again = MAKERS[extractor.name]()
    assert again.digest == extractor.digest
    np.testing.assert_array_equal(again(noise(18)), features)


def test_features_do_not_depend_on_the_other_clips(extractor, features):
    videos = noise(18)
    np.testing.assert_allclose(extractor(videos[17:]), features[17:], rtol=1e-5, atol=1e-6)
    shuffled = np.random.default_rng(2).permutation(18)
    np.testing.assert_allclose(
        extractor(videos[shuffled]), features[shuffled], rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("frames", [2, 3, 5])
def test_short_clips_of_odd_sizes(extractor, frames):
    found = extractor(noise(3, frames, 17, 19))
    assert len(found) == 3 and np.isfinite(found).all()


def test_digests():
    """Pinned: scores are compared and features cached by them."""
    assert {name: make().digest for name, make in MAKERS.items()} == {
        "random3d": "83ad62cca765f03e",
        "random3d_dt": "ba418e4affe31c46",
        "motion": "farneback-8x4x2x2-1",
    }


@pytest.mark.parametrize(
    "name, expected",
    [
        ("random3d", [0.037634, 0.066489, 0.142039, 0.013036, 0.022900, 0.060488]),
        ("random3d_dt", [0.340736, 0.411873, 0.884549, 0.055592, -0.028264, 0.327101]),
    ],
)
def test_the_fixed_network(name, expected):
    """Pinned: the digest tells its kernels, but not what is done with them."""
    found = MAKERS[name]()(plane(2))[0, [0, 64, 128, 192, 256, 296]]
    np.testing.assert_allclose(found, expected, rtol=1e-3)


def test_differences_of_a_frozen_clip():
    frozen = np.repeat(plane(0)[:, :1], 4, 1)
    found = random3d(difference=True)(frozen)[0]
    for width, first in ((32, 0), (64, 64), (104, 192)):
        means, deviations = found[first : first + 2 * width].reshape(2, width)
        np.testing.assert_allclose(means, 0, atol=1e-7)
        np.testing.assert_allclose(deviations, 1e-3, rtol=1e-3)


def test_the_order_of_frames_counts():
    brighter = np.uint8(np.linspace(20, 220, 6))[None, :, None, None, None]
    video = brighter + np.uint8(plane(0) // 8)
    for name, make in MAKERS.items():
        if name != "motion":
            forward, backward = make()(video), make()(video[:, ::-1])
            assert np.linalg.norm(forward - backward) > 0.1 * np.linalg.norm(forward), name


@pytest.mark.parametrize("step, direction", [(2, 0), (-2, 4)])
def test_votes_of_a_moving_plane(step, direction):
    cells = motion()(plane(step)).reshape(12, 8)  # two times and one, of four quarters each
    velocity, acceleration = cells[:8], cells[8:]
    np.testing.assert_allclose(velocity[:, direction], np.log2(1 + 4 * 2), rtol=0.03)
    assert (np.delete(velocity, direction, 1) < 0.1).all()
    assert (acceleration < 0.1).all()


def test_a_plane_moving_down_and_one_played_backwards():
    right, down = plane(2), plane(2).swapaxes(2, 3)
    assert (motion()(down).reshape(12, 8)[:8].argmax(1) == 2).all()
    assert (motion()(right[:, ::-1]).reshape(12, 8)[:8].argmax(1) == 4).all()


@pytest.fixture
def votes(monkeypatch):
    """`votes(flow)`: what motion() makes of clips whose flow [N, T-1, H, W, 2] is said to be so."""

    def votes(flow):
        clips, pairs, height, width, _ = flow.shape

        def estimate(first, second):
            assert first.shape == second.shape == (clips * pairs, height, width, 3)
            return np.float32(flow).reshape(-1, height, width, 2)

        monkeypatch.setattr(estimators, "farneback", lambda: estimate)
        found = motion()(np.zeros((clips, pairs + 1, height, width, 3), np.uint8))
        return found.reshape(clips, -1, 4, 8)  # clips, times, quarters, directions

    return votes


@pytest.mark.parametrize(
    "degrees, length, expected",
    [
        (0, 0.75, {0: 2}),
        (135, 0.75, {3: 2}),
        (22.5, 1.75, {0: 1.5, 1: 1.5}),
        (-11.25, 0.75, {0: 1.5, 7: 0.5}),
        (-90, 3.75, {6: 4}),
        (-180, 0.25, {4: 1}),
        (-1e-7, 0.75, {0: 2}),  # rounds to a whole turn
        (77, 0, {}),
    ],
)
def test_a_pixel_votes_for_the_two_nearest_directions(votes, degrees, length, expected):
    angle = np.radians(degrees)
    flow = np.zeros((2, 5, 6, 7, 2))
    flow[1] = [length * np.cos(angle), length * np.sin(angle)]
    found = votes(flow)
    by_hand = np.zeros_like(found)
    for direction, vote in expected.items():
        by_hand[1, :2, :, direction] = vote  # the third time is that of the acceleration
    np.testing.assert_allclose(found, by_hand, atol=1e-5)


def test_cells_of_four_frames_and_quarter_pictures(votes):
    flow = np.zeros((1, 6, 5, 9, 2))
    flow[0, 2, 0, 4:] = [0.75, 0]  # upper right is a quarter of 2 x 5 pixels, lower left of 3 x 4
    flow[0, 5, 4, 0] = [0, 0.75]
    found = votes(flow)[0]
    by_hand = np.zeros((4, 4, 8))
    by_hand[0, 1, 0] = 2 * 5 / (4 * 10)
    by_hand[1, 2, 2] = 2 / (2 * 12)
    # Of five changes: to the right and back within the first four, down in the last.
    by_hand[2, 1, [0, 4]] = 2 * 5 / (4 * 10)
    by_hand[3, 2, 2] = 2 / 12
    np.testing.assert_allclose(found, by_hand, atol=1e-5)
