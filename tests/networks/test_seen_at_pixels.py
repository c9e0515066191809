import numpy as np
import pytest

from vgan.core.clip import ClipSpec
from vgan.core.errors import UsageError
from vgan.networks import conv3d, denoiser3d, seen_at_pixels, unet3d

CLIP = ClipSpec(4, 8, 16)


def networks(name):
    match name:
        case "denoiser":
            return [denoiser3d.denoiser(CLIP, num_labels=3, channels=4)]
        case "denoiser of a task":
            return [denoiser3d.denoiser(CLIP, condition_channels=4, channels=8)]
        case "critic":
            return [unet3d.discriminator(CLIP, num_labels=3, channels=16).network]
        case "critic of a task":
            return [unet3d.discriminator(CLIP, condition_channels=4, channels=64).network]
        case "generator of a task":
            return [unet3d.generator(CLIP, condition_channels=4, num_labels=3, channels=4)]


@pytest.mark.parametrize(
    ("name", "labels", "depth"),
    [
        ("denoiser", 3, 4 + 3),
        ("denoiser of a task", 0, 8 + 3),
        ("critic", 3, 4 + 3),
        ("critic of a task", 0, 8 + 7),
        ("generator of a task", 3, 8 + 4),
    ],
)
def test_features_lie_on_pixels_and_see_them(name, labels, depth):
    own = networks(name)
    see = seen_at_pixels.features(own, CLIP, labels, "run")
    clips = np.random.default_rng(0).uniform(-1, 1, (2, *CLIP.shape)).astype(np.float32)
    seen = see(clips)
    assert seen.shape == (2, *CLIP.shape[:3], depth) and seen.dtype == np.float32
    clips[0, 2, 3, 5] *= -1
    change = np.abs(see(clips) - seen).max(-1)
    assert change[0, 2, 3, 5] > 1e-3 and not change[1].any()


def test_others_have_none():
    others = [conv3d.generator(CLIP, channels=4), conv3d.discriminator(CLIP, channels=4).network]
    with pytest.raises(UsageError, match="--workdir=runs/a: no network of this run finds features"):
        seen_at_pixels.features(others, CLIP, 0, "runs/a")
    own = networks("critic")
    assert seen_at_pixels.features([*others, *own], CLIP, 3, "runs/a")
    with pytest.raises(UsageError, match="no network"):  # As a run on a codec's latents.
        seen_at_pixels.features(own, ClipSpec(4, 16, 16), 3, "runs/a")
