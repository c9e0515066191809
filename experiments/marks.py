"""The invisible mark: what it costs, what it survives, and whether real videos seem to have it.

  python experiments/marks.py --videos=FOLDER --workdir=RUN

Videos of the folder are cut to a square and brought to each size; clips of the run are enlarged to
it. Each is marked and written by vgan, and the file is treated. Then clips of the folder without a
mark, windows and squares chosen at random, are looked at in the same way.
"""

import functools
import itertools
import random
import tempfile
from pathlib import Path

import av
import cv2
import numpy as np
import trial
from absl import flags

from vgan.core import command

flags.DEFINE_string("videos", None, "Folder of real videos, in folders or not.")
flags.DEFINE_string("workdir", None, "Of a run whose clips are marked.")
flags.DEFINE_list("sizes", ["256", "128", "64"], "Pixels a side.")
flags.DEFINE_integer("clips", 8, "Of each kind and size.", lower_bound=1)
flags.DEFINE_integer("unmarked", 1000, "Real clips without a mark.", lower_bound=0)
flags.DEFINE_integer("frames", 24, "Of a real clip.", lower_bound=1)
flags.DEFINE_string("output", "experiments/results/marks.csv", "CSV file of the rows.")


def main():
    values = flags.FLAGS
    command.need(videos="Name a folder of videos")
    paths = sorted(path for path in Path(values.videos).rglob("*") if path.is_file())
    rows = trial.Rows(values.output)
    made = _made() if values.workdir else None
    for size in map(int, values.sizes):
        _try(rows, "real", size, lambda size=size: _real(paths, size))
        if made:
            name, videos, fps = made
            zoom = size // videos.shape[2]
            clips = [(video.repeat(zoom, axis=1).repeat(zoom, axis=2), fps) for video in videos]
            _try(rows, f"made by {name}", size, lambda clips=clips: clips)
    _look_at_unmarked(rows, paths)


def _try(rows, kind, size, clips):
    for name, treat in TREATMENTS.items():
        about = {"clips": kind, "size": size, "treatment": name}
        if rows.find(**about):
            continue
        found = [_survived(video, fps, treat) for video, fps in clips()]
        z, psnr = np.array(found).T
        row = about | {"number": len(z), "psnr": round(float(psnr.mean()), 2)}
        row |= {"z_least": round(float(z.min()), 1), "z_median": round(float(np.median(z)), 1)}
        row |= {"z_most": round(float(z.max()), 1), "above_5": int((z > 5).sum())}
        print(row, flush=True)
        rows.add(row)


def _survived(video, fps, treat):
    """The z of what a treatment leaves of a marked clip, and the PSNR of the mark."""
    from vgan.marks import finding, pattern
    from vgan.media.clips import write_video
    from vgan.media.source import open_video

    marked = np.stack(list(pattern.marked(video)))
    error = np.mean(np.square(marked.astype(float) - video))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.mp4"
        write_video(path, marked, fps)
        path = treat(path, Path(folder)) or path
        return finding.find(open_video(path)).z, 10 * np.log10(255**2 / error)


def _look_at_unmarked(rows, paths):
    from vgan.marks import finding

    number, about = flags.FLAGS.unmarked, {"clips": "real", "size": "64 to 256"}
    about["treatment"] = "no mark"
    if not number or rows.find(**about):
        return
    draw, z = random.Random(0), []
    for turn in range(number):
        video = _window(paths[turn % len(paths)], draw, draw.randint(64, 256))
        z.append(finding.find(video).z)
    row = about | {"number": number, "psnr": "", "z_least": round(min(z), 1)}
    row |= {"z_median": round(float(np.median(z)), 1), "z_most": round(max(z), 1)}
    row |= {"above_5": sum(one > 5 for one in z)}
    print(row, flush=True)
    rows.add(row)


def _real(paths, size):
    """Clips of as different videos as there are, and their frames a second."""
    from vgan.media.source import open_video

    number = min(flags.FLAGS.clips, len(paths))
    for place in np.linspace(0, len(paths) - 1, number).round().astype(int):
        source = open_video(paths[place])
        frames = itertools.islice(source, flags.FLAGS.frames)
        yield np.stack([_square(frame, size) for frame in frames]), float(source.fps)


