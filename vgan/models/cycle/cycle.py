"""Translation between two sets of clips, of which none belongs to one of the other set."""

import functools
import typing

import tensorflow as tf

from vgan.core.clip import Seen
from vgan.models.average import Averaged
from vgan.models.codec import hint
from vgan.models.cycle.pool import Pool
from vgan.models.cycle.predictor import predicted
from vgan.models.game.gan import Gan
from vgan.models.game.turn import TurnCosts
from vgan.models.game.updates import judge
from vgan.models.game.view import View
from vgan.models.parts import Weighted
from vgan.models.passes import with_losses
from vgan.models.synthesizer import Report, Turn

BACK = "back_"
"""How the names of what belongs to the way back begin."""

PLAYERS = ("generator", "discriminator")


class Costs(typing.NamedTuple):
    """Weights of what a translation costs beside the critics.

    Attributes:
      cycle: of |F(G(a)) - a|, the clip that was translated there and back.
      identity: of |G(b) - b|, what is of the target already.
      recycle: of |F(P(G(a))) - a|, where P predicts each frame by the two before it.
    """

    cycle: float = 10.0
    identity: float = 5.0
    recycle: float = 0.0


class Back(Averaged):
    """The averaged generator of the way back alone, under the name it has in a checkpoint."""

    def __init__(self, average):
        tf.Module.__init__(self)
        self.back_average = average

    @property
    def average(self):
        """The network that clips are drawn by."""
        return self.back_average


class Side(typing.NamedTuple):
    """One direction of a translation in a step, and the game that its critics play.

    Attributes:
      prefix: of the names of its terms.
      network: its generator; other: that of the other direction, None where there is none.
      predictor: of frames of its target, or None.
      rules: rules.Rules of its critics; pool: Pool or None.
      shown: as of Gan, of critics that aren't told what was translated.
      batch: clips of its target, and as the condition those to be translated.
    """

    prefix: str
    network: typing.Any
    other: typing.Any
    predictor: typing.Any
    rules: typing.Any
    pool: typing.Any
    shown: typing.Callable
    batch: typing.Any


