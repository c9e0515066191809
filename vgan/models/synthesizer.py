"""What every family of video synthesis shares: the turn, and a protocol for the training loop."""

import typing


class Turn(typing.NamedTuple):
    """What is due in a step. Decided in Python, so that a step is compiled once for each turn.

    Attributes:
      due: names of the lazy terms that this step computes.
      players: names of the players that move, in this order.
      alternate: they move one after another, each on the other's new weights, not at once.
    """

    due: tuple = ()
    players: tuple = ("generator", "discriminator")
    alternate: bool = False

    def rounds(self):
        """The turns in which the players of this one move, one after another."""
        if not self.alternate:
            return [self]
        return [self._replace(players=(player,), alternate=False) for player in self.players]


class Synthesizer(typing.Protocol):
    """A family of models: all that the training loop knows of it.

    What only draws needs `latent_shape`, `sample` and `averages` alone: see models.ensemble.

    Attributes:
      latent_shape: of one clip's latents.
      condition_channels: of what is given, 0 for nothing.
      averages: the networks that `sample` uses.
      host_seconds: what flow estimation has taken on the host so far.
    """

    def turn(self, step):
        """The Turn of a step, by its number."""

    def gradients(self, batch, seed, samples, turn):
        """Gradients by player, terms [B] by name, and statistics [B] by name; no state moves."""

    def apply(self, gradients):
        """Lets each player take its step."""

    def gradient_norms(self, gradients):
        """The global norm of each player's gradients."""

    def after_step(self, statistics, turn):
        """Moves all other state: averages, quantiles, spectral norms."""

    def sample(self, latents, condition, label):
        """Clips from the averaged networks, float32 [B, T, H, W, C] in [-1, 1]."""

    def verdicts(self, batch, seed, samples):
        """What each critic says of real clips, {name: float32 [B]}; no state moves."""
