"""What an export can be asked for: graphs that first check what they are given."""

import typing

import tensorflow as tf

from vgan.sampling import graphs
from vgan.sampling.model import SEED_LIMIT
from vgan.sampling.moving import Moving
from vgan.tasks.given import HIDDEN, HINT, KNOWN

_MOST_FIRST = 2**53
_MOST_LATENT = 1e6
_LATENTS = "latents must be finite and -1e6 to 1e6"
_function = tf.function(autograph=False)


def traced(sampler, card, max_videos):
    """The endpoints of an export, the one to be served first: {name: concrete function}.

    Args:
      sampler, card, max_videos: as of `saved_model.export`, which says what the endpoints do.
    """
    found = listed(sampler, card, max_videos)
    return {name: endpoint.traced() for name, endpoint in found.items()}


class Endpoint(typing.NamedTuple):
    """An endpoint that isn't traced yet: what it computes, and the TensorSpecs of its inputs."""

    compute: typing.Callable
    inputs: list

    def traced(self):
        """The concrete function."""
        return _function(self.compute).get_concrete_function(*self.inputs)


def listed(sampler, card, max_videos):
    """As `traced`, of an Endpoint each."""
    found = [] if card.task.needs_given else list(_drawing(sampler, card, max_videos))
    if card.task.shows:
        found += _completing(sampler, card, max_videos)
    return {name: Endpoint(*of) for name, *of in found}


def _drawing(sampler, card, max_videos):
    labels = card.labels
    int64 = {name: tf.TensorSpec([], tf.int64, name=name) for name in ("seed", "first")}
    number_spec = tf.TensorSpec([], tf.int64, name="num_videos")
    latents_spec = tf.TensorSpec([None, *sampler.latent_shape], tf.float32, name="latents")
    most_label = max(len(labels) - 1, 0)
    label_spec = [tf.TensorSpec([], tf.int32, name="label")] if labels else []

    @_function
    def sample_range(seed, first, num_videos, label=-1, with_motion=False):
        label = tf.convert_to_tensor(label, tf.int32)
        checks = [
            _check(_within(num_videos, 1, max_videos), f"num_videos must be 1 to {max_videos}"),
            _check_seed(seed),
            _check(_within(first, 0, _MOST_FIRST), f"first must be 0 to {_MOST_FIRST}"),
            _check(_within(label, -1, most_label), f"label must be -1 to {most_label}"),
        ]
        with tf.control_dependencies(checks):
            given = seed, first, num_videos, label
            return graphs.video_range(sampler, card, *given, with_motion)

    def sample(seed, num_videos, label=-1):
        return sample_range(seed, tf.constant(0, tf.int64), num_videos, label)

    def decode(latents, label=0):
        label = tf.convert_to_tensor(label, tf.int32)
        latents = tf.ensure_shape(latents, latents_spec.shape, name="latents")
        rows = tf.shape(latents)[0]
        checks = [
            _check(_within(rows, 1, max_videos), f"latents must hold 1 to {max_videos} rows"),
            _check(_within(latents, -_MOST_LATENT, _MOST_LATENT), _LATENTS),
            _check(_within(label, 0, most_label), f"label must be 0 to {most_label}"),
        ]
        with tf.control_dependencies(checks):
            return graphs.decode(sampler, card, latents, tf.fill([rows], label))

    def sample_with_motion(seed, first, num_videos, label=-1):
        return _named(sample_range(seed, first, num_videos, label, with_motion=True))

    range_spec = [int64["seed"], int64["first"], number_spec, *label_spec]
    yield "sample", sample, [int64["seed"], number_spec, *label_spec]
    yield "decode", decode, [latents_spec, *label_spec]
    yield "sample_range", sample_range, range_spec
    if sampler.knows_motion:
        yield "sample_with_motion", sample_with_motion, range_spec


def _completing(sampler, card, max_videos):
    most_label, clip = max(len(card.labels) - 1, 0), card.clip
    size = clip.shape[:3]

    def complete(given, kinds, seed, samples, labels=None, with_motion=False):
        rows = tf.shape(given)[0]
        if labels is None:
            labels = tf.zeros([rows], tf.int32)
        known = tf.reduce_all(tf.cast(kinds, tf.int32) <= HINT)
        checks = [
            _check(_within(rows, 1, max_videos), f"given must hold 1 to {max_videos} videos"),
            _check(_sized(given, [rows, *clip.shape]), f"given must be [N, {clip.shape}]"),
            _check(_sized(kinds, [rows, *size, 1]), f"kinds must be [N, {(*size, 1)}]"),
            _check(known, f"kinds must be {HIDDEN} (hidden), {KNOWN} (known) or {HINT} (hint)"),
            _check_seed(seed),
            _check(_sized(samples, [rows]), "samples must be one a video"),
            _check(_within(samples, 0, _MOST_FIRST), f"samples must be 0 to {_MOST_FIRST}"),
            _check(_sized(labels, [rows]), "labels must be one a video"),
            _check(_within(labels, 0, most_label), f"labels must be 0 to {most_label}"),
        ]
        with tf.control_dependencies(checks):
            given = tf.reshape(given, [-1, *clip.shape])
            kinds = tf.reshape(kinds, [-1, *size, 1])
            about = given, kinds, seed, samples, labels
            return graphs.completed(sampler, card, *about, with_motion)

    def complete_with_motion(*given):
        return _named(complete(*given, with_motion=True))

    seed = tf.TensorSpec([], tf.int64, name="seed")
    samples = tf.TensorSpec([None], tf.int64, name="samples")
    classes = [tf.TensorSpec([None], tf.int32, name="labels")] if card.labels else []
    named = [tf.TensorSpec([None] * 5, tf.uint8, name=name) for name in ("given", "kinds")]
    inputs = [*named, seed, samples, *classes]
    yield "complete", complete, inputs
    if sampler.knows_motion:
        yield "complete_with_motion", complete_with_motion, inputs


def _named(moving):
    """The outputs of an endpoint with motion, by name."""
    return dict(zip(Moving._fields, moving, strict=True))


def _sized(values, size):
    return tf.reduce_all(tf.equal(tf.shape(values), size))


def _within(value, least, most):
    return tf.reduce_all((value >= least) & (value <= most))


def _check_seed(seed):
    return _check(_within(seed, 0, SEED_LIMIT - 1), f"seed must be 0 to {SEED_LIMIT - 1}")


def _check(condition, message):
    """An assertion, which must be done first: a number of videos can ask for all the memory."""
    return tf.debugging.Assert(condition, [message])
