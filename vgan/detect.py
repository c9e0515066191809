"""Says of files whether vgan made them: python -m vgan.detect out.mp4 another.gif.

By their signed manifest (C2PA), by the comment in their container, by the invisible mark in their
frames, and, with --workdir=RUN, by that run's critics. Where nothing is found it can't tell: marks
can be lost, and be taken away.
"""

import functools
import itertools
from pathlib import Path

import numpy as np
from absl import flags, logging
from tqdm import tqdm

from vgan.core import command
from vgan.core.errors import DataError, StorageError, UsageError
from vgan.core.escaping import plain
from vgan.runs import config

config.define_run_flags()

MOST_CLIPS = 64
"""Of a file, that critics judge."""


def main(paths):
    values = flags.FLAGS
    if not paths:
        raise UsageError("no file. Name one or more: python -m vgan.detect out.mp4")
    if not values.workdir and (values["checkpoint"].present or values.trust_code):
        raise UsageError("--checkpoint, --trust_code: are of a run. Add --workdir, or drop them")
    judged = _judged(values) if values.workdir else None
    failed = []
    for path in paths:
        try:
            print("\n".join(_lines(path, judged)), flush=True)
        except (DataError, OSError) as error:
            failed.append(_told(error, path))
            if len(paths) > 1:
                logging.warning("%s", failed[-1])
    if failed:
        rest = f"{len(failed)} of {len(paths)} files can't be read, see the lines above"
        raise DataError(failed[0] if len(paths) == 1 else rest)


def _lines(path, judged):
    """What is found in a file, as lines of text."""
    if not Path(path).is_file():
        raise DataError(f"video {path!r}: no such file. Check the path")
    mark, is_marked = _mark(path)  # Reads all of it: nothing is printed of what can't be read.
    manifest, is_signed = _manifest(path)
    comment, is_named = _comment(path)
    found = {"C2PA": is_signed, "comment": is_named, "mark": is_marked}
    by = [name for name, is_there in found.items() if is_there]
    yield f"{plain(path)}: " + (f"made by vgan, by its {', '.join(by)}" if by else "cannot tell")
    yield f"  C2PA: {plain(manifest)}"
    yield f"  comment: {plain(comment)}"
    yield f"  mark: {mark}"
    if judged:
        yield f"  critics: {judged(path)}"


def _manifest(path):
    try:
        from vgan.marks import manifest
    except ImportError as error:
        return f"not looked for: {error}. Run pip install 'vgan[provenance]'", False
    found = manifest.read(path)
    if found.state == manifest.NONE:
        return "none", False
    if found.state != manifest.VALID:
        said = f"; it was by {found.generator}: {found.says}" if found.generator else ""
        return f"{found.state} ({found.why}){said}", False
    signer = f"signed by {found.signer!r}, which is untrusted: who that is was not checked"
    return f"valid, by {found.generator}: {found.says}; {signer}", found.generator == "vgan"


def _comment(path):
    from vgan.media import imprint

    try:
        found = imprint.read(path)
    except DataError:
        return "can't be read", False
    return found or "none", found.startswith("made by vgan")


def _mark(path):
    from vgan.marks import finding
    from vgan.media.source import open_video

    source = open_video(path)
    found = finding.find(source)
    chance = f"{found.chance:.2g}" if found.chance else "less than 1e-300"
    about = f"z {found.z:.1f}, probability of that by chance {chance}"
    if found.z >= finding.FOUND:
        x, y = found.shift
        return f"{about}; at {found.scale:.3g} of its size, from {x}, {y}", True
    if min(source.size) < finding.SMALL:
        height, width = source.size
        about += f"; {width}x{height} pixels, below {finding.SMALL} a side a mark is mostly lost"
    return f"cannot tell ({about})", False


def _judged(values):
    """A function of a file's path -> what a run's critics say of it, as text."""
    from vgan.data.opening import open_windows
    from vgan.evaluation.critics import Judge
    from vgan.runs import trained
    from vgan.sampling import inversion

    run = trained.restore_one(values.workdir, values.checkpoint, values.trust_code, whole=True)
    about = run.config.data, run.config.clip, run.config.frame_step
    windows = (open_windows(*about, split) for split in ("train", "test"))
    progress = functools.partial(tqdm, desc="critics", unit="batch", disable=None)
    judge = Judge(run, *windows, progress=progress)
    errors = (
        f"of {judge.held_out} held-out real clips {judge.held_out_wrong} are called made, of "
        f"{judge.made} made ones {judge.made_wrong} real"
    )

    def judged(path):
        size, fps = run.card.clip, run.card.fps
        frames = inversion.frames_like(Path(path), size, fps)
        frames = list(itertools.islice(frames, MOST_CLIPS * size.frames))
        clips = [
            np.stack(frames[first : first + size.frames])
            for first in range(0, len(frames) - size.frames + 1, size.frames)
        ]
        if not clips:
            return f"cannot tell ({len(frames)} frames, clips of this run have {size.frames})"
        made = int(judge(np.stack(clips)).sum())
        return f"{made} of {len(clips)} clips are called made; {errors}"

    return judged


def _told(error, path):
    if isinstance(error, DataError | StorageError) or not error.strerror:
        return str(error)
    return f"video {path!r}: can't be read ({error.strerror}). Check the file"


if __name__ == "__main__":
    command.run(main, positional=True)
