"""One turn of a generator and its critics: what both are shown, and what it costs them."""

import copy
import functools

import tensorflow as tf

from vgan.models.parts import Weighted
from vgan.models.passes import recomputed
from vgan.models.synthesizer import Report


class TurnCosts:
    """Gathers the terms of a turn, each under its name, and each player's weighted total.

    Args:
      batch: core.clip.Batch.
      seed: int64 scalar of the run; samples: int64 [B], global sample numbers.
      turn: who moves and what is due.
      report: synthesizer.Report that the terms are added to; a new one by default.
    """

    def __init__(self, batch, seed, samples, turn, report=None):
        self.batch, self.seed, self.samples, self.turn = batch, seed, samples, turn
        self.report = Report({}, {}) if report is None else report
        self.totals = {"generator": tf.zeros([]), "discriminator": tf.zeros([])}

    def of(self, batch):
        """The same totals and report, where a turn shows another batch."""
        other = copy.copy(self)
        other.batch = batch
        return other

    def blind(self):
        """The same, of a batch of which nothing is given."""
        return self.of(self.batch._replace(condition=self.batch.condition[..., :0]))

    def add(self, player, weighted, value):
        """Adds a term, float32 [B], where its player moves."""
        if player in self.turn.players:
            self.report.terms.setdefault(player, {})[weighted.name] = value
            self.totals[player] += weighted.weight * weighted.every * tf.reduce_mean(value)

    def judge(self, critic, adversarial, real_inputs, fake_inputs):
        """Adds what a Weighted critic's verdicts cost both players.

        Args:
          adversarial: adversarial.Adversarial.
          real_inputs, fake_inputs: what the critic is shown, [B * n, ...].
        Returns:
          logits float32 [B, n] of made clips and of real ones.
        """
        label = self.batch.label
        real = critic.part.judge(real_inputs, label)
        fake = critic.part.judge(fake_inputs, label)
        if "discriminator" in self.turn.players:
            for part, value in (
                ("logits/real", real.logits),
                ("logits/fake", fake.logits),
                ("logits/sign", tf.sign(real.logits - (adversarial.middle or 0.0))),
            ):
                found = self.report.statistics.setdefault(part, {})
                found[critic.name] = tf.reduce_mean(value, 1)
        cost = adversarial.discriminator(real.logits, fake.logits)
        self.add("discriminator", critic, tf.reduce_mean(cost, 1))
        wish = adversarial.generator(fake.logits, real.logits)
        self.add("generator", critic, tf.reduce_mean(wish, 1))
        if critic.part.class_weight:
            weight = critic.weight * critic.part.class_weight
            classes = Weighted(f"classes/{critic.name}", None, weight)
            self.add("discriminator", classes, real.class_loss)
            self.add("generator", classes, fake.class_loss)
        return fake.logits, real.logits

    def add_regularisation(self, losses, prefix=""):
        """Adds the scalars that a generator's own layers ask for; a prefix tells two apart."""
        value = tf.fill([tf.shape(self.samples)[0]], tf.cast(tf.add_n(losses), tf.float32))
        self.add("generator", Weighted(f"{prefix}regularisation", None), value)

    def lose(self, losses, fake, remake=None):
        """Adds what made clips cost the generator beside the critics, where it is due.

        Args:
          losses: list of Weighted parts.Loss.
          fake: float [B, T, H, W, C].
          remake: a condition -> the clips that the same latents make of that; None where no loss
            wants it.
        """
        for loss in losses:
            if loss.name in self.turn.due and "generator" in self.turn.players:
                about = (remake,) if loss.part.remakes else ()
                value = loss.part.compute(fake, self.batch, self.seed, self.samples, *about)
                value, found = value if isinstance(value, tuple) else (value, {})
                if found:
                    self.report.statistics[loss.name] = found
                self.add("generator", loss, value)

    def penalise(self, penalties, critics, real, fake, condition):
        """Adds the penalties on the critics that are due, at what they are shown."""
        shown = self.batch._replace(condition=condition)
        for penalty in penalties:
            if penalty.name in self.turn.due and "discriminator" in self.turn.players:
                for critic in critics:
                    about = real, fake, shown, self.seed, self.samples
                    value = recomputed(functools.partial(penalty.part, critic.part), *about)
                    name = f"{penalty.name}/{critic.name}"
                    self.add("discriminator", penalty._replace(name=name), value)
