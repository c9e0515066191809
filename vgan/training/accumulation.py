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

    def gradients(batch, seed, samples, turn):
        found, reports = [], []
        for part in range(number):
            # One after the other, or all of them would be in memory at once.
            with tf.control_dependencies(_tensors(found[-1:])):
                clips, numbers = _part((batch, samples), part, number)
            gradients, report = part_of(clips, seed, numbers, turn)
            found.append(gradients)
            reports.append(report)
        players = synthesizer.players()
        joined = {
            name: _mean([of[name] for of in found]) if name in players else _joined(found, name)
            for name in found[0]
        }
        reports = [report._asdict() for report in reports]
        return joined, Report(*(_joined(reports, name) for name in Report._fields))

    return gradients


def _tensors(nested):
    return [of for of in tf.nest.flatten(nested) if of is not None]


def _part(nested, part, number):
    def rows(value):
        if value is None:
            return None
        rows = value.shape[0] // number
        return tf.identity(value)[part * rows : (part + 1) * rows]

    return tf.nest.map_structure(rows, nested)


def _mean(found):
    """The mean of lists of gradients, of which some are None in all."""
    number = len(found)
    return [None if of[0] is None else tf.add_n(of) / number for of in zip(*found, strict=True)]


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
