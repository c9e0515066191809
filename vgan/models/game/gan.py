"""The adversarial family: a generator against one or more critics."""

import functools

import tensorflow as tf

from vgan.core import randomness
from vgan.core.clip import Seen
from vgan.models import replicas
from vgan.models.average import Averaged, copy_state, follow
from vgan.models.codec import put_back
from vgan.models.game import detectors
from vgan.models.game.growth import take_weights
from vgan.models.game.turn import TurnCosts
from vgan.models.game.updates import check_exact, one_stage, simultaneous
from vgan.models.game.view import View
from vgan.models.motion import with_motion
from vgan.models.passes import through, with_losses
from vgan.models.synthesizer import MovedLayer, Turn


class Gan(Averaged):
    """A generator, its running average, and the critics that judge it.

    With several turns of one player, the other moves only in the first of that many steps, and its
    lazy terms count the steps in which it moves. All state is attributes, so that
    tf.train.Checkpoint keeps it.

    Args:
      generator: keras.Model, [latents, condition, label] -> video.
      average: another of the same build, which follows the first one's weights.
      optimizers: of the generator and of the critics, keras optimizers.
      rules: rules.Rules; there may be no critics.
      disguise: (video, condition, seed, samples) -> the two as critics see them, or None.
      beside: Rules of what else it plays, whose parts have other names.
    Raises:
      UsageError: updates in one stage that wouldn't be exact; a critic of motion that the generator
        doesn't know.
    """

    tells_critics = True
    """Whether critics see what was given beside a clip."""

    def __init__(self, generator, average, optimizers, rules, disguise=None, beside=()):
        super().__init__(average)
        self.generator = generator
        self.average.set_weights(generator.get_weights())
        self.generator_optimizer, self.discriminator_optimizer = optimizers
        self._critics = [critic for of in (rules, *beside) for critic in of.critics]
        self._losses = [loss for of in (rules, *beside) for loss in of.losses]
        self.critic_modules = [critic.part for critic in self._critics]
        states = [loss.part.state for loss in self._losses]
        self.loss_modules = [state for state in states if state is not None]
        self.disguise = disguise
        self.steps = tf.Variable(0, dtype=tf.int64, trainable=False, name="steps")
        self.rules = rules
        self._view = View(rules, disguise)
        self._view.check(generator)
        if rules.updates == "one_stage":
            check_exact(rules.critics, rules.adversarial)
        for player, optimizer in self.optimizers().items():
            optimizer.build(self.players()[player])

    def networks(self):
        """What another run can begin with: {attribute: network, or list of them}."""
        return {
            "generator": self.generator,
            "average": self.average,
            "critic_modules": self.critic_modules,
        }

    def players(self):
        """The trainable variables of each player: of the critics where there are any."""
        made = [v for _, network in self.followed() for v in network.trainable_variables]
        critics = [v for c in self.critic_modules for v in c.network.trainable_variables]
        return {"generator": made} | ({"discriminator": critics} if self._critics else {})

    def followed(self):
        """The pairs of an average and the network that it follows, which learns as generator."""
        return [(self.average, self.generator)]

    def optimizers(self):
        """The optimizer of each player."""
        found = {"generator": self.generator_optimizer}
        return found | ({"discriminator": self.discriminator_optimizer} if self._critics else {})

    @property
    def flow_estimator(self):
        """By which a loss wants the flow of real clips, or None."""
        estimators = (loss.part.estimate for loss in self.rules.losses)
        return next((estimate for estimate in estimators if estimate is not None), None)

    def turn(self, step):
        """The players that move in a step, and the lazy terms due in it."""
        due, players = [], []
        for player, other, parts in (
            ("discriminator", "generator", self.rules.penalties),
            ("generator", "discriminator", self._losses),
        ):
            count, waits = divmod(step, self.rules.turns[other])
            if not waits and player in self.optimizers():
                players.append(player)
                due += [part.name for part in parts if count % part.every == 0]
        return Turn(tuple(players), tuple(due), self.rules.updates == "alternating")

    def gradients(self, batch, seed, samples, turn):
        """Gradients of the players that move, from one pass of the generator.

        Args:
          batch: core.clip.Batch.
          seed: int64 scalar of the run; samples: int64 [B], global sample numbers.
          turn: who moves and what is due; only what they minimise is computed.
        Returns:
          {player: gradients}, and the Report.
        """
        costs = TurnCosts(batch, seed, samples, turn)
        both = len(turn.players) == 2
        play = one_stage if self.rules.updates == "one_stage" and both else simultaneous
        return play(self, costs), costs.report

    def generate(self, costs):
        """Clips for a turn, Seen, as critics may look at them; adds what else they cost."""
        latents = self.noise(costs)
        fake = self.made(costs, latents)
        remake = functools.partial(self._remade, costs, latents)
        costs.lose(self.rules.losses, fake.video, remake)
        return fake

    def noise(self, costs):
        """The latents of a turn."""
        return randomness.normal(costs.seed, randomness.TRAINING, costs.samples, self.latent_shape)

    def made(self, costs, latents):
        """Clips that the training generator makes: Seen."""
        batch = costs.batch
        inputs, flow = [latents, batch.condition, batch.label], None
        if self._view.needs_flow:
            (fake, flow, _), losses = with_losses(with_motion(self.generator), inputs)
        else:
            fake, losses = with_losses(self.generator, inputs)
        if losses:
            costs.add_regularisation(losses)
        return Seen(put_back(fake, batch.condition), flow)

    def _remade(self, costs, latents, condition):
        """Clips of the same latents where something else is given."""
        video = through(self.generator, [latents, condition, costs.batch.label])
        return put_back(video, condition)

    def shown(self, costs, *made):
        """Clips as critics see them, Seen, and what was given as they see it."""
        return self._view(costs if self.tells_critics else costs.blind(), self.steps, *made)

    def apply(self, gradients):
        """Lets the players that have gradients take their step."""
        bound = self.rules.weight_clip
        for player, found in gradients.items():
            optimizer = self.optimizers()[player]
            if self.rules.learning_rate is not None:
                pace = self.rules.pace if player == "discriminator" else 1.0
                optimizer.learning_rate.assign(pace * self.rules.learning_rate(self.steps))
            optimizer.apply(replicas.share(found), self.players()[player])
            if player == "discriminator" and bound:
                for weight in self.players()[player]:
                    weight.assign(tf.clip_by_value(weight, -bound, bound))

    def gradient_norms(self, gradients):
        """The global norm of each player's gradients, free of loss scaling."""
        return {
            player: tf.linalg.global_norm(found) / self.optimizers()[player].scale_loss(1.0)
            for player, found in gradients.items()
        }

    def after_step(self, statistics, turn):
        """Moves the average, the spectral norms, and the state of the losses."""
        for average, network in self.followed():
            if "generator" in turn.players:
                follow(average, network, self.steps, self.rules.ema_decay)
        signs = list(statistics.get("logits/sign", {}).values())
        if self.disguise is not None and signs:
            self.disguise.after_step(tf.reduce_mean(signs, 0))
        networks = [network for _, network in self.followed()]
        for network in (*networks, *(critic.network for critic in self.critic_modules)):
            for layer in network.layers:
                if isinstance(layer, MovedLayer):
                    layer.after_step()
        for average, network in self.followed():
            copy_state(average, network)
        for loss in self._losses:
            if loss.name in statistics and loss.part.state is not None:
                loss.part.state.after_step(statistics[loss.name])
        self.steps.assign_add(1)

    def grow_from(self, smaller):
        """Takes the weights of the model of a smaller stage: see `growth`."""
        take_weights(smaller, self)

    def held_out(self, batch, seed, samples):
        """What each critic says of real clips that it isn't trained on; no state moves."""
        seen, given = self.shown(TurnCosts(batch, seed, samples, Turn(())))
        found = {}
        for critic in self.rules.critics:
            inputs = critic.part.inputs(seen, given, seed, samples)
            found[critic.name] = tf.reduce_mean(critic.part.judge(inputs, batch.label).logits, 1)
        return {"logits/held_out": found}

    def implausibility(self, made, real, condition, label, seed, samples):
        """What the critics' verdicts on made clips beside real ones cost the generator, [B]."""
        costs = [tf.zeros(tf.shape(label)[:1])]
        condition = condition if self.tells_critics else condition[..., :0]
        for critic in self.rules.critics:
            if critic.part.needs_flow:
                continue  # No gradient would come back from estimated flow.
            logits = [
                critic.part.judge(critic.part.inputs(seen, condition, seed, samples), label).logits
                for seen in (Seen(made), Seen(real))
            ]
            cost = self.rules.adversarial.generator(*logits)
            costs.append(critic.weight * tf.reduce_mean(cost, 1))
        return tf.add_n(costs)

    def detectors(self):
        """The Detectors of what goes wrong between a generator and its critics."""
        return detectors.DETECTORS if self._critics else ()

    def advice(self):
        """What else helps where training's own detectors warn, {path: text}."""
        return detectors.ADVICE if self._critics else {}

    def symptoms(self, means):
        """The critics' loss: {path: value}, of means by path."""
        loss = detectors.critics_loss([critic.name for critic in self._critics], means)
        return {} if loss is None else {detectors.CRITICS_LOSS: loss}
