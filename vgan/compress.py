"""Packs a video as little as a trained model needs: python -m vgan.compress
--workdir=runs/autoencoder --input=in.mp4 --output=out.vgz, and --restore for the way back.

A run of --model=autoencoder packs latents, one of --task=interpolation(every=4) key frames between
which it makes the others. The file needs that run to be restored; its sound is left out.
"""

from fractions import Fraction
from pathlib import Path

import numpy as np
from absl import flags
from tqdm import tqdm

from vgan.core import command
from vgan.core.errors import DataError, UsageError
from vgan.runs import config

config.define_run_flags()
flags.DEFINE_string("input", None, "A video; with --restore, a file that was packed.")
flags.DEFINE_bool("restore", False, "Make a video of a packed file.")
flags.DEFINE_bool("compare", True, "Say what is lost, beside H.264 of as many bytes.")
flags.DEFINE_string("task", None, "Which of its tasks, of a model trained on several.")
flags.DEFINE_string("label", None, "Class of the video, for models that know classes.")
flags.DEFINE_integer("quality", 75, "Of key frames, as WebP pictures.", 0, 100)
flags.DEFINE_float(
    "step", None, "To which latents are rounded, in deviations (default: 0.25).", 0.03, 2.0
)
command.define_output("out.vgz; with --restore, out.mp4.")


def main():
    values = flags.FLAGS
    command.need(workdir="Name a trained run", input="Name a file")
    if values.checkpoint != "last":
        raise UsageError("--checkpoint: what is packed belongs to the last one. Drop it")
    for name in ("compare", "quality", "step", "label"):
        if values.restore and values[name].present:
            raise UsageError(f"--{name}: has no use with --restore. Drop it")
    output = command.output_file((".mp4",) if values.restore else (".vgz",))
    from vgan.media import packed, writer

    way = _way(values)
    if values.restore:
        found = packed.read(values.input)
        if found.model != way.mark:
            raise DataError(
                f"packed {values.input!r}: was packed by another model, or another step of it, "
                f"than that of --workdir={values.workdir}. Give the run as it was then"
            )
        frames = tqdm(way.restore(found), total=found.frames, unit="frame", disable=None)
        aspect = Fraction(found.pixel_aspect).limit_denominator(1000)
        written = writer.write(output, frames, found.fps, aspect)
        print(f"wrote {written} frames at {found.fps:g} a second: {output}")
        return
    _pack(values, way, output)


def _check_unused(values, what, *names):
    for name in names:
        if values[name].present:
            raise UsageError(f"--{name}: this run packs {what}, which have no use for it. Drop it")


def _pack(values, way, output):
    from vgan.media import packed
    from vgan.media.source import open_video

    source = open_video(values.input)
    frames = tqdm(source, total=source.num_frames, unit="frame", disable=None)
    about = packed.Packed(float(source.fps), tuple(source.size), 0, "")
    found = way.pack(frames, about._replace(pixel_aspect=float(source.pixel_aspect)))
    if not found.frames:
        raise DataError(f"video {values.input!r}: holds no frame. Give another")
    packed.write(output, found)
    size = Path(output).stat().st_size
    print(f"wrote {output}: {found.frames} frames, {size:,} bytes, {_rate(size, found)}")
    if values.compare:
        _compare(way, found, source, size)


def _compare(way, found, source, size):
    from vgan.media import mp4

    restored = _quality(source, way.restore(found))
    data, crf = mp4.beneath(lambda: iter(source), found.fps, found.size, size)
    theirs = _quality(source, mp4.decoded(data, found.size))
    print(f"restored: {restored}")
    print(f"H.264, {len(data):,} bytes, {_rate(len(data), found)}, crf {crf}: {theirs}")


def _quality(source, frames):
    """What is left of a video's frames, as text."""
    from vgan.metrics import paired

    found = []
    for real, made in zip(source, frames, strict=True):
        pair = made[None, None], real[None, None]
        small = min(real.shape[:2]) < paired.WINDOW
        found.append([paired.psnr(*pair)[0], np.nan if small else paired.ssim(*pair)[0]])
    psnr, ssim = np.mean(found, axis=0)
    return f"PSNR {psnr:.2f} dB, SSIM {ssim:.3f}"


def _rate(size, found):
    return f"{8 * size / (found.frames * found.size[0] * found.size[1]):.3f} bits a pixel"


def _way(values):
    from vgan.runs import trained
    from vgan.sampling import compression
    from vgan.sampling.model import digest

    path, trust = values.workdir, values.trust_code
    run = trained.restore(path, trust_code=trust)
    mark = digest(run.model.sampling_networks)
    codecs = trained.codecs_of(run, path, trust)
    if codecs is not None:
        _check_unused(values, "latents", "task", "label", "quality")
        return compression.ByLatents(codecs.of_size, codecs.clip, mark, values.step)
    _check_unused(values, "key frames", "step")
    model = run.sampling_model()
    label = 0 if values.restore else model.needed_label(values.label)
    part = model.task.alone(values.task)
    return compression.ByKeyFrames(model, part, mark, values.quality, label)


if __name__ == "__main__":
    command.run(main)
