import numpy as np
from PIL import Image

from vgan.treatments import match_colours


def match(video, reference, tmp_path):
    Image.fromarray(reference).save(tmp_path / "reference.png")
    treat = match_colours.treatment(str(tmp_path / "reference.png"))
    return np.stack(list(treat(iter(video), 25)[0]))


def halves(low, high):
    picture = np.empty((4, 6, 3), np.uint8)
    picture[:, :3], picture[:, 3:] = low, high
    return picture


def test_two_greys_by_hand(tmp_path):
    # Logarithms are of 16, 64 -> 32, 128 (with the one level that is added).
    made = match(halves(15, 63)[None], halves(31, 127), tmp_path)
    np.testing.assert_array_equal(made[0], halves(31, 127))


def test_the_equations_on_one_pixel_by_hand():
    # Of (99, 49, 199): L = .3811*100 + .5783*50 + .0402*200 = 75.065 and so on; its logarithms.
    lms = np.log10([75.065, 71.53, 177.73])
    expected = [sum(lms) / 3**0.5, (lms[0] + lms[1] - 2 * lms[2]) / 6**0.5]
    expected.append((lms[0] - lms[1]) / 2**0.5)
    found = match_colours._to_opponent(np.array([[[99, 49, 199]]], np.uint8))
    np.testing.assert_allclose(found[0, 0], expected, atol=1e-5)


def test_its_own_colours_change_nothing(tmp_path):
    picture = np.random.default_rng(0).integers(0, 256, (16, 16, 3), np.uint8)
    np.testing.assert_array_equal(match(picture[None], picture, tmp_path)[0], picture)


def test_means_and_deviations_become_those_of_the_reference(tmp_path):
    rng = np.random.default_rng(0)
    video = rng.integers(90, 130, (3, 32, 32, 3)).astype(np.uint8) + np.uint8([40, 0, 10])
    reference = rng.integers(60, 180, (32, 32, 3), np.uint8)
    made = match(video, reference, tmp_path)
    for found, wanted in zip(
        match_colours._statistics(made), match_colours._statistics([reference]), strict=True
    ):
        np.testing.assert_allclose(found, wanted, atol=0.02)


def test_one_transform_is_used_for_all_frames(tmp_path):
    video = np.stack([halves(15, 63)] * 8 + [halves(15, 250)] * 3)
    made = match(video, halves(31, 127), tmp_path)
    assert (made[:, 0, 0] == 31).all() and (made[:8, 0, 5] == 127).all()
    assert (made[8:, 0, 5] == 255).all()


def test_a_flat_video_gets_the_mean(tmp_path):
    made = match(np.full((2, 4, 4, 3), 100, np.uint8), np.full((4, 4, 3), 50, np.uint8), tmp_path)
    assert (made == 50).all()
