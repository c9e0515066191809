"""A network as several that follow each other, so that one can be computed again at a time."""

import itertools
import math

import keras


class Segments:
    """Calls a network part by part.

    Args:
      network: keras.Model.
      number: of parts at most, of about as many values each. A network whose layers are called
        several times is one part.
    """

    def __init__(self, network, number=8):
        self._inputs, self._outputs = network.inputs, network.outputs
        operations = [
            of for of in network.operations if not isinstance(of, keras.layers.InputLayer)
        ]
        made = {id(of) for of in network.inputs}
        made |= {id(of) for operation in operations for of in _tensors(operation.output)}
        wanted = [network.outputs, *(operation.input for operation in operations)]
        self._parts = [(network.inputs, network, network.outputs)]
        # Of what is called several times, Keras tells the first call alone.
        if all(id(of) in made for of in _tensors(wanted)):
            self._parts = list(_parts(network, operations, number))

    def __call__(self, inputs, call):
        """The network's outputs as a list.

        Args:
          inputs: a list of tensors.
          call: (keras.Model, list of tensors) -> a list of its outputs.
        """
        values = dict(zip(map(id, self._inputs), inputs, strict=True))
        for given, part, found in self._parts:
            outputs = keras.tree.flatten(call(part, [values[id(of)] for of in given]))
            values |= zip(map(id, found), outputs, strict=True)
        return [values[id(of)] for of in self._outputs]


def _parts(network, operations, number):
    """The tensors that each part is given, its keras.Model, and those that others want of it."""
    *before, whole = itertools.accumulate(map(_values, operations), initial=0)
    groups = [[] for _ in range(number)]
    for operation, values in zip(operations, before, strict=True):
        groups[number * values // (whole + 1)].append(operation)
    groups = [group for group in groups if group]
    for place, group in enumerate(groups):
        own = {id(of): of for operation in group for of in _tensors(operation.output)}
        given = {id(of): of for operation in group for of in _tensors(operation.input)}
        given = [of for key, of in given.items() if key not in own]
        after = itertools.chain.from_iterable(groups[place + 1 :])
        later = [of for operation in after for of in _tensors(operation.input)]
        wanted = {id(of) for of in (*later, *network.outputs)}
        found = [of for key, of in own.items() if key in wanted]
        yield given, keras.Model(given, found), found


def _values(operation):
    """How many values of a clip an operation makes."""
    return sum(math.prod(of.shape[1:]) for of in _tensors(operation.output))


def _tensors(nested):
    return [of for of in keras.tree.flatten(nested) if isinstance(of, keras.KerasTensor)]
