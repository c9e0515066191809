"""Losses beside the adversarial one, each a factory of a `models.parts.Loss`.

One that needs nothing but clips may be its function alone: `loss(video, batch, seed, samples)`
gives the term, float32 [B], unreduced and unweighted.
"""

import tensorflow as tf

from vgan.core import spec
from vgan.core.arguments import check_number, check_whole
from vgan.core.errors import UsageError
from vgan.losses import of_source
from vgan.losses.along_motion import Commuting, SourceMotion
from vgan.losses.features import CriticFeatures, Vgg19Features
from vgan.losses.motion_statistics import Matching, OneSided
from vgan.metrics.style import Style, content, gram, of_file
from vgan.models.parts import Loss
from vgan.motion.compensation import charbonnier
from vgan.motion.warp import warp_next
from vgan.networks.critic import random_frames


def motion(variant="one_sided", estimator="dis", pairs=2, every=4):
    """Motion compensation for clips made from noise, against the statistics of real clips.

    Minimising the warp error itself would reward the generator for standing still. So what motion
    compensation leaves unexplained, and what changes at all, are compared with real clips:
    e = mean m rho(x_t - W(x_t+1; F)), c = mean m rho(x_t - x_t+1). No gradient flows through F.

    "one_sided": R = e / max(stop(c), c_low), L = relu(R - R_high) + relu(c_low - c) / c_low, where
    R_high and c_low are running quantiles (90 and 10 %) of R and c on real clips.
    "matching": L = |log e - log e_real| + |log c - log c_real|, each made clip against the real
    one of the same rank in the batch: the one-dimensional Wasserstein distance of the logarithms.
    It pulls from both sides and needs no state; a small batch's own noise is its floor.

    Args:
      variant: "one_sided" or "matching".
      estimator: spec string of the flow estimator, see vgan.motion.estimators.
      pairs: random pairs of neighbouring frames that are looked at, per clip.
      every: it is due in every `every`-th step.
    Returns:
      a loss whose term is float32 [B], about zero for clips as explainable as real ones.
    Raises:
      UsageError: an unknown variant or estimator, or a number below 1; in use, clips of one frame.
    """
    check_whole("motion", 1, 1000, pairs=pairs, every=every)
    variants = {"one_sided": OneSided, "matching": Matching}
    if variant not in variants:
        raise UsageError(f"motion(variant={variant!r}): unknown. Choose {' or '.join(variants)}")
    estimate = spec.build(spec.parse(estimator), "vgan.motion.estimators.{}")
    measured = variants[variant](estimate, pairs)
    return Loss(measured, every, state=measured)


def l1():
    """The mean absolute difference of the made clip and the real one."""
    return _aligned(lambda video, batch, seed, samples: _mean(tf.abs(video - batch.video)))


def mse():
    """The mean squared difference of the made clip and the real one."""
    return _aligned(lambda video, batch, seed, samples: _mean(tf.square(video - batch.video)))


def frame_difference():
    """The mean of |(x_t+1 - x_t) - (y_t+1 - y_t)|: what changes is to change as in the real clip.

    Source: arXiv 2102.05822, as a temporal loss that needs no flow.
    """

    def loss(video, batch, seed, samples):
        del seed, samples
        off = video - batch.video
        if off.shape[1] < 2:
            raise UsageError("--losses=frame_difference: --frames=1 has no change. Use 2 or more")
        return _mean(tf.abs(off[:, 1:] - off[:, :-1]))

    return _aligned(loss)