class Cycle(Gan):
    """Two generators, each with critics of its target, that undo each other's translations.

    Args:
      ways: the generator and its average, [latents, condition, label] -> clips, of each direction;
        one of them where there is no way back.
      optimizers, disguise: as of Gan.
      rules: rules.Rules of each.
      predictors: keras.Model of each direction, as of predictor.predictor; empty without.
      costs: Costs.
      pool: how many earlier clips critics may see, 0 for none.

    Source: Zhu et al., "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial
    Networks", 2017; of predictors, Bansal et al., "Recycle-GAN", 2018, equation 4.
    """

    tells_critics = False

    def __init__(self, ways, optimizers, rules, disguise, predictors, costs, pool):
        (generator, average), *back = ways
        if back:
            ((self.back_generator, self.back_average),) = back
            self.back_average.set_weights(self.back_generator.get_weights())
        self._ways, self._all_rules, self._costs = ways, rules, costs
        self.predictors, shape = list(predictors), average.outputs[0].shape[1:]
        self.pools = [Pool(pool, shape) for _ in ways] if pool else []
        super().__init__(generator, average, optimizers, rules[0], disguise, beside=rules[1:])
        self._views = [View(of, disguise) for of in rules]

    def networks(self):
        """What another run can begin with: {attribute: network, or list of them}."""
        found = super().networks() | {"predictors": self.predictors}
        if len(self._ways) > 1:
            found |= {"back_generator": self.back_generator, "back_average": self.back_average}
        return found

    def followed(self):
        """The pairs of an average and the network that it follows, of both directions."""
        return [(average, network) for network, average in self._ways]

    def players(self):
        """The trainable variables of each player: predictors learn with the generators."""
        found = super().players()
        learnt = [v for predictor in self.predictors for v in predictor.trainable_variables]
        return found | {"generator": found["generator"] + learnt}

    def gradients(self, batch, seed, samples, turn):
        """As of Gan; with a pool also the clips that it is to keep, under "pool"."""
        report, kept = Report({}, {}), []
        with tf.GradientTape(persistent=True) as tape:
            totals = dict.fromkeys(PLAYERS, tf.zeros([]))
            for side in self._sides(batch):
                found = [
                    TurnCosts(side.batch, seed, samples, turn._replace(players=players), report)
                    for players in _apart(turn.players, side.pool is not None)
                ]
                fake = self._translated(side, found[0])
                judge(side, found[0], fake)
                if side.pool is not None:
                    kept.append(tf.stop_gradient(fake.video))
                    earlier = side.pool.mixed(kept[-1], seed, samples)
                    judge(side, found[1], fake._replace(video=earlier))
                for costs in found:
                    totals = {player: of + costs.totals[player] for player, of in totals.items()}
            optimizers, players = self.optimizers(), self.players()
            scaled = {p: optimizers[p].scale_loss(totals[p]) for p in turn.players}
        gradients = {player: tape.gradient(scaled[player], players[player]) for player in scaled}
        return gradients | ({"pool": kept} if kept else {}), report

    def apply(self, gradients):
        """Lets the players take their step, and the pools keep what was made."""
        for pool, made in zip(self.pools, gradients.get("pool", []), strict=False):
            pool.keep(made)
        super().apply({p: of for p, of in gradients.items() if p in PLAYERS})

    def gradient_norms(self, gradients):
        """As of Gan."""
        return super().gradient_norms({p: of for p, of in gradients.items() if p in PLAYERS})

    def _sides(self, batch):
        """The Sides of a step: to the target, and back."""
        networks, conditions = [network for network, _ in self._ways], [batch.condition]
        targets = [batch.video, batch.condition[..., :-1]]
        if len(networks) > 1:
            conditions.append(hint(batch.video))
        return [
            Side(
                BACK * number,
                network,
                networks[1 - number] if len(networks) > 1 else None,
                self.predictors[number] if self.predictors else None,
                rules,
                self.pools[number] if self.pools else None,
                lambda costs, *made, view=view: view(costs.blind(), self.steps, *made),
                batch._replace(video=target, condition=condition),
            )
            for number, (network, rules, view, target, condition) in enumerate(
                zip(networks, self._all_rules, self._views, targets, conditions, strict=False)
            )
        ]

    def _translated(self, side, costs):
        """Clips of the source translated, Seen; adds what they cost beside the critics."""
        latents, batch = self.noise(costs), costs.batch

        def passed(network, condition):
            video, losses = with_losses(network, [latents, condition, batch.label])
            return tf.cast(video, tf.float32), losses

        def made(*given):
            return passed(*given)[0]

        def add(name, weight, found, wanted):
            off = tf.reduce_mean(tf.abs(found - wanted), [1, 2, 3, 4])
            costs.add("generator", Weighted(side.prefix + name, None, weight), off)

        weights, source = self._costs, batch.condition[..., :-1]
        fake, losses = passed(side.network, batch.condition)
        if losses:
            costs.add_regularisation(losses, side.prefix)
        costs.lose(side.rules.losses, fake, functools.partial(made, side.network))
        if weights.identity:
            add("identity", weights.identity, made(side.network, hint(batch.video)), batch.video)
        if side.other is not None and weights.cycle:
            add("cycle", weights.cycle, made(side.other, hint(fake)), source)
        if side.predictor is not None:
            known = predicted(side.predictor, batch.video)
            add("predictor", weights.recycle, known[:, 2:], batch.video[:, 2:])
            came = made(side.other, hint(predicted(side.predictor, fake)))
            add("recycle", weights.recycle, came[:, 2:], source[:, 2:])
        return Seen(fake)

    def held_out(self, batch, seed, samples):
        """What each critic says of real clips that it isn't trained on; no state moves."""
        found = {}
        for side in self._sides(batch):
            seen, given = side.shown(TurnCosts(side.batch, seed, samples, Turn(())))
            for critic in side.rules.critics:
                inputs = critic.part.inputs(seen, given, seed, samples)
                logits = critic.part.judge(inputs, batch.label).logits
                found[critic.name] = tf.reduce_mean(logits, 1)
        return {"logits/held_out": found}


def _apart(players, pooled):
    """The players of a turn, by which clips they look at: critics that see earlier ones apart."""
    if not pooled:
        return [players]
    return [tuple(player for player in players if player == of) for of in PLAYERS]
