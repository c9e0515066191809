"""Damaged files through what else reads files of others: is each refused in one line?

  python experiments/fuzz_use.py --mutants=3000

Files are damaged by seed (mutants.py) and given to what the commands do: vgan.treat (way treat),
vgan.generate --input with a model that restores (generate, the first frames), vgan.animate
(animate), data_prep.inspect and training's reader (inspect), lists of prepare_clips (list), and
vgan.load of a run and of an export whose config.json and vgan.json are damaged (load).

Flags and rows are those of fuzz_preparation.py: whole are those that go through, skipped those that
are refused by an error made for people; crashes are processes that ended and all other exceptions;
hangs those not done after 60 seconds. Peak MiB are of the largest process, TensorFlow included.
"""

import collections
import functools
import itertools
import json
import multiprocessing
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from concurrent.futures import TimeoutError
from pathlib import Path

import fuzz_preparation
import mutants
import numpy as np
import trial
from absl import flags, logging
from pebble import ProcessExpired, ProcessPool

from vgan.core import command
from vgan.core.errors import VganError

SECONDS = 60
_MOST_FRAMES = 100  # Of generate: a damaged time stamp may repeat one for an hour.
WAYS = ("treat", "generate", "animate", "inspect", "list", "load")
TRAIN = {
    "frames": 4, "height": 16, "width": 16, "batch_size": 2, "steps": 1, "data": "shapes()",
    "generator": "unet3d(channels=4, latent_dim=4)", "discriminator": "frames2d(channels=4)",
    "task": "denoising", "losses": "l1",
}  # fmt: skip
_READ = (*mutants.VIDEOS, *mutants.ANIMATIONS)
_SEEN = (*mutants.ANIMATIONS, *mutants.STRIPS)


