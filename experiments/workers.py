"""What happens to a worker when the other one is killed by -9?

  python experiments/workers.py --moments=5

Two workers of this machine train a tiny GAN. One of the two, in turn the first and the second, is
killed at moments that are spread over the run, from when both are there, which is before networks
are built, to the last steps. (One that still waits for the other goes on waiting for it.) Says how
long the other took to end, and with which exit code; 6 says that a worker is gone. Then the same
command on both has to finish.
"""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from absl import flags

from vgan.core import command
from vgan.core.errors import UsageError

flags.DEFINE_integer("moments", 5, "At which one is killed.", lower_bound=1)
flags.DEFINE_integer("steps", 40, "Of each run.", lower_bound=10)
flags.DEFINE_string("runs", "runs/workers", "Folder of the runs.")

TINY = """--data=shapes(num_videos=8) --frames=4 --height=8 --width=8 --batch_size=4 --ema_decay=0.5
--generator=conv3d(latent_dim=4,channels=2) --discriminator=conv3d(channels=2) --r1_gamma=1"""


def main():
    values, runs = flags.FLAGS, Path(flags.FLAGS.runs)
    if runs.exists():
        raise UsageError(f"--runs={runs}: holds runs already. Name another folder")
    runs.mkdir(parents=True)
    workers = _started(runs / "whole")
    start = time.monotonic()
    _finish(workers, runs)
    whole = time.monotonic() - start
    print(f"undisturbed: {whole:.0f} s", flush=True)
    for moment in range(values.moments):
        workdir, killed = runs / f"killed-{moment}", moment % 2
        workers = _started(workdir)
        time.sleep(whole * (moment + 1) / (values.moments + 1))
        done = len(list((workdir / "checkpoints").glob("*.index")))
        workers[killed].kill()
        start, other = time.monotonic(), workers[1 - killed]
        code = other.wait(120)
        told = f"worker {killed} killed, {done} checkpoints there: the other ended with {code}"
        print(f"{told} after {time.monotonic() - start:.1f} s", flush=True)
        _finish(_started(workdir), runs)


def _started(workdir):
    """Two workers of a run, processes."""
    with socket.socket() as one, socket.socket() as other:
        for free in (one, other):
            free.bind(("localhost", 0))
        places = [f"localhost:{free.getsockname()[1]}" for free in (one, other)]
    line = [sys.executable, "-m", "vgan.train", *TINY.split(), f"--steps={flags.FLAGS.steps}"]
    line += ["--checkpoint_interval=1", "--keep_checkpoints=1000", f"--workdir={workdir}"]
    found, logs = [], [Path(f"{workdir}-{index}.log") for index in range(2)]
    for index, log in enumerate(logs):
        about = {"cluster": {"worker": places}, "task": {"type": "worker", "index": index}}
        environment = os.environ | {"TF_CONFIG": json.dumps(about)}
        output = log.open("w")
        found.append(subprocess.Popen(line, env=environment, stdout=output, stderr=output))
    while not all("building networks" in log.read_text() for log in logs):
        time.sleep(0.1)
    return found


def _finish(workers, runs):
    codes = [worker.wait(600) for worker in workers]
    assert codes == [0, 0], f"ended with {codes}: see the logs in {runs}"


if __name__ == "__main__":
    command.run(main)
