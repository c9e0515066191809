import random

import keras
import numpy as np

from vgan.networks.motion_code import motion_code, waves


def test_waves_by_hand():
    latents = np.array([[1.0, 0.0, 0.0, 2.0]], np.float32)  # cos of the slow one, sin of the fast.
    for frame, row in enumerate(np.array(waves(latents, 9))[0]):
        slow, fast = np.pi * frame / 16, np.pi * frame / 2  # A wave in 32 frames, one in 4.
        wanted = [np.cos(slow), 2 * np.sin(fast), -np.sin(slow), 2 * np.cos(fast)]
        np.testing.assert_allclose(row, wanted, atol=1e-5)


def test_waves_of_normal_latents_are_normal_at_all_times():
    latents = np.random.default_rng(0).normal(size=(20_000, 6)).astype(np.float32)
    found = np.array(waves(latents, 5))
    np.testing.assert_allclose(found.mean(0), 0, atol=0.03)
    np.testing.assert_allclose(found.std(0), 1, atol=0.03)


def test_what_a_clip_keeps_bends_its_waves():
    random.seed(0)
    latents, style = keras.Input((4,)), keras.Input((3,))
    model = keras.Model([latents, style], motion_code(latents, style, 6, width=5))
    rng = np.random.default_rng(0)
    one, other = (rng.normal(size=(1, 3)).astype(np.float32) for _ in range(2))
    numbers = rng.normal(size=(1, 4)).astype(np.float32)
    steps = [np.diff(model([numbers, style]), axis=1) for style in (one, other)]
    assert steps[0].shape == (1, 5, 5)
    assert np.abs(steps[0] - steps[1]).max() > 1e-3
