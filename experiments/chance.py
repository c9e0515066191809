"""Is a run the same to the bit each time, killed or not, on a machine that is busy?

  python experiments/chance.py --experiment=base --steps=30 --times=3

Trains a flagfile at its own size, where sums are shared among threads: once undisturbed, then
several times killed by -9 in the middle and begun again, beside a job that takes a processor. Says
how many variables of the last checkpoints differ; 0 is right. With few steps chance mostly doesn't
show, whatever is done about it, so this is no test.
"""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import tensorflow as tf
from absl import flags

from vgan.core import command
from vgan.core.errors import UsageError

flags.DEFINE_string("experiment", "base", "Flagfile.")
flags.DEFINE_integer("steps", 30, "Of each run.", lower_bound=2)
flags.DEFINE_integer("times", 3, "Runs that are killed.", lower_bound=1)
flags.DEFINE_string("flags", "", "More flags of all runs, as on a command line.")
flags.DEFINE_string("runs", "runs/chance", "Folder of the runs.")


def main():
    values = flags.FLAGS
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        wanted = _trained(Path(values.runs) / "straight", killed=False)
        for number in range(values.times):
            found = _trained(Path(values.runs) / f"killed-{number}", killed=True)
            assert found.keys() == wanted.keys()
            differ = [name for name in wanted if found[name] != wanted[name]]
            print(f"run {number}: {len(differ)} of {len(wanted)} variables differ {differ[:3]}")
    finally:
        busy.kill()
        busy.wait()


def _trained(workdir, killed):
    """What the last checkpoint of a run holds: {name: bytes}."""
    values, half = flags.FLAGS, flags.FLAGS.steps // 2
    if workdir.exists():
        raise UsageError(f"--runs={values.runs}: holds runs already. Name another folder")
    line = [sys.executable, "-m", "vgan.train", f"--flagfile=experiments/{values.experiment}.flags"]
    line += [f"--steps={values.steps}", f"--checkpoint_interval={half}", "--eval_interval=0"]
    line += [*values.flags.split(), f"--workdir={workdir}"]
    if killed:
        run = subprocess.Popen(line)
        while not (workdir / "checkpoints" / f"ckpt-{half}.index").exists():
            assert run.poll() is None, "ended before it was killed"
            time.sleep(0.1)
        run.send_signal(signal.SIGKILL)
        run.wait()
    subprocess.run(line, check=True)
    reader = tf.train.load_checkpoint(str(workdir / "checkpoints" / f"ckpt-{values.steps}"))
    names = [name for name in reader.get_variable_to_shape_map() if not name.startswith("_CHECK")]
    return {name: np.asarray(reader.get_tensor(name)).tobytes() for name in names}


if __name__ == "__main__":
    command.run(main)