def aligned_motion(alpha=12.5, estimator="dis"):
    """Motion compensation along the flow of the real clip that the made one is aligned with.

    L = mean m w rho(x_t - W(x_t+1; F)) with w = exp(-alpha |y_t - W(y_t+1; F)|^2), where F and m
    belong to the real clip y: where its own flow fails to explain y, little is demanded of x.

    Args:
      alpha: how fast trust falls with the real clip's own error (50 for pixels in [0, 1]), 0 to
        1000.
      estimator: spec string of the flow estimator, see vgan.motion.estimators.
    Raises:
      UsageError: clips of one frame, an unknown estimator, or an alpha out of its range.

    Source: Lai et al., "Learning Blind Video Temporal Consistency", 2018, equation 4.
    """
    check_number("aligned_motion", least=0, most=1000, alpha=alpha)
    estimate = spec.build(spec.parse(estimator), "vgan.motion.estimators.{}")

    def loss(video, batch, seed, samples):
        del seed, samples

        def error(x):
            return x[:, :-1] - warp_next(x, batch.flow)

        trust = tf.exp(-alpha * tf.reduce_sum(tf.square(error(batch.video)), -1))
        weights = tf.cast(batch.visible, tf.float32) * trust
        return _mean(weights[..., None] * charbonnier(error(video)))

    return _aligned(loss)._replace(estimate=estimate)


def source_motion(alpha=12.5, estimator="dis", pairs=2):
    """Motion compensation along the flow of what a clip is made of: aligned_motion's, of that.

    Args:
      alpha, estimator: as of aligned_motion.
      pairs: random pairs of neighbouring frames that are looked at, per clip.

    Source: Lai et al., "Learning Blind Video Temporal Consistency", 2018, equation 4.
    """
    check_number("source_motion", least=0, most=1000, alpha=alpha)
    check_whole("source_motion", 1, 1000, pairs=pairs)
    estimate = spec.build(spec.parse(estimator), "vgan.motion.estimators.{}")
    return Loss(SourceMotion(estimate, alpha, pairs), of_given=True)


def source_colours(size=8):
    """The mean absolute difference from what a clip is made of, of means over squares of pixels.

    It holds what is where, and its colours, and leaves textures finer than the squares free.

    Args:
      size: pixels each way of a square; those at the right and the bottom may be smaller.
    """
    check_whole("source_colours", 1, 1000, size=size)
    return Loss(of_source.Difference(of_source.means(size)), of_given=True)


def source_hues(size=2):
    """As source_colours, of each mean's colour as shares of its light: what is lit how is free.

    So shading and textures of any size may come and go, and things keep place, form and hue.

    Args:
      size: as of source_colours.

    Source: normalised rgb, as in Gevers and Smeulders, "Color-based object recognition", 1999.
    """
    check_whole("source_hues", 1, 1000, size=size)
    return Loss(of_source.Difference(of_source.hues(size)), of_given=True)


def commuting(reach=2.0, every=1):
    """What a generator makes of a clip is to move as the clip does, without an estimate of flow.

    L = mean m rho(W(G(a); F) - G(W(a; F))) with a smooth random field F, the same for all frames,
    and m where it stays inside: 0 of what commutes with motion, not of a pattern that stands still.

    Args:
      reach: deviation of F in pixels.
      every: it is due in every `every`-th step.

    Source: Wang et al., "Learning Temporally Consistent Video-to-Video Translation with Synthetic
    Optical Flow", 2022, equation 5 (Unsup Recycle-GAN), the idea.
    """
    check_number("commuting", above=0, most=1000, reach=reach)
    check_whole("commuting", 1, 1000, every=every)
    return Loss(Commuting(reach), every, remakes=True, of_given=True)


def perceptual(network="critics", weights=None, frames=None):
    """The mean absolute difference of features of the made clip and the real one.

    Args:
      network: "critics", the model's own as they are at the time, or "vgg19", on some random
        frames of each clip.
      weights: of vgg19: "imagenet" (the default), which Keras downloads, or the path of a file.
      frames: that vgg19 sees of each clip; 2 by default.
    Raises:
      UsageError: another network, weights that can't be had, or an argument that it doesn't use.

    Source: Larsen et al., "Autoencoding beyond pixels using a learned similarity metric", 2016,
    equation 5; Johnson et al., "Perceptual Losses for Real-Time Style Transfer", 2016, section 3.2.
    """
    return _features(lambda x, y: tf.abs(x - y), network, weights, frames)