def main():
    values = flags.FLAGS
    rows = trial.Rows(values.output)
    with tempfile.TemporaryDirectory() as folder:
        good = originals(Path(folder))
        for way in WAYS:
            about = {"way": way, "seed": values.seed, "mutants": values.mutants}
            if rows.find(**about):
                continue
            cases = some(good, way, values.mutants // len(WAYS), values.seed)
            found = tried(cases, values.workers)
            rows.add(*(row | fuzz_preparation.versions() for row in counted(about, found)))
            print(about, collections.Counter(fate for _, fate, *_ in found), flush=True)


def originals(folder, run=None):
    """Good files and folders to damage: {name: path or bytes}.

    Args:
      folder: where they are made.
      run: workdir of a run of TRAIN that has an export; without one it is trained.
    """
    raw, run = folder / "raw", run or _trained(folder / "run")
    files = mutants.originals()
    mutants.write(raw, files, "mkv", [2], 1)
    (raw / "a.mp4").write_bytes(files["mp4"][0])
    fuzz_preparation.prepared(raw, folder / "data", "--workers=1")
    (export,) = (run / "export").iterdir()
    names = "path,label,group,start,end,split\n" + "".join(
        f"{number}.mp4,a,g{number},0.{number},2.5,train\n" for number in range(5)
    )
    rows = [json.dumps({"path": f"{n}.mp4", "label": "a", "start": n / 10}) for n in range(5)]
    return {
        "files": files, "data": folder / "data", "run": run, "export": export,
        "list": {"csv": names.encode(), "jsonl": "\n".join(rows).encode()},
    }  # fmt: skip


def _trained(run):
    line = [sys.executable, "-m", "vgan.train", f"--workdir={run}"]
    line += [f"--{name}={value}" for name, value in TRAIN.items()]
    subprocess.run(line, check=True, capture_output=True)
    return run


def some(good, way, number, seed):
    """So many cases of a way: (way, container, mutation, suffix, bytes, what is good beside it)."""
    makers = {
        "treat": lambda n: _file(good, _READ, n, seed),
        "generate": lambda n: _file(good, (*_READ, *_SEEN), n, seed),
        "animate": lambda n: _file(good, _SEEN, n, seed),
        "inspect": lambda n: _part(good["data"], _index(good["data"]), n, seed),
        "list": lambda n: _bytes(good["list"], n, seed),
        "load": lambda n: _settings(good, n, seed),
    }
    return [(way, *makers[way](number)) for number in range(number)]


def _file(good, containers, number, seed):
    turn, place = divmod(number, len(containers))
    container = containers[place]
    mutation, suffix, data = mutants.mutant(good["files"], container, turn, seed)
    return container, mutation, f"x.{suffix}", data, good["run"]


def _bytes(files, number, seed):
    """Damage as of `mutants.mutant` to one of some files by name."""
    turn, place = divmod(number, len(files))
    suffix = list(files)[place]
    mutation, data = mutants.damaged(files[suffix], turn, seed)
    return suffix, mutation, f"x.{suffix}", data, None


def _index(folder):
    shards = sorted(path.name for path in folder.glob("*.tfrecord"))
    return ("manifest.json", "videos.jsonl", "offsets.npy", *shards)


def _part(folder, names, number, seed):
    turn, place = divmod(number, len(names))
    name = names[place]
    data = (folder / name).read_bytes()
    structural = name.endswith(".json") and turn % 2
    mutation, data = (mutants.json_mutant if structural else mutants.damaged)(data, turn // 2, seed)
    return name.rpartition(".")[2], mutation, name, data, folder


def _settings(good, number, seed):
    """A damaged config.json of a run, or vgan.json of an export."""
    turn, of_run = divmod(number, 2)
    folder = good["run" if of_run else "export"]
    (path,) = folder.rglob("config.json" if of_run else "vgan.json")
    name = str(path.relative_to(folder))
    damage = mutants.json_mutant if turn % 5 else mutants.damaged
    mutation, data = damage(path.read_bytes(), turn, seed)
    return path.name, mutation, name, data, folder


def tried(cases, workers):
    """What becomes of cases: a list of (case, fate, frames, processor seconds, peak MiB)."""
    found, context = [], multiprocessing.get_context("spawn")
    with ProcessPool(workers, context=context) as pool:
        futures = [pool.schedule(_one, [case], timeout=SECONDS) for case in cases]
        for case, future in zip(cases, futures, strict=True):
            try:
                found.append((case, *future.result()))
            except TimeoutError:
                found.append((case, "hangs", 0, SECONDS, 0))
            except ProcessExpired:
                found.append((case, "crashes", 0, 0, 0))
    return found


def counted(about, found):
    """Rows of a way: one a container and a mutation."""
    groups, rows = collections.defaultdict(list), []
    for case, *result in found:
        groups[case[1:3]].append(result)
    peak = max(result[3] for _, *result in found)
    for (container, mutation), results in sorted(groups.items()):
        fates = collections.Counter(fate for fate, *_ in results)
        row = {"container": container, **about, "damage": mutation, "files": len(results)}
        row |= {fate: fates[fate] for fate in fuzz_preparation.FATES}
        row |= {"longest_clip": max(frames for _, frames, *_ in results)}
        cost = sum(seconds for _, _, seconds, _ in results) * 1000 / len(results)
        rows.append(
            row | {"peak_mebibytes": round(peak), "cpu_milliseconds_a_file": round(cost, 1)}
        )
    return rows


def _one(case):
    """One case, tried in this process: its fate, frames, seconds and peak."""
    way, _, _, name, data, beside = case
    logging.set_verbosity(logging.ERROR)
    warnings.simplefilter("ignore")
    begun, fate, frames = time.process_time(), "whole", 0
    with tempfile.TemporaryDirectory() as folder:
        try:
            frames = _USES[way](Path(folder), name, data, beside) or 0
        except VganError as error:
            fate = "skipped" if len(str(error).splitlines()) == 1 else "crashes"
        except Exception as error:
            print(case[:4], repr(error)[:500], file=sys.stderr, flush=True)
            fate = "crashes"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return fate, frames, time.process_time() - begun, peak


def _treat(folder, name, data, _):
    from vgan.media.source import open_video
    from vgan.media.writer import write
    from vgan.treatments import chain

    (folder / name).write_bytes(data)
    source = open_video(folder / name)
    frames, fps = chain.apply(chain.build("sharpen(amount=0.1)"), source, source.fps)
    return write(folder / "o.mp4", frames, fps, source.pixel_aspect, source)


def _generate(folder, name, data, run):
    from vgan.media.source import open_video
    from vgan.media.writer import write
    from vgan.sampling.files import complete

    (folder / name).write_bytes(data)
    source = open_video(folder / name)
    model = _model(str(run))
    made = complete(model, model.task, source)
    frames = itertools.islice(made.frames, _MOST_FRAMES)
    return write(folder / "o.mp4", frames, made.fps, source.pixel_aspect, source)


def _animate(folder, name, data, _):
    from vgan.media.still import read_picture
    from vgan.motion import animation

    (folder / name).write_bytes(data)
    picture = read_picture(folder / name)
    return sum(1 for _ in animation.animate(picture, animation.parse("zoom(factor=1.2)"), 3))


def _inspect(folder, name, data, beside):
    from data_prep import inspect
    from data_prep.base.reading import Prepared
    from vgan.core.clip import ClipSpec
    from vgan.data.folder import Folder

    whole = _replaced(folder, beside, name, data)
    told = None
    try:
        windows = Folder(ClipSpec(4, 32, 32), 1, "train", str(whole))
        for number in (0, len(windows) - 1):
            windows[number]
    except VganError as error:
        told = error
    prepared = Prepared(str(whole))
    inspect.check_index(prepared)
    inspect.overview(prepared)
    inspect.verify(prepared, lambda done: None)
    if told:
        raise told


def _list(folder, name, data, _):
    from data_prep.inputs import items

    (folder / name).write_bytes(data)
    items.find(str(folder / name))


def _load(folder, name, data, beside):
    from vgan.runs import trained

    model = trained.load(_replaced(folder, beside, name, data))
    return len(model.show(np.zeros([1, *model.clip.shape], np.uint8))[0][0])


@functools.cache
def _model(run):
    from vgan.runs import trained

    return trained.load(run)


def _replaced(folder, beside, name, data):
    """A copy of a folder with another file in it."""
    whole = Path(shutil.copytree(beside, folder / "whole"))
    (whole / name).write_bytes(data)
    return whole


_USES = {
    "treat": _treat, "generate": _generate, "animate": _animate, "inspect": _inspect,
    "list": _list, "load": _load,
}  # fmt: skip


if __name__ == "__main__":
    command.run(main)
