"""How a larger generator and its critics take over from smaller ones."""

from vgan.core.errors import UsageError


def take_weights(small, large):
    """Copies the weights of one stage's model into those of the next, by name.

    Args:
      small, large: gan.Gan.
    Raises:
      UsageError: the networks of the larger one don't hold those of the smaller one.
    """
    pairs = [(small.generator, large.generator), (small.average, large.average)]
    critics = zip(small.critic_modules, large.critic_modules, strict=True)
    pairs += [(one.network, other.network) for one, other in critics]
    for one, other in pairs:
        places = {_place(v): v for v in other.weights}
        for weight in one.weights:
            place = places.get(_place(weight))
            if place is None or place.shape != weight.shape:
                raise UsageError(
                    f"--stages: {one.name} can't grow, since {weight.path} has no place in its "
                    "larger self. Use residual3d for the generator and the critics"
                )
            place.assign(weight)
    large.steps.assign(small.steps)
    if small.disguise is not None:
        large.disguise.strength.assign(small.disguise.strength)


def _place(weight):
    """The path of a weight without the name of the whole network."""
    return weight.path.split("/", 1)[-1] if weight.path.count("/") > 1 else weight.path
