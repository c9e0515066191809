"""What critics are shown of real and made clips."""

import tensorflow as tf

from vgan.core import randomness
from vgan.core.clip import Seen
from vgan.core.errors import UsageError
from vgan.models.motion import knows_motion


class View:
    """Disguises clips alike, adds noise, and gives real ones the flow that made ones have.

    Args:
      rules: rules.Rules.
      disguise: (video, condition, seed, samples) -> the two as critics see them, or None.
    """

    def __init__(self, rules, disguise):
        self._rules, self._disguise = rules, disguise
        self._of_motion = [critic for critic in rules.critics if critic.part.needs_flow]

    @property
    def needs_flow(self):
        """Whether a critic looks at flow."""
        return bool(self._of_motion)

    def check(self, generator):
        """Raises UsageError where a critic looks at flow that the generator doesn't know."""
        names = [critic.name for critic in self._of_motion]
        if len(names) > 1:
            raise UsageError(
                f"--discriminator: {names[0]} and {names[1]} look at flow. Name one of them"
            )
        if names and not knows_motion(generator):
            raise UsageError(
                f"--discriminator={names[0]}: looks at the flow that the generator knows, and this "
                "one knows none. Use --generator=layered, or another critic"
            )

    def __call__(self, costs, steps, *made):
        """Real and made clips as critics see them, Seen, and what was given as they see it.

        Args:
          costs: turn.TurnCosts.
          steps: how many are done.
          made: Seen, with the flow of all pairs of frames where a critic looks at it.
        """
        given, found = costs.batch.condition, []
        for number, (video, flow) in enumerate(self._with_flow(costs.batch, made)):
            video, shown, flow = self._disguised(video, given, flow, costs)
            if self._rules.instance_noise is not None:
                draws = 2 * costs.samples + number
                noise = randomness.normal(costs.seed, randomness.NOISE, draws, video.shape[1:])
                video += tf.cast(self._rules.instance_noise(steps) * noise, video.dtype)
            found.append(Seen(video, flow))
        return *found, shown

    def _with_flow(self, batch, made):
        """The real clip and made ones, with the flow of the pairs that are looked at."""
        if not self.needs_flow:
            return [Seen(batch.video), *made]
        (critic,) = (critic.part for critic in self._of_motion)
        real = critic.estimated(batch.video)
        seen = [Seen(batch.video, real)]
        for video, flow in made:
            flow = critic.chosen(flow)
            if batch.condition.shape[-1]:
                # As pixels given in both frames are the real clip's, so is their flow.
                known = batch.condition[..., -1:] > 0.5
                flow = tf.where(critic.chosen(known[:, :-1] & known[:, 1:]), real, flow)
            seen.append(Seen(video, flow))
        return seen

    def _disguised(self, video, given, flow, costs):
        """A clip, what was given and its flow, changed alike."""
        if self._disguise is None:
            return video, given, flow
        if flow is None:
            return *self._disguise(video, given, costs.seed, costs.samples), None
        # The flow goes along with what is given, which is changed alike in all frames.
        missing = video.shape[1] - flow.shape[1]
        beside = tf.pad(flow, [[0, 0], [0, missing], [0, 0], [0, 0], [0, 0]])
        beside = tf.concat([given, tf.cast(beside, given.dtype)], -1)
        video, beside = self._disguise(video, beside, costs.seed, costs.samples)
        given, flow = tf.split(beside, [given.shape[-1], 2], -1)
        return video, given, flow[:, :-missing]
