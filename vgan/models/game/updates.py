"""How the gradients of both players are taken in one turn.

Args:
  gan: gan.Gan; costs: turn.TurnCosts, which gathers the terms.
Returns:
  {player: gradients}.
"""

import tensorflow as tf

from vgan.core.errors import UsageError


def simultaneous(gan, costs):
    """A backward pass for each player that moves."""
    with tf.GradientTape(persistent=True) as tape:
        judge(gan, costs, gan.generate(costs))
        optimizers = gan.optimizers()
        scaled = {p: optimizers[p].scale_loss(costs.totals[p]) for p in costs.turn.players}
    return {p: tape.gradient(scaled[p], gan.players()[p]) for p in costs.turn.players}


def judge(gan, costs, fake):
    """Adds what critics say of made clips, Seen, and the penalties on them."""
    real_seen, fake_seen, given = gan.shown(costs, fake)
    for critic in gan.rules.critics:
        shown = [
            critic.part.inputs(seen, given, costs.seed, costs.samples)
            for seen in (real_seen, fake_seen)
        ]
        costs.judge(critic, gan.rules.adversarial, *shown)
    costs.penalise(gan.rules.penalties, gan.rules.critics, real_seen, fake_seen, given)


def one_stage(gan, costs):
    """A single backward pass through the critics, from which both players take theirs.

    A logit belongs to one input alone. So what the generator wants of that input is the
    gradient that the critics' own loss sends there, times the ratio of the two losses'
    derivatives by the logit.

    Source: Shen et al., "Training Generative Adversarial Networks in One Stage", 2021,
    section 3.2.
    """
    optimizers, players, logits = gan.optimizers(), gan.players(), []
    with tf.GradientTape() as tape:
        fake = gan.generate(costs)
        real_seen, fake_seen, given = gan.shown(costs, fake)
        about = given, costs.seed, costs.samples
        inputs = [critic.part.inputs(fake_seen, *about) for critic in gan.rules.critics]
        beside = optimizers["generator"].scale_loss(costs.totals["generator"])
    with tf.GradientTape() as critics_tape:
        critics_tape.watch(inputs)
        for critic, fake_inputs in zip(gan.rules.critics, inputs, strict=True):
            real_inputs = critic.part.inputs(real_seen, *about)
            logits.append(costs.judge(critic, gan.rules.adversarial, real_inputs, fake_inputs))
        costs.penalise(gan.rules.penalties, gan.rules.critics, real_seen, fake_seen, given)
        scaled = optimizers["discriminator"].scale_loss(costs.totals["discriminator"])
    found, sent = critics_tape.gradient(scaled, (players["discriminator"], inputs))
    one = tf.ones([])
    rescaled = optimizers["generator"].scale_loss(one)
    rescaled /= optimizers["discriminator"].scale_loss(one)
    wanted = [
        scale_rows(rescaled * ratio(gan.rules.adversarial, *pair), gradient)
        for pair, gradient in zip(logits, sent, strict=True)
    ]
    towards = tape.gradient([*inputs, beside], players["generator"], [*wanted, one])
    return {"discriminator": found, "generator": towards}


def check_exact(critics, adversarial):
    """Raises UsageError where one backward pass can't give both players' gradients."""
    reasons = [f"{critic.name} ({critic.part.entangled})" for critic in critics]
    reasons = [r for r, c in zip(reasons, critics, strict=True) if c.part.entangled]
    if adversarial.saturates:
        reasons.append("an adversarial pair that sends the critics no gradient for some clips")
    if reasons:
        raise UsageError(
            f"--updates=one_stage: not exact with {', '.join(reasons)}: each logit must belong "
            "to one input alone. Use --updates=simultaneous"
        )


def ratio(adversarial, fake_logits, real_logits):
    """The generator's derivative by the logits of made clips over the critics', [B, n].

    Where the critics' derivative is 0 no gradient was sent to be scaled, and the ratio is 0: with
    least squares at a logit of 0, with BCE below about -80, where float32 ends.
    """
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(fake_logits)
        wish = adversarial.generator(fake_logits, real_logits)
        cost = adversarial.discriminator(real_logits, fake_logits)
    return tf.math.divide_no_nan(tape.gradient(wish, fake_logits), tape.gradient(cost, fake_logits))


def scale_rows(factors, values):
    """Values [N, ...], each row times its factor of [B, n], N = B n."""
    shape = [-1, *[1] * (values.shape.rank - 1)]
    return tf.cast(tf.reshape(factors, shape), values.dtype) * values
