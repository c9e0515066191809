"""Steps of SGD on one device and on two, a line for each case, in a process of its own.

`python -m tests.training.two_devices` does all families in some five minutes; a test does a few.
Where TF_CONFIG names workers, their devices are meant.
"""

import hashlib
import json
import os
import sys

import keras
import numpy as np
import tensorflow as tf

from tests.models.test_families import SMALL
from vgan.data import pipeline
from vgan.data.opening import open_windows
from vgan.runs import building
from vgan.runs.config import ExperimentConfig
from vgan.runs.plan import Plan
from vgan.training import devices, loop, replicas

SIZES = {"data": "shapes(num_videos=8)", "frames": 4, "height": 8, "width": 8, "batch_size": 4}
PENALTIES = {"r1_gamma": 1.0, "r2_gamma": 1.0, "gradient_penalty": 0.5}
STATE = {
    "updates": "alternating",
    "adversarial": "wasserstein",
    "weight_clip": 0.1,
    "losses": "0.1*motion(estimator='farneback()', every=1)",
    "height": 16,
    "width": 16,
}
DISGUISED = {"updates": "one_stage", "diff_augment": "shift", "augment_target": 0.6}
# A device's share is a group: what one device has of its parts.
GROUPS = {"discriminator": "conv3d(channels=2, minibatch_std=2)", "height": 16, "width": 16}
NORMAL = {"generator": "conv3d(latent_dim=4, channels=2, batch_norm=True)", "ema_decay": 0.5}
CASES = {
    "gan": SMALL["gan"] | PENALTIES | {"losses": "0.1*l1", "task": "prediction(given=2)"},
    "one_stage": SMALL["gan"] | DISGUISED,
    "state": SMALL["gan"] | STATE,
    "batch_norm": NORMAL,
    "minibatch_std": GROUPS | {"accumulate": 2},
    "vae": SMALL["vae"] | {"model": "vae"},
    "autoencoder": SMALL["autoencoder"],
    "flow": SMALL["flow"] | {"model": "flow"},
    "diffusion": SMALL["diffusion"] | {"model": "diffusion"},
    "few_steps": SMALL["few_steps"],
    "cycle": SMALL["cycle"],
    "star": SMALL["star"] | {"model": "star", "accumulate": 2},
    "style": SMALL["style"],
}
PLAYERS = {"generator_optimizer": "generator", "discriminator_optimizer": "discriminator"}
PLAYERS |= {"optimizer": "denoiser"}


def built(flags, on):
    """A model whose players learn by SGD: Adam would hide gradients that are twice too large."""
    plan = Plan.of(ExperimentConfig(**SIZES | flags))
    labels = open_windows(plan.config.data, plan.config.clip, 1, "train").labels
    with on.scope():
        model = building.build(plan, plan.config, len(labels) if plan.config.conditional else 0)
        for attribute, player in PLAYERS.items():
            if hasattr(model, attribute) and player in model.players():
                optimizer = keras.optimizers.SGD(0.01)
                optimizer.build(model.players()[player])
                setattr(model, attribute, optimizer)
    return plan, model


def variables(model):
    """All of the networks', with their averages and spectral norms."""
    parts = tf.nest.flatten(model.networks())
    return [v.value for part in parts for v in getattr(part, "network", part).variables]


def apart(flags, several):
    """How far two runs are from each other after 5 steps, and the devices after 10.

    Returns:
      dict of far and moved, the largest difference of one device's weights from several's, and from
      where they began, both of the first worker; unlike, how many variables differ between this
      process's devices; digest of all of them, the same for all workers.
    """
    plan, alone = built(flags, replicas.ONE)
    _, together = built(flags, several)
    windows = open_windows(plan.config.data, plan.config.clip, 1, "train")
    begun, found = [np.asarray(value) for value in variables(alone)], []
    runs = (together, several, 1, 10), (alone, replicas.ONE, plan.config.accumulate, 5)
    runs = runs if several.worker == 0 else runs[:1]
    for model, on, parts, steps in runs:
        step = loop.compile_step(model, plan.task, 0, parts, on=on)
        share = on.worker, on.workers
        estimate = alone.flow_estimator
        batches = pipeline.batches(windows, 4, 0, estimate=estimate, share=share).take(steps)
        for number, clips in enumerate(batches):
            step(on.shares(clips), turn=model.turn(number))
            if number == 4:
                found.append([np.asarray(value) for value in variables(model)])
    far, moved = (
        max(np.abs(one - other).max() for one, other in zip(found[-1], of, strict=True))
        for of in (found[0], begun)
    )
    copies = map(several.strategy.experimental_local_results, variables(together))
    unlike = sum(any((of != one[0]).numpy().any() for of in one[1:]) for one in copies)
    digest = hashlib.sha256(b"".join(np.asarray(v).tobytes() for v in variables(together)))
    return {
        "far": float(far),
        "moved": float(moved),
        "unlike": unlike,
        "digest": digest.hexdigest(),
    }


def main():
    tf.config.experimental.enable_op_determinism()
    several = devices.of_flag("" if "TF_CONFIG" in os.environ else "cpu:2", batch_size=4)
    for name in sys.argv[1:] or CASES:
        print(json.dumps({"case": name} | apart(CASES[name], several)), flush=True)


if __name__ == "__main__":
    main()
