"""What --devices and TF_CONFIG name: on which devices, of how many workers, a run trains."""

import contextlib
import json
import os
import re
import signal
import threading

import tensorflow as tf

from vgan.core.errors import UsageError, WorkersError
from vgan.training.progress import announced
from vgan.training.replicas import ONE, Several


def of_flag(text, batch_size, parts=1):
    """One or Several for --devices; makes several CPUs of one before TensorFlow computes.

    Args:
      text: "", "all", "cpu:N" or "gpu:0,1"; "all" are all GPUs, or the CPU where there are none.
        Where TF_CONFIG names workers it is "" or "all", and all of each worker's.
      batch_size: clips a step; parts: of --accumulate, of each of which devices take as many.
    Raises:
      UsageError: devices that there aren't, or can't be made, as in a notebook, where TensorFlow
        has computed already; or shares that aren't equal.
    """
    if workers := _workers():
        return _of_workers(*workers, text, batch_size, parts)
    kind, names = _read(text)
    if kind == "cpu" and len(names) > 1:
        _divide_cpu(len(names))
    if text and names and len(names) == 1:
        _see_only(kind, names[0])
        return ONE
    known = tf.config.list_logical_devices(kind.upper())
    if names is None:
        names = list(range(len(known)))
    if lacking := [name for name in names if name >= len(known)]:
        raise UsageError(
            f"--devices={text}: there is no {kind} {lacking[0]}. There are {len(known)}; CPUs can "
            "only be made before TensorFlow computes, as by python -m vgan.train"
        )
    _check_shares(f"--devices={text}", batch_size, parts, len(names))
    if len(names) < 2:
        return ONE
    return Several(tf.distribute.MirroredStrategy([f"{kind.upper()}:{name}" for name in names]))


def _check_shares(what, batch_size, parts, number):
    if batch_size // parts % number:
        of_parts = f" in --accumulate={parts} parts" if parts > 1 else ""
        raise UsageError(
            f"{what}: --batch_size={batch_size}{of_parts} can't be shared by {number} equally. "
            f"Give a multiple of {parts * number}"
        )


def _workers():
    """The number of this worker and of all, by TF_CONFIG; None where it names no others."""
    text = os.environ.get("TF_CONFIG", "")
    try:
        found = json.loads(text or "{}")
        cluster, task = found.get("cluster", {}), found.get("task", {})
        places = {kind: list(map(_place, cluster.get(kind, []))) for kind in ("chief", "worker")}
        number = {kind: len(of) for kind, of in places.items()}
        if others := cluster.keys() - number:
            raise KeyError(f"only chief and worker, not {', '.join(sorted(others))}")
        if sum(number.values()) < 2:
            return None
        kind, index = task["type"], int(task["index"])
        place = {"chief": 0, "worker": number["chief"]}[kind] + index
        known = number["chief"] < 2 and 0 <= index < number[kind]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"TF_CONFIG={text}: can't be read ({error!r}). Give "
            '{"cluster": {"worker": ["host:port", ...]}, "task": {"type": "worker", "index": 0}}'
        ) from None
    if not known:
        raise UsageError(f"TF_CONFIG={text}: it names no such task, or several chiefs")
    return place, sum(number.values())


def _place(text):
    if not re.fullmatch(r"\S+:\d+", text):
        raise ValueError(f"{text!r} is no host:port")
    return text


def _of_workers(worker, workers, text, batch_size, parts):
    if text not in ("", "all"):
        raise UsageError(
            f"--devices={text}: TF_CONFIG names {workers} workers, each of which takes all devices "
            "that it has. Drop the flag"
        )
    with announced(f"worker {worker}: waiting for all {workers}"), _mortal():
        try:
            strategy = tf.distribute.MultiWorkerMirroredStrategy()
        except (tf.errors.OpError, RuntimeError, ValueError) as error:
            raise WorkersError(
                f"TF_CONFIG: workers can't be joined ({str(error).partition(chr(10))[0]}). Check "
                "the places that it names, and give it to python -m vgan.train"
            ) from error
    _check_shares("TF_CONFIG", batch_size, parts, strategy.num_replicas_in_sync)
    return Several(strategy, worker, workers)


def _see_only(kind, name):
    """Leaves TensorFlow one GPU, or none."""
    gpus = tf.config.list_physical_devices("GPU")
    if kind == "cpu" and not gpus:
        return
    if kind == "gpu" and name >= len(gpus):
        raise UsageError(f"--devices=gpu:{name}: there is no gpu {name}. There are {len(gpus)}")
    try:
        tf.config.set_visible_devices([gpus[name]] if kind == "gpu" else [], "GPU")
    except RuntimeError:
        raise UsageError(
            f"--devices={kind}:{name}: devices can only be chosen before TensorFlow computes, as "
            "by python -m vgan.train"
        ) from None


@contextlib.contextmanager
def _mortal():
    """A context in which signals end the process, though Python is waiting and can't look."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    known = signal.SIGTERM, signal.SIGINT
    before = [signal.signal(number, signal.SIG_DFL) for number in known]
    try:
        yield
    finally:
        for number, handler in zip(known, before, strict=True):
            signal.signal(number, handler)


def _divide_cpu(number):
    (cpu,) = tf.config.list_physical_devices("CPU")
    with contextlib.suppress(RuntimeError):  # TensorFlow computes already, maybe with as many.
        logical = [tf.config.LogicalDeviceConfiguration()] * number
        tf.config.set_logical_device_configuration(cpu, logical)


def _read(text):
    """The kind of devices that a flag names, and their numbers, None for all."""
    if text in ("", "all"):
        gpus = tf.config.list_physical_devices("GPU")
        return ("gpu", None if text else [0]) if gpus else ("cpu", [0])
    if found := re.fullmatch(r"cpu:([1-9]\d?)", text):
        return "cpu", list(range(int(found[1])))
    if found := re.fullmatch(r"gpu:(\d+(,\d+)*)", text):
        numbers = list(map(int, found[1].split(",")))
        if len(set(numbers)) == len(numbers):
            return "gpu", numbers
    raise UsageError(f"--devices={text}: can't be read. Give all, cpu:2, or gpu:0,1")
