"""What all families of video synthesis share: the turn, and protocols for those who use them."""

import typing


class Turn(typing.NamedTuple):
    """What is due in a step. Decided in Python, so that a step is compiled once for each turn.

    Attributes:
      players: names of the players that move, in this order.
      due: names of the lazy terms that this step computes.
      alternate: they move one after another, each on the other's new weights, not at once.
    """

    players: tuple
    due: tuple = ()
    alternate: bool = False

    def rounds(self):
        """The turns in which the players of this one move, one after another."""
        if not self.alternate:
            return [self]
        return [self._replace(players=(player,), alternate=False) for player in self.players]


class Report(typing.NamedTuple):
    """What a turn has to say, each float32 [B].

    Attributes:
      terms: {player: {name: what it is to minimise, unweighted}}.
      statistics: {part: {name: value}}.
    """

    terms: dict
    statistics: dict


class Detector(typing.NamedTuple):
    """What is wrong while a logged value is out of its bounds.

    Attributes:
      path: how the value's path in the logs begins: ("health", "motion").
      least, most: its bounds.
      text: what is wrong and what helps; `{of}` is the last name of the path, `{value}` the value.
    """

    path: tuple
    least: float
    most: float
    text: str


class MovedLayer:
    """What layers are whose state a call leaves alone, and that move it once a step is done."""

    def after_step(self):
        """Moves the state."""
        raise NotImplementedError


class Sampler(typing.Protocol):
    """What drawing clips needs of a model.

    Attributes:
      codec: codec.Codec between what it makes and pixels.
      latent_shape: of one clip's latents.
      sampling_networks: the networks that `sample` uses, and `encode`.
      knows_motion: whether they know how their clips move.
      encodes: whether it can say which latents a clip has.
    """

    def encode(self, video, condition, label):
        """The likeliest latents of what the codec encodes clips to, [B, ...], where it encodes."""

    def sample(self, latents, condition, label):
        """What the codec decodes to clips, by the averaged networks: [B, ...]."""

    def sample_with_motion(self, latents, condition, label):
        """That, flow and masks, as `motion.with_motion` has them, where motion is known."""


class Synthesizer(Sampler, typing.Protocol):
    """A family of models: all that training knows of it, beside what drawing does.

    Attributes:
      flow_estimator: by which it wants the flow of real clips in batches, or None.
    """

    def networks(self):
        """What another run can begin with: {attribute: network, or list of them}."""

    def players(self):
        """The trainable variables of each player, by name."""

    def turn(self, step):
        """The Turn of a step, by its number."""

    def gradients(self, batch, seed, samples, turn):
        """Gradients by player, and the Report of the turn; no state moves.

        Args:
          batch: core.clip.Batch.
          seed: int64 scalar of the run; samples: int64 [B], global sample numbers.
          turn: who moves and what is due; only what they minimise is computed.
        """

    def apply(self, gradients):
        """Lets each player take its step."""

    def gradient_norms(self, gradients):
        """The global norm of each player's gradients, free of loss scaling."""

    def after_step(self, statistics, turn):
        """Moves all other state: averages, quantiles, spectral norms."""

    def grow_from(self, smaller):
        """Takes the weights of the model of a smaller stage; of families that honour --stages."""

    def held_out(self, batch, seed, samples):
        """Statistics of held-out clips, as in a Report; no state moves."""

    def implausibility(self, made, real, condition, label, seed, samples):
        """What training has against made clips beside real ones, float32 [B]; 0 for nothing."""

    def detectors(self):
        """The Detectors of failures that are its own."""

    def advice(self):
        """What else helps where training's own detectors warn: {path: text that ends theirs}."""

    def symptoms(self, means):
        """What its detectors look at beside what is logged: {path: value}, of means by path."""
