"""Whether the parts of a run fit each other, its data and its folder: known before it begins."""

import hashlib
import itertools

import numpy as np
import tensorflow as tf
from absl import logging

from vgan.core.errors import CheckpointError, UsageError
from vgan.data.opening import beside
from vgan.data.unpaired import is_unpaired
from vgan.runs import building
from vgan.runs.checkpoints import newest_good
from vgan.runs.workdir import Workdir


def jit(config):
    """Raises UsageError where there is no GPU to compile for."""
    if config.jit and not tf.config.list_physical_devices("GPU"):
        raise UsageError(
            "--jit: on a CPU, steps that XLA compiles take many times as long. Drop it, or train "
            "on a GPU"
        )


def task(plan, windows):
    """Shows the task a clip of each size: what doesn't fit is to be known at once."""
    if is_unpaired(windows) and not plan.family.unpaired:
        raise UsageError(
            f"--data={plan.config.data}: --model={plan.config.model} learns of sources that fit. "
            "Give --model=cycle, or pairs(target='...', source='...')"
        )
    if plan.task.relabels and not plan.family.relabels:
        raise UsageError(
            f"--task={plan.config.task}: --model={plan.config.model} never makes a clip one of "
            "another class. Give --model=star"
        )
    channels = beside(windows, 0)[1].shape[-1]
    for stage in plan.stages:
        clip = tf.zeros([1, *stage.config.clip.shape])
        plan.task(clip, 0, tf.zeros([1], tf.int64), tf.zeros([*clip.shape[:-1], channels]))


def labels(config, windows):
    """How many classes the data have; raises UsageError for none, warns of one without clips."""
    if not config.conditional:
        return 0
    if len(windows.labels) < 2:
        raise UsageError(
            f"--conditional: {config.data!r} has {len(windows.labels)} labels. Put the videos of "
            "each class in a subfolder of its own and prepare them again, or drop the flag"
        )
    present = np.bincount(windows.window_labels, minlength=len(windows.labels))
    if not present.all():
        lacking = ", ".join(repr(windows.labels[number]) for number in np.flatnonzero(present == 0))
        logging.warning(
            "--conditional: no training clip of %r has label %s, so that what is made for it is "
            "noise", config.data, lacking,
        )  # fmt: skip
    return len(windows.labels)


def growth(plan, num_labels):
    """Builds all sizes and grows through them: what doesn't fit is to be known at once."""
    if len(plan.stages) > 1:
        models = [building.build(plan, stage.config, num_labels) for stage in plan.stages]
        for small, large in itertools.pairwise(models):
            large.grow_from(small)


def alike(on, config, path, windows):
    """Raises UsageError where workers would train different things, or from different steps."""
    if on.workers == 1:
        return
    begun = [path, *filter(None, (config.init_from, config.codec))]
    steps = [str(newest_good(Workdir(of).checkpoints)) for of in begun]
    whole = "\n".join([config.as_flags(), windows.fingerprint, *steps])
    number = int.from_bytes(hashlib.sha256(whole.encode()).digest()[:7])
    if len(set(on.told(number))) > 1:
        raise UsageError(
            "TF_CONFIG: workers have other flags, data or checkpoints than each other. Give all "
            f"the same command and data, and a --workdir that they share; here {str(path)!r} is at "
            f"step {steps[0]}"
        )


def same_experiment(workdir, config, description):
    """Raises CheckpointError where a folder holds another experiment; tells changes that may be."""
    before = workdir.read_config()
    if before is None:
        return
    fixed, harmless = config.changes(before["config"])
    if before["data"]["fingerprint"] != description["data"]["fingerprint"]:
        fixed.append(f"--data: {before['config']['data']} -> {config.data} (other contents)")
    if fixed:
        raise CheckpointError(
            f"workdir {str(workdir.path)!r}: it holds another experiment: {'; '.join(fixed)}. "
            "Use the flags it was started with, or give another --workdir"
        )
    for change in harmless:
        print(f"resuming with a changed flag: {change}", flush=True)