def style(network="critics", weights=None, frames=None):
    """The mean absolute difference of the Gram matrices of features; arguments as of perceptual.

    Source: Gatys, Ecker and Bethge, "Image Style Transfer Using Convolutional Neural Networks",
    2016, equations 3 to 5, with absolute differences.
    """
    return _features(lambda x, y: tf.abs(gram(x) - gram(y)), network, weights, frames)


def picture_style(picture, features="random2d()", frames=2, short_side=0):
    """How far the Gram matrices of some frames are from those of a picture.

    Args:
      picture: path of a picture, or of a video of which 8 frames are looked at.
      features: of vgan/networks: random2d(), or vgg19(weights='...').
      frames: that are looked at of each clip.
      short_side: pixels to which the picture is brought; 0 for the size of clips.

    Source: Gatys, Ecker and Bethge, "Image Style Transfer Using Convolutional Neural Networks",
    2016, equations 3 to 5, each layer as a share of what is wanted.
    """
    check_whole("picture_style", 0, 65535, short_side=short_side)
    seen, view = _pictures("picture_style", features, frames)
    if not isinstance(picture, str):
        raise UsageError(f"picture={picture!r}: must be the path of a picture, in quotes")
    styles = {}

    def loss(video, batch, seed, samples):
        del batch
        size = short_side or min(video.shape[2:4])
        if size not in styles:
            with tf.init_scope():
                styles[size] = Style(seen, of_file(picture, size))
        return _by_clip(styles[size](view(video, seed, samples)), samples)

    of_file(picture, 16)  # What can't be read is to be known at once.
    return Loss(loss)


def picture_content(features="random2d()", frames=2):
    """How far the coarsest features of some frames are from those of what they are made of.

    Args:
      features, frames: as of picture_style.

    Source: Gatys, Ecker and Bethge, 2016, equation 1, as a share of what is wanted.
    """
    seen, view = _pictures("picture_content", features, frames)

    def loss(video, batch, seed, samples):
        both = (view(of, seed, samples) for of in (video, batch.condition[..., :-1]))
        return _by_clip(content(seen, *both), samples)

    return Loss(loss, of_given=True)


def _pictures(name, features, frames):
    check_whole(name, 1, 1000, frames=frames)
    return spec.build(spec.parse(features), "vgan.networks.{}.features"), random_frames(frames)


def _by_clip(values, samples):
    """Means [B] of values [B * n] of the frames of clips."""
    return tf.reduce_mean(tf.reshape(values, [tf.shape(samples)[0], -1]), 1)


def _features(distance, network, weights, frames):
    if network not in ("critics", "vgg19"):
        raise UsageError(f"network={network!r}: unknown. Choose critics or vgg19")
    if network == "critics" and (weights is not None or frames is not None):
        raise UsageError("weights, frames: are of network='vgg19'. Drop them, or name that network")
    weights, frames = "imagenet" if weights is None else weights, 2 if frames is None else frames
    check_whole("vgg19", 1, 1000, frames=frames)
    source = CriticFeatures() if network == "critics" else Vgg19Features(weights, frames)

    def loss(video, batch, seed, samples):
        both = (source(of, batch, seed, samples) for of in (video, batch.video))
        clips, found = tf.shape(video)[0], []
        for made, real in zip(*both, strict=True):
            off = distance(tf.cast(made, tf.float32), tf.cast(real, tf.float32))
            found.append(tf.reduce_mean(tf.reshape(off, [clips, -1]), 1))
        return tf.add_n(found) / len(found)

    takes = source.attach if network == "critics" else None
    return _aligned(loss)._replace(attach=takes)


def _aligned(compute):
    return Loss(compute, aligned=True)


def _mean(values):
    """Means [B] of values [B, ...]."""
    return tf.reduce_mean(values, list(range(1, len(values.shape))))
