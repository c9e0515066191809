"""Gradients of a batch that is shown part by part, so that the memory of one part is enough."""

import tensorflow as tf

from vgan.core.errors import UsageError
from vgan.models.synthesizer import Report
from vgan.networks.batch_statistics import BatchNorm


def accumulated(synthesizer, number):
    """A function as Synthesizer.gradients, which takes those of parts of a batch one by one.

    It gives what the whole batch would, but for what looks at several clips at once, such as
    minibatch statistics, which sees those of a part.

    Args:
      synthesizer: a models.synthesizer.Synthesizer.
      number: of parts, a divisor of the batch's clips.
    """
    if number == 1:
        return synthesizer.gradients
    # One graph for all parts, which takes no longer to trace than that of a whole batch, and isn't
    # copied for each: in all of base.flags' eight copies there was more memory than in the clips.
    alone = {"_noinline": True}
    part_of = tf.function(synthesizer.gradients, autograph=False, experimental_attributes=alone)
    players = synthesizer.players()

    def gradients(batch, seed, samples, turn):
        total, others, reports = None, [], []
        for part in range(number):
            # One after the other, or all of them would be in memory at once.
            with tf.control_dependencies(_tensors(total)):
                clips, numbers = _part((batch, samples), part, number)
            found, report = part_of(clips, seed, numbers, turn)
            mine = {name: _shares(found.pop(name), number) for name in players if name in found}
            total = mine if total is None else tf.nest.map_structure(_sum, total, mine)
            others.append(found)
            reports.append(report._asdict())
        joined = {name: _joined(others, name) for name in others[0]}
        return total | joined, Report(*(_joined(reports, name) for name in Report._fields))

    return gradients


def _tensors(nested):
    return [of for of in tf.nest.flatten(nested) if of is not None]


def _shares(gradients, number):
    # Those of a table of classes may be slices.
    return [of if of is None else tf.convert_to_tensor(of) / number for of in gradients]


def _sum(one, other):
    return one if one is None else one + other


def _part(nested, part, number):
    def rows(value):
        if value is None:
            return None
        rows = value.shape[0] // number
        return tf.identity(value)[part * rows : (part + 1) * rows]

    return tf.nest.map_structure(rows, nested)


def _joined(found, name):
    """Nested tensors [B, ...] of parts, joined."""
    return tf.nest.map_structure(lambda *of: tf.concat(of, 0), *(of[name] for of in found))


def check(synthesizer, number, jit=False):
    """Raises UsageError for layers whose averages move with the statistics of a whole batch.

    Args:
      jit: passes are compiled by themselves, out of which such statistics don't come.
    """
    networks = tf.nest.flatten(synthesizer.networks())
    layers = [layer for of in networks for layer in getattr(of, "network", of).layers]
    if not any(isinstance(layer, BatchNorm) for layer in layers):
        return
    if number > 1:
        raise UsageError(
            f"--accumulate={number}: batch norm needs the whole batch at once. Use networks "
            "without it, or a smaller --batch_size"
        )
    if jit:
        raise UsageError("--jit: not with batch norm. Use networks without it")