def _made():
    """What made some clips, uint8 [N, T, H, W, 3], and their frames a second."""
    from vgan.runs import trained

    model = trained.load(flags.FLAGS.workdir)
    return model.name, model.sample(flags.FLAGS.clips, seed=0), model.fps


def _window(path, draw, size):
    """Frames of a random place of a video, of a random square of it."""
    frames = _first_frames(path)
    first = draw.randrange(max(1, len(frames) - 8))
    side = draw.randint(min(frames[0].shape[:2]) // 2, min(frames[0].shape[:2]))
    top, left = (draw.randint(0, whole - side) for whole in frames[0].shape[:2])
    window = frames[first : first + flags.FLAGS.frames]
    return [_square(frame[top : top + side, left : left + side], size) for frame in window]


@functools.cache
def _first_frames(path):
    from vgan.media.source import open_video

    return list(itertools.islice(open_video(path), 200))


def _square(frame, size):
    side = min(frame.shape[:2])
    top, left = ((whole - side) // 2 for whole in frame.shape[:2])
    frame = frame[top : top + side, left : left + side]
    how = cv2.INTER_AREA if side > size else cv2.INTER_CUBIC
    return cv2.resize(frame, (size, size), interpolation=how)


def _frames(path):
    from vgan.media.source import open_video

    source = open_video(path)
    return list(source), source.fps


def _encoded(folder, frames, fps, crf, codec="libx264"):
    """A file of frames, cut to even sides, by another encoder than vgan's own way."""
    path = folder / f"treated-{crf}.mp4"
    height, width = (side // 2 * 2 for side in frames[0].shape[:2])
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=fps)
        stream.height, stream.width, stream.pix_fmt = height, width, "yuv420p"
        if codec == "libx264":
            stream.options = {"crf": str(crf)}
        else:
            stream.codec_context.bit_rate = crf
        for frame in frames:
            pixels = np.ascontiguousarray(frame[:height, :width])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    return path


def _compressed(crf):
    return lambda path, folder: _encoded(folder, *_frames(path), crf)


def _half(path, folder):
    frames, fps = _frames(path)
    side = len(frames[0]) // 2
    return _encoded(folder, [_square(frame, side) for frame in frames], fps, 23)


def _cut(path, folder):
    frames, fps = _frames(path)
    side = 3 * len(frames[0]) // 4
    cut = [frame[7 : 7 + side, 11 : 11 + side] for frame in frames]
    return _encoded(folder, cut, fps, 23)


def _at_rate(share):
    def treat(path, folder):
        from vgan.treatments import frame_rate

        frames, fps = _frames(path)
        treated, fps = frame_rate.treatment(float(fps * share))(frames, fps)
        return _encoded(folder, list(treated), fps, 23)

    return treat


def _as_gif(path, folder):
    from vgan.media.clips import write_video

    frames, fps = _frames(path)
    write_video(folder / "treated.gif", np.stack(frames), float(fps))
    return folder / "treated.gif"


def _recorded(path, folder):
    """As from a screen: smaller, not from the corner, at another rate, by another codec."""
    frames, fps = _frames(path)
    side = round(0.8 * len(frames[0]))
    shown = [_square(frame, side)[3:, 5:] for frame in frames]
    times = np.arange(0, len(shown) - 0.5, 0.8).astype(int)
    bits = int(0.4 * side * side * fps * 5 / 4)
    return _encoded(folder, [shown[n] for n in times], fps * 5 / 4, bits, "mpeg4")


TREATMENTS = {
    "as written": lambda path, folder: None,
    "H.264, CRF 18": _compressed(18),
    "H.264, CRF 23": _compressed(23),
    "H.264, CRF 28": _compressed(28),
    "half size, CRF 23": _half,
    "cut to 3/4, CRF 23": _cut,
    "2/3 of the frame rate, CRF 23": _at_rate(2 / 3),
    "twice the frame rate, CRF 23": _at_rate(2),
    "GIF": _as_gif,
    "0.8 of the size, 5/4 of the rate, MPEG-4": _recorded,
}
"""Of a file in a folder: the path of what becomes of it, or None for the file itself."""


if __name__ == "__main__":
    command.run(main)
