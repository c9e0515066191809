"""The adversarial family: a generator against one or more critics."""

import typing

import tensorflow as tf

from vgan import randomness
from vgan.models.synthesizer import Turn


class Weighted(typing.NamedTuple):
    """A part of a player's total, its name in the logs, its weight, and how often it is due."""

    name: str
    part: typing.Any
    weight: float = 1.0
    every: int = 1


class Gan(tf.Module):
    """A generator, its running average, and the critics that judge it.

    Both players move on the same weights and the same generated clips: the generator runs once a
    step. With several turns of one player, the other moves only in the first of so many steps, and
    its lazy terms count the steps in which it moves. All state is attributes, so that
    tf.train.Checkpoint keeps it.

    Args:
      generator: keras.Model, [latents, condition, label] -> video.
      average: another of the same build, which follows the first one's weights.
      critics: list of Weighted critics.Critic.
      adversarial: the pair of losses, adversarial.Adversarial.
      losses: list of Weighted losses of the generator.
      penalties: list of Weighted penalties, on each critic.
      optimizers: of the generator and of the critics, keras optimizers.
      ema_decay: of the average, reached by a ramp.
      weight_clip: bound of the critics' weights after each step, 0 for none.
      turns: {player: how many turns it has to one of the other}.
    """

    def __init__(
        self,
        generator,
        average,
        critics,
        adversarial,
        losses,
        penalties,
        optimizers,
        ema_decay,
        weight_clip=0.0,
        turns=None,
    ):
        super().__init__()
        self.generator, self.average = generator, average
        self.average.set_weights(generator.get_weights())
        self.generator_optimizer, self.discriminator_optimizer = optimizers
        self.critic_modules = [critic.part for critic in critics]
        self.loss_modules = [loss.part for loss in losses if isinstance(loss.part, tf.Module)]
        self.steps = tf.Variable(0, dtype=tf.int64, trainable=False, name="steps")
        self._critics, self._losses, self._penalties = critics, losses, penalties
        self._adversarial = adversarial
        self._ema_decay, self._weight_clip = ema_decay, weight_clip
        self._turns = {"generator": 1, "discriminator": 1} | (turns or {})
        for player, optimizer in self._optimizers().items():
            optimizer.build(self.players()[player])

    def players(self):
        """The trainable variables of each player."""
        critics = [v for c in self.critic_modules for v in c.network.trainable_variables]
        return {"generator": self.generator.trainable_variables, "discriminator": critics}

    def turn(self, step):
        """The players that move in a step, and the lazy terms due in it."""
        due, players = [], []
        for player, other, parts in (
            ("generator", "discriminator", self._losses),
            ("discriminator", "generator", self._penalties),
        ):
            count, waits = divmod(step, self._turns[other])
            if not waits:
                players.append(player)
                due += [part.name for part in parts if count % part.every == 0]
        return Turn(tuple(due), tuple(players))

    def gradients(self, batch, seed, samples, turn):
        """Gradients of the players that move, from one pass of the generator.

        Args:
          batch: clip.Batch.
          seed: int64 scalar of the run; samples: int64 [B], global sample numbers.
          turn: what is due.
        Returns:
          {player: gradients}, {term name: float32 [B]}, {statistic name: float32 [B]}.
        """
        terms, statistics, totals = {}, {}, {"generator": 0.0, "discriminator": 0.0}

        def add(player, weighted, value):
            terms[f"{player}/{weighted.name}"] = value
            totals[player] += weighted.weight * weighted.every * tf.reduce_mean(value)

        with tf.GradientTape(persistent=True) as tape:
            latents = randomness.normal(seed, randomness.TRAINING, samples, self.latent_shape)
            fake = self.generator([latents, batch.condition, batch.label], training=True)
            for critic in self._critics:
                real_logits = self._judge(critic.part, batch.video, batch, seed, samples)
                fake_logits = self._judge(critic.part, fake, batch, seed, samples)
                statistics[f"logits/real/{critic.name}"] = tf.reduce_mean(real_logits, 1)
                statistics[f"logits/fake/{critic.name}"] = tf.reduce_mean(fake_logits, 1)
                statistics[f"logits/sign/{critic.name}"] = tf.reduce_mean(tf.sign(real_logits), 1)
                verdict = self._adversarial.discriminator(real_logits, fake_logits)
                add("discriminator", critic, tf.reduce_mean(verdict, 1))
                wish = self._adversarial.generator(fake_logits, real_logits)
                add("generator", critic, tf.reduce_mean(wish, 1))
            for loss in self._losses:
                if loss.name in turn.due:
                    value = loss.part(fake, batch, seed, samples)
                    value, found = value if isinstance(value, tuple) else (value, {})
                    statistics |= {f"{loss.name}/{name}": of for name, of in found.items()}
                    add("generator", loss, value)
            for penalty in self._penalties:
                if penalty.name in turn.due:
                    for critic in self._critics:
                        value = penalty.part(critic.part, batch.video, fake, batch, seed, samples)
                        name = f"{penalty.name}/{critic.name}"
                        add("discriminator", penalty._replace(name=name), value)
            scaled = {p: self._optimizers()[p].scale_loss(totals[p]) for p in turn.players}
        found = {p: tape.gradient(scaled[p], self.players()[p]) for p in turn.players}
        return found, terms, statistics

    def apply(self, gradients):
        """Lets the players that have gradients take their step."""
        for player, found in gradients.items():
            self._optimizers()[player].apply(found, self.players()[player])

    def gradient_norms(self, gradients):
        """The global norm of each player's gradients, free of loss scaling."""
        return {
            player: tf.linalg.global_norm(found) / self._optimizers()[player].scale_loss(1.0)
            for player, found in gradients.items()
        }

    def after_step(self, statistics, turn):
        """Clips weights, and moves the average, the spectral norms, and the state of the losses."""
        if self._weight_clip:
            for weight in self.players()["discriminator"]:
                weight.assign(tf.clip_by_value(weight, -self._weight_clip, self._weight_clip))
        if "generator" in turn.players:
            self._move_average()
        for network in (self.generator, *(critic.network for critic in self.critic_modules)):
            for layer in network.layers:
                if hasattr(layer, "after_step"):
                    layer.after_step()
        for mean, value in zip(
            self.average.non_trainable_variables,
            self.generator.non_trainable_variables,
            strict=True,
        ):
            mean.assign(value)
        for loss in self._losses:
            found = {
                name.removeprefix(f"{loss.name}/"): of
                for name, of in statistics.items()
                if name.startswith(f"{loss.name}/")
            }
            if found and hasattr(loss.part, "after_step"):
                loss.part.after_step(found)
        self.steps.assign_add(1)

    def _move_average(self):
        done = tf.cast(self.steps, tf.float32)
        decay = tf.minimum(self._ema_decay, (1.0 + done) / (10.0 + done))
        for mean, value in zip(
            self.average.trainable_variables, self.generator.trainable_variables, strict=True
        ):
            mean.assign(mean + (1.0 - decay) * (value - mean))

    @property
    def latent_shape(self):
        """The shape of one clip's latents."""
        return list(self.generator.inputs[0].shape[1:])

    @property
    def host_seconds(self):
        """Seconds that flow estimation has taken on the host so far, in this process."""
        return sum(loss.host_seconds for loss in self.loss_modules)

    def sample(self, latents, condition, label):
        """Clips of the averaged generator, float32 [B, T, H, W, C] in [-1, 1]."""
        return self.average([latents, condition, label], training=False)

    def verdicts(self, batch, seed, samples):
        """What each critic says of real clips: {name: logits float32 [B]}."""
        return {
            critic.name: tf.reduce_mean(
                self._judge(critic.part, batch.video, batch, seed, samples), 1
            )
            for critic in self._critics
        }

    def _judge(self, critic, video, batch, seed, samples):
        return critic.judge(critic.inputs(video, batch.condition, seed, samples), batch.label)

    def _optimizers(self):
        return {
            "generator": self.generator_optimizer,
            "discriminator": self.discriminator_optimizer,
        }
