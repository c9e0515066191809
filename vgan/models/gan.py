"""The adversarial family: a generator against one or more critics."""

import tensorflow as tf

from vgan import randomness
from vgan.models.game import Game
from vgan.models.synthesizer import Turn
from vgan.models.updates import check_exact, one_stage, simultaneous


class Gan(tf.Module):
    """A generator, its running average, and the critics that judge it.

    With several turns of one player, the other moves only in the first of so many steps, and its
    lazy terms count the steps in which it moves. All state is attributes, so that
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
      updates: "simultaneous": both players move on the same weights and the same made clips, the
        generator runs once; "one_stage": the same gradients from one backward pass through the
        critics; "alternating": the critics move first, the generator on their new weights.
      disguise: (video, condition, seed, samples) -> the two as critics see them, or None.
      instance_noise: step -> deviation of the noise on what critics see, or None.
      learning_rate: step -> rate of both optimizers, or None for the one they have.
    Raises:
      UsageError: updates in one stage that wouldn't be exact.
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
        updates="simultaneous",
        disguise=None,
        instance_noise=None,
        learning_rate=None,
    ):
        super().__init__()
        self.generator, self.average = generator, average
        self.average.set_weights(generator.get_weights())
        self.generator_optimizer, self.discriminator_optimizer = optimizers
        self.critic_modules = [critic.part for critic in critics]
        self.loss_modules = [loss.part for loss in losses if isinstance(loss.part, tf.Module)]
        self.disguise = disguise
        self.steps = tf.Variable(0, dtype=tf.int64, trainable=False, name="steps")
        self.critics, self.losses, self.penalties = critics, losses, penalties
        self.adversarial = adversarial
        self._ema_decay, self._weight_clip = ema_decay, weight_clip
        self._turns = {"generator": 1, "discriminator": 1} | (turns or {})
        self._updates = updates
        self._instance_noise, self._learning_rate = instance_noise, learning_rate
        if updates == "one_stage":
            check_exact(critics, adversarial)
        for player, optimizer in self.optimizers().items():
            optimizer.build(self.players()[player])

    def players(self):
        """The trainable variables of each player."""
        critics = [v for c in self.critic_modules for v in c.network.trainable_variables]
        return {"generator": self.generator.trainable_variables, "discriminator": critics}

    def turn(self, step):
        """The players that move in a step, and the lazy terms due in it."""
        due, players = [], []
        for player, other, parts in (
            ("discriminator", "generator", self.penalties),
            ("generator", "discriminator", self.losses),
        ):
            count, waits = divmod(step, self._turns[other])
            if not waits:
                players.append(player)
                due += [part.name for part in parts if count % part.every == 0]
        return Turn(tuple(due), tuple(players), self._updates == "alternating")

    def gradients(self, batch, seed, samples, turn):
        """Gradients of the players that move, from one pass of the generator.

        Args:
          batch: clip.Batch.
          seed: int64 scalar of the run; samples: int64 [B], global sample numbers.
          turn: who moves and what is due; only what they minimise is computed.
        Returns:
          {player: gradients}, {term name: float32 [B]}, {statistic name: float32 [B]}.
        """
        game = Game(batch, seed, samples, turn)
        both = len(turn.players) == 2
        play = one_stage if self._updates == "one_stage" and both else simultaneous
        return play(self, game), game.terms, game.statistics

    def generate(self, game):
        """Clips of the training generator for a turn, float32 [B, T, H, W, C]."""
        latents = randomness.normal(game.seed, randomness.TRAINING, game.samples, self.latent_shape)
        fake = self.generator([latents, game.batch.condition, game.batch.label], training=True)
        if self.generator.losses:
            game.add_regularisation(self.generator.losses)
        return fake

    def shown(self, game, *videos):
        """Clips as critics see them, and what was given as they see it."""
        given, seen = game.batch.condition, []
        for number, video in enumerate((game.batch.video, *videos)):
            shown = given
            if self.disguise is not None:
                video, shown = self.disguise(video, given, game.seed, game.samples)
            if self._instance_noise is not None:
                stream = randomness.NOISE
                draws = 2 * game.samples + number
                noise = randomness.normal(game.seed, stream, draws, video.shape[1:])
                video += tf.cast(self._instance_noise(self.steps) * noise, video.dtype)
            seen.append(video)
        return *seen, shown

    def apply(self, gradients):
        """Lets the players that have gradients take their step."""
        for player, found in gradients.items():
            optimizer = self.optimizers()[player]
            if self._learning_rate is not None:
                optimizer.learning_rate.assign(self._learning_rate(self.steps))
            optimizer.apply(found, self.players()[player])
            if player == "discriminator" and self._weight_clip:
                for weight in self.players()[player]:
                    weight.assign(tf.clip_by_value(weight, -self._weight_clip, self._weight_clip))

    def gradient_norms(self, gradients):
        """The global norm of each player's gradients, free of loss scaling."""
        return {
            player: tf.linalg.global_norm(found) / self.optimizers()[player].scale_loss(1.0)
            for player, found in gradients.items()
        }

    def after_step(self, statistics, turn):
        """Moves the average, the spectral norms, and the state of the losses."""
        if "generator" in turn.players:
            self._move_average()
        signs = [of for name, of in statistics.items() if name.startswith("logits/sign/")]
        if self.disguise is not None and signs:
            self.disguise.after_step(tf.reduce_mean(signs, 0))
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
        for loss in self.losses:
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
    def averages(self):
        """The networks that `sample` uses."""
        return [self.average]

    @property
    def latent_shape(self):
        """The shape of one clip's latents."""
        return list(self.generator.inputs[0].shape[1:])

    @property
    def condition_channels(self):
        """How many channels what is given has, 0 where nothing is."""
        return self.generator.inputs[1].shape[-1]

    @property
    def host_seconds(self):
        """Seconds that flow estimation has taken on the host so far, in this process."""
        parts = [*self.loss_modules, *self.critic_modules]
        return sum(part.host_seconds for part in parts)

    def sample(self, latents, condition, label):
        """Clips of the averaged generator, float32 [B, T, H, W, C] in [-1, 1]."""
        return self.average([latents, condition, label], training=False)

    def verdicts(self, batch, seed, samples):
        """What each critic says of real clips: {name: logits float32 [B]}."""
        game = Game(batch, seed, samples, Turn())
        seen, given = self.shown(game)
        found = {}
        for critic in self.critics:
            inputs = critic.part.inputs(seen, given, seed, samples)
            found[critic.name] = tf.reduce_mean(critic.part.judge(inputs, batch.label).logits, 1)
        return found

    def optimizers(self):
        """The optimizer of each player."""
        return {
            "generator": self.generator_optimizer,
            "discriminator": self.discriminator_optimizer,
        }
