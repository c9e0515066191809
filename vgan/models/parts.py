"""What a family of models is handed to be built of."""

import typing


class Weighted(typing.NamedTuple):
    """A part of a player's total, its name in the logs, its weight, and how often it is due."""

    name: str
    part: typing.Any
    weight: float = 1.0
    every: int = 1


class Loss(typing.NamedTuple):
    """A loss of made clips beside the family's own, and what it needs.

    Attributes:
      compute: (video, batch, seed, samples) -> float32 [B], unreduced and unweighted; or that and a
        dict of statistics [B] to be logged.
      every: it is due at every `every`-th step alone, at `every` times its weight.
      aligned: it compares a clip with the real one that it should be, so something must be given of
        that.
      estimate: the estimator by which it wants the flow of real clips in the batch, or None.
      attach: is called with the list of what judges clips once it is built, or None.
      of_given: it compares a clip with what is given at each of its pixels, so all must be shown.
      remakes: `compute` is handed one more, a condition -> the clips that the same latents make of
        that.
      state: tf.Module of what it remembers, moved by its `after_step(statistics)`; or None.
    """

    compute: typing.Callable
    every: int = 1
    aligned: bool = False
    estimate: typing.Callable | None = None
    attach: typing.Callable | None = None
    of_given: bool = False
    remakes: bool = False
    state: typing.Any = None


class Compressor(typing.NamedTuple):
    """The two networks of a compressor.

    Attributes:
      encoder: keras.Model, clips [B, T, H, W, C] -> latents [B, t, h, w, d], whose mean is 0 and
        variance 1 in each channel, and features [B, t, h, w, D], for what else is said of them.
      decoder: keras.Model, latents [B, t, h, w, d] -> clips in [-1, 1].
    """

    encoder: typing.Any
    decoder: typing.Any


class Family(typing.NamedTuple):
    """How models of a family are built.

    Attributes:
      model: runs.building.Parts -> Synthesizer, with fresh weights.
      sampler: the same -> a Sampler alone, whose state has the names it has in the whole model.
      flags: names of the settings marked as of some families that this one honours.
      codec: the same -> codec.Codec on whose latents others can learn, with a `clip` that says
        their size, and whose state has those names too; None of families that compress nothing.
      back: the same as `sampler`, of what undoes what that one does; None of families without.
      unpaired: whether what is given may be of other clips, as of --data=unpaired(...).
      relabels: whether it learns to make clips ones of other classes, as --task=relabelling asks.
    """

    model: typing.Callable
    sampler: typing.Callable
    flags: tuple = ()
    codec: typing.Callable | None = None
    back: typing.Callable | None = None
    unpaired: bool = False
    relabels: bool = False
