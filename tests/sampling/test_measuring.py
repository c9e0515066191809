"""Clips of latents, measured."""

import numpy as np
import pytest

from tests.sampling.linear_sampler import CARD, LABELLED, SPEED, LinearSampler
from vgan.core.clip import ClipSpec
from vgan.core.errors import UsageError
from vgan.metrics import content
from vgan.motion import estimators
from vgan.runs import trained
from vgan.sampling import measuring


def test_values_do_not_depend_on_how_many_are_drawn():
    measure = measuring.Measure(LinearSampler(), CARD, None)
    eleven = measure.draw(3, 11)
    assert eleven.latents.shape == (11, 6) and eleven.values.shape == (11, len(content.UNITS))
    np.testing.assert_array_equal(measure.draw(3, 3, first=8).values, eleven.values[8:])
    speed = eleven.values[:, list(content.UNITS).index("speed")]
    np.testing.assert_allclose(speed, np.abs(3 + 0.5 * eleven.latents[:, SPEED]), rtol=1e-5)


def test_videos_are_those_that_the_model_samples(tiny_run):
    run = trained.restore_one(tiny_run)
    measure = measuring.Measure(run.model, run.card, estimators.farneback())
    drawn = measure.draw(5, 9)
    videos = run.sampling_model().sample(9, seed=5)
    np.testing.assert_array_equal(measure.videos(drawn.latents, drawn.labels), videos)
    brightness = drawn.values[:, 0]
    luma = np.float32(videos).mean((1, 2, 3)) @ np.float32([0.299, 0.587, 0.114])
    np.testing.assert_allclose(brightness, luma, rtol=1e-4)


def test_clips_of_one_class_or_of_all_in_turn():
    all_of_them = measuring.Measure(LinearSampler(), LABELLED, None).draw(0, 3)
    assert list(all_of_them.labels) == [0, 1, 0]
    one = measuring.Measure(LinearSampler(), LABELLED, None, label=1).draw(0, 3)
    assert list(one.labels) == [1, 1, 1]
    np.testing.assert_array_equal(one.values[1], all_of_them.values[1])


def test_a_frame_has_no_motion():
    with pytest.raises(UsageError, match="clips of 1x8x8: one frame has no motion"):
        measuring.Measure(LinearSampler(), CARD._replace(clip=ClipSpec(1, 8, 8)), None)
