"""Haar's wavelets of clips, against sums by hand."""

import numpy as np

from vgan.models.autoencoder.wavelets import haar, unhaar

CLIP = np.random.default_rng(0).uniform(-1, 1, (2, 4, 6, 8, 3)).astype(np.float32)


def test_they_invert():
    np.testing.assert_allclose(unhaar(haar(CLIP)), CLIP, rtol=0, atol=1e-6)


def test_squares_keep_their_sum():
    np.testing.assert_allclose(np.sum(np.square(haar(CLIP))), np.sum(np.square(CLIP)), rtol=1e-5)


def test_the_first_band_is_of_means_and_the_others_of_differences_by_hand():
    cells = CLIP.reshape(2, 2, 2, 3, 2, 4, 2, 3)
    bands = np.asarray(haar(CLIP)).reshape(2, 2, 3, 4, 8, 3)
    for band in range(8):
        signs = [np.float32([1, -1 if band & bit else 1]) for bit in (4, 2, 1)]
        by_hand = np.einsum("btihjwkc,i,j,k->bthwc", cells, *signs) / np.sqrt(8)
        np.testing.assert_allclose(bands[..., band, :], by_hand, atol=1e-5)
