"""The latents of a clip: by the search, and by the command."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from vgan.core.clip import ClipSpec, Seen
from vgan.core.errors import DataError, UsageError
from vgan.media.clips import write_video
from vgan.runs import trained
from vgan.sampling import graphs, inversion, latent_walk


@pytest.fixture(scope="module")
def run(tiny_run):
    return trained.restore_one(tiny_run, whole=True)


@pytest.fixture(scope="module")
def known(run):
    """Latents that are none of those the search begins with, and what is made of them."""
    latents = latent_walk.of_seed(run.model, 99)
    return latents, decoded(run, latents, 3)


def decoded(run, latents, label):
    args = tf.constant(latents)[None], tf.constant([label])
    return graphs.decode(run.model, run.card, *args)[0].numpy()


def test_the_search_finds_a_clip_that_was_made(run, known):
    found = inversion.invert(run, known[1], label=3, steps=60, realism=0.0)
    assert found.error < 0.5 * found.first_error
    np.testing.assert_array_equal(decoded(run, found.latents, 3), found.video)
    told = np.abs(np.float32(found.video) - known[1]).mean()
    assert told == pytest.approx(found.error, abs=0.5)  # Rounded to 8 bits on either side.


def test_its_latents_stay_likely(run):
    black = np.zeros(run.config.clip.shape, np.uint8)
    found = inversion.invert(run, black, steps=40, realism=0.0)
    assert np.sqrt(np.mean(found.latents**2)) < 1.001


def test_critics_have_a_say(run, known):
    alone = inversion.invert(run, known[1], label=3, steps=10, realism=0.0)
    judged = inversion.invert(run, known[1], label=3, steps=10, realism=10.0)
    assert np.abs(alone.latents - judged.latents).max() > 0.01

    def verdict(found):
        batch = tf.constant(found.video[None] / 127.5 - 1, tf.float32), tf.zeros([1, 4, 8, 8, 0])
        critic = run.model.critic_modules[0]
        inputs = critic.inputs(Seen(batch[0]), batch[1], 0, [0])
        return critic.judge(inputs, [3]).logits.numpy().item()

    assert verdict(judged) > verdict(alone)


def test_a_clip_of_a_file(tmp_path):
    """Frames 2 s apart in grey level, at 8 a second, wide, with the middle brighter."""
    video = np.zeros([8, 16, 48, 3], np.uint8)
    video += (20 * np.arange(8, dtype=np.uint8))[:, None, None, None]
    video[:, :, 16:32] += 60
    write_video(tmp_path / "a.mp4", video, 8)
    clip = inversion.read_clip(tmp_path / "a.mp4", ClipSpec(4, 8, 8), 4.0)
    assert clip.shape == (4, 8, 8, 3)
    # Of each two frames the later one is shown in the middle of the new one's time.
    expected = 60 + 20 * np.array([1, 3, 5, 7])
    np.testing.assert_allclose(clip.mean((1, 2, 3)), expected, atol=3)
    assert clip.std((1, 2)).max() < 3
    with pytest.raises(DataError, match="a.mp4.*4 frames at 4 a second.*have 5"):
        inversion.read_clip(tmp_path / "a.mp4", ClipSpec(5, 8, 8), 4.0)


def test_a_picture_is_a_clip_that_stands_still(tmp_path):
    picture = np.random.default_rng(0).integers(0, 256, [8, 12, 3], np.uint8)
    Image.fromarray(picture).save(tmp_path / "a.png")
    clip = inversion.read_clip(tmp_path / "a.png", ClipSpec(5, 8, 8), 25.0)
    np.testing.assert_array_equal(clip, np.stack([picture[:, 2:10]] * 5))


def test_an_export_and_a_seed_too_large(run, tiny_run, known):
    (export,) = (tiny_run / "export").iterdir()
    with pytest.raises(UsageError, match="an export, which can't be searched"):
        trained.restore_one(export)
    for use in (
        lambda seed: inversion.invert(run, known[1], steps=1, seed=seed),
        lambda seed: latent_walk.of_seed(run.model, seed),
    ):
        with pytest.raises(UsageError, match="seed=1152921504606846976: must be"):
            use(2**60)


def test_several_networks_have_no_latents_of_one_clip(tiny_run):
    with pytest.raises(UsageError, match="latents belong to one network"):
        trained.restore_one(tiny_run, "ensemble(last=2)")


def test_the_command(command, run, tiny_run, known, tmp_path):
    write_video(tmp_path / "in.mp4", known[1], 8)
    flags = [f"--workdir={tiny_run}", f"--input={tmp_path}/in.mp4", "--steps=3", "--label=3"]
    flags += [f"--output={tmp_path}/new/a.webp", f"--latents={tmp_path}/a.npy"]
    done = command("vgan.invert", *flags)
    assert done.code == 0, done.err
    assert f"wrote {tmp_path}/new/a.webp: mean difference " in done.out
    clip = inversion.read_clip(tmp_path / "in.mp4", run.card.clip, run.card.fps)
    found = inversion.invert(run, clip, 3, steps=3)
    np.testing.assert_allclose(np.load(tmp_path / "a.npy"), found.latents[None], atol=1e-4)
    again = command("vgan.invert", *flags)
    assert again.code == 5 and "a.webp" in again.err and "--overwrite" in again.err


@pytest.mark.parametrize(
    "flags, text",
    [
        ([], "--label: not given, the classes are"),
        (["--label=9999"], "label '9999': unknown"),
        (["--label=3", "--checkpoint=ensemble(last=2)"], "belong to one network"),
        (["--label=3", "--input=none.mp4"], "none.mp4"),
        (["--realism=nan"], "--realism=nan: must be at least 0"),
    ],
)
def test_what_the_command_says_of_bad_input(command, tiny_run, tmp_path, flags, text):
    given = [f"--workdir={tiny_run}", "--input=in.mp4", f"--output={tmp_path}/a.mp4"]
    done = command("vgan.invert", *given, *flags)
    assert done.code in (1, 2)
    assert text in done.err.splitlines()[-1]
    assert not list(tmp_path.iterdir())


def test_it_begins_with_what_an_encoder_says(run, known, monkeypatch):
    """Latents very near to those of the clip are nearer than any random ones."""
    near = known[0] + np.float32(1e-3)
    monkeypatch.setattr(run.model, "encodes", True)
    monkeypatch.setattr(run.model, "encode", lambda *given: tf.constant(near)[None], raising=False)
    found = inversion.invert(run, known[1], label=3, steps=0)
    np.testing.assert_array_equal(found.latents, near)
    assert found.error == found.first_error < 1
