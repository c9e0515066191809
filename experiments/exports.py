"""What is exported of every shipped experiment: as the live model, how large, how fast?

  python experiments/exports.py --formats=onnx,litert
  python experiments/exports.py --experiments=base --narrow

A row is a flagfile's model of random weights and a format: the greatest difference from the live
model over three seeds, megabytes, and milliseconds a clip with one thread, the least of three
calls; or why it can't be exported. TensorFlow itself has its row too.
"""

import dataclasses
import re
import time
import types
from pathlib import Path

import numpy as np
import tensorflow as tf
import trial
from absl import flags

from vgan.core import command, flagfiles
from vgan.core.errors import VganError
from vgan.data.opening import open_windows
from vgan.runs import building, config
from vgan.runs.plan import Plan
from vgan.serving import frozen, litert, onnx

NETWORKS = "generator", "discriminator", "encoder", "compressor", "denoiser"
CALLS = 3

flags.DEFINE_list("experiments", [], "Flagfiles (default: all).")
flags.DEFINE_list("formats", ["onnx", "litert"], "Of vgan.export.")
flags.DEFINE_bool("narrow", False, "Networks of 4 channels.")
flags.DEFINE_string("folder", "runs/exports", "Of what is written.")
flags.DEFINE_string("rows", "experiments/results/exports.csv", "CSV file of the rows.")


def main():
    values = flags.FLAGS.flag_values_dict()  # Flagfiles are parsed over it.
    values = types.SimpleNamespace(**values)
    names = values.experiments or sorted(p.stem for p in Path("experiments").glob("*.flags"))
    rows = trial.Rows(values.rows)
    for name in names:
        of = None
        for kind in ("tensorflow", *values.formats):
            about = {"experiment": name, "format": kind, "narrow": values.narrow}
            if rows.find(**about):
                continue
            of = of or _model(name, values.narrow)
            rows.add(about | {"videos": str(of[1].clip)} | _row(kind, *of, values.folder))


def _model(name, narrow):
    """An untrained model of a flagfile, and its card."""
    given = flagfiles.with_origins([f"--flagfile=experiments/{name}.flags"])
    flags.FLAGS.unparse_flags()
    flags.FLAGS(["exports", *(argument for argument, _ in given)])
    found = dataclasses.replace(config.from_flags(), stages="")
    if narrow:
        less = {n: re.sub(r"channels=\d+", "channels=4", getattr(found, n)) for n in NETWORKS}
        found = dataclasses.replace(found, **less)
    if not found.data.startswith(("shapes", "pairs", "unpaired", "mixture")):
        found = dataclasses.replace(found, data="shapes()", frame_step=1)
    windows, plan = open_windows(found.data, found.clip, 1, "train"), Plan.of(found)
    labels = windows.labels if found.conditional else ()
    model, random = building.build(plan, found, len(labels)), np.random.default_rng(0)
    for network in model.sampling_networks:  # Untrained, many do next to nothing.
        weights = network.get_weights()
        network.set_weights([w + 0.02 * random.normal(size=w.shape) for w in weights])
    return model, plan.card(12.5, labels)


def _row(kind, model, card, folder):
    of, path = frozen.freeze(model, card), Path(folder) / f"model.{kind}"
    row = {"difference": "", "megabytes": "", "milliseconds": "", "why_not": ""}
    values, begin = frozen.example(of.inputs, 0), time.perf_counter()
    if kind == "tensorflow":
        given = [tf.constant(value) for value in values.values()]
        return row | {
            "megabytes": _bytes(of) / 1e6,
            "milliseconds": _fastest(lambda: of.live(*given)),
        }
    try:
        if kind == "onnx":
            row["difference"], run = onnx.export(of, {}, path), onnx.runner(str(path))
        else:
            row["difference"], run = litert.export(of, path), litert.runner(model_path=str(path))
    except VganError as error:
        return row | {"why_not": str(error)}
    print(kind, f"{time.perf_counter() - begin:.0f} s", row["difference"])
    row["megabytes"] = path.stat().st_size / 1e6
    return row | {"milliseconds": _fastest(lambda: run(values))}


def _bytes(of):
    return sum(v.shape.num_elements() * v.dtype.size for v in of.live.variables)


def _fastest(call):
    call()
    found = []
    for _ in range(CALLS):
        begin = time.perf_counter()
        call()
        found.append(1000 * (time.perf_counter() - begin))
    return round(min(found), 2)


if __name__ == "__main__":
    config.define_flags()
    command.run(main)
