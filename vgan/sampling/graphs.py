"""How videos are made, as graphs of TensorFlow: the same ones live, in an export, whoever asks.

Pixels leave a model here and nowhere else.

Args:
  sampler: models.synthesizer.Sampler.
  card: card.Card of its videos.
"""

import tensorflow as tf

from vgan.core import randomness
from vgan.core.clip import to_uint8
from vgan.models.codec import put_back
from vgan.tasks import given

CHUNK = 8
"""How many videos are always computed at a time: another batch size rounds differently."""


def video_range(sampler, card, seed, first, number, label, with_motion=False):
    """Videos `first` to `first + number - 1` of a seed.

    Args:
      seed, first, number: int64 scalars.
      label: int32 scalar, the class of all videos; -1 deals the classes out in turn.
      with_motion: give the videos' flow and masks as well, of a sampler that knows its motion.
    Returns:
      uint8 [number, T, H, W, C]; with motion a tuple of that, and flow and masks as
      models.motion.with_motion has them.
    """
    first, number = tf.cast(first, tf.int64), tf.cast(number, tf.int64)  # Where no graph does it.
    chunks = tf.range(first // CHUNK, (first + number + CHUNK - 1) // CHUNK)

    def chunk(position):
        samples = position * CHUNK + tf.range(CHUNK, dtype=tf.int64)
        latents = randomness.normal(seed, randomness.SAMPLING, samples, sampler.latent_shape)
        turns = tf.cast(samples % max(len(card.labels), 1), tf.int32)
        labels = tf.where(label < 0, turns, tf.fill([CHUNK], label))
        return made(sampler, latents, nothing_given(card, CHUNK), labels, with_motion)

    found = tf.map_fn(chunk, chunks, fn_output_signature=_chunks_of(card, with_motion))
    skipped = first % CHUNK
    return tf.nest.map_structure(lambda of: _joined(of)[skipped : skipped + number], found)


def decode(sampler, card, latents, labels):
    """Videos uint8 [N, T, H, W, C] of latents float32 [N, ...] and labels int32 [N]."""
    return made(sampler, latents, nothing_given(card, tf.shape(latents)[0]), labels)


def latents_of(sampler, card, video, labels):
    """The latents that a sampler which encodes finds in clips float32 [N, T, H, W, C]."""
    codec, nothing = sampler.codec, nothing_given(card, tf.shape(video)[0])
    return sampler.encode(codec.encode(video), codec.shown(nothing), labels)


def nothing_given(card, clips):
    """The condition float32 [clips, T, H, W, K] of clips of which nothing is given."""
    return tf.zeros([clips, *card.clip.shape[:3], card.task.channels(card.clip)])


def made(sampler, latents, condition, labels, with_motion=False):
    """Videos uint8 [N, T, H, W, C] by latents and condition; with motion a tuple, as above."""
    if not with_motion:
        return to_uint8(pixels_of(sampler, latents, condition, labels))
    video, flow, masks = sampler.sample_with_motion(latents, condition, labels)
    return to_uint8(put_back(video, condition)), flow, masks


def pixels_of(sampler, latents, condition, labels):
    """Clips float32 [N, T, H, W, C] in [-1, 1], which keep what is known of the condition."""
    made = sampler.sample(latents, sampler.codec.shown(condition), labels)
    video = sampler.codec.decode(made)
    return put_back(video, condition)


def completed(sampler, card, pixels, kinds, seed, samples, labels, with_motion=False):
    """Videos that keep and follow what is given.

    Args:
      pixels, kinds: uint8 [N, T, H, W, C] and [N, T, H, W, 1], as given.from_rest has them.
      seed: int64 scalar; samples: int64 [N], whose latents of the seed each video has.
      labels: int32 [N].
      with_motion: as of video_range.
    Returns:
      uint8 [N, T, H, W, C]; with motion a tuple, as of video_range.
    """
    clip, number = card.clip, tf.shape(pixels)[0]
    missing = -number % CHUNK

    def chunks(values):
        padding = [[0, missing]] + [[0, 0]] * (len(values.shape) - 1)
        return tf.reshape(tf.pad(values, padding), [-1, CHUNK, *values.shape[1:]])

    def chunk(parts):
        pixels, kinds, labels, samples = parts
        latents = randomness.normal(seed, randomness.SAMPLING, samples, sampler.latent_shape)
        return made(sampler, latents, given.from_rest(pixels, kinds), labels, with_motion)

    pixels = tf.ensure_shape(pixels, [None, *clip.shape])
    kinds = tf.ensure_shape(kinds, [None, *clip.shape[:3], 1])
    found = tf.map_fn(
        chunk,
        [chunks(values) for values in (pixels, kinds, labels, samples)],
        fn_output_signature=_chunks_of(card, with_motion),
    )
    return tf.nest.map_structure(lambda of: _joined(of)[:number], found)


def _chunks_of(card, with_motion):
    """The types of a chunk of what is made."""
    clip = card.clip
    videos = tf.TensorSpec([CHUNK, *clip.shape], tf.uint8)
    if not with_motion:
        return videos
    size = clip.height, clip.width
    flow = tf.TensorSpec([CHUNK, clip.frames - 1, *size, 2], tf.float32)
    return videos, flow, tf.TensorSpec([CHUNK, clip.frames, *size, None], tf.float32)


def _joined(chunks):
    """Values [N, ...] of chunks of them [n, CHUNK, ...]."""
    return tf.reshape(chunks, tf.concat([[-1], tf.shape(chunks)[2:]], 0))
