"""Treats any video: python -m vgan.treat --input=in.mp4 --after='frame_rate(fps=50, how="flow")'
--output=out.mp4.

Frames go through one by one, without a network; the sound is kept.
"""

from absl import flags
from tqdm import tqdm

from vgan.core import command

flags.DEFINE_string("input", None, "A video file.")
flags.DEFINE_string(
    "after",
    None,
    "Treatments of vgan/treatments, from left to right: denoise(strength=3) + frame_rate(fps=50).",
)
command.define_output("out.mp4.")


def main():
    values = flags.FLAGS
    command.need(input="Name a video file", after="Name treatments, such as sharpen(amount=0.5)")
    output = command.output_file((".mp4",))
    from vgan.media.source import open_video
    from vgan.media.writer import write
    from vgan.treatments import chain

    treatments = chain.build(values.after)
    source = open_video(values.input)
    frames = tqdm(source, total=source.num_frames, unit="frame", disable=None)
    frames, fps = chain.apply(treatments, frames, source.fps)
    aspect = chain.pixel_aspect(treatments, source.pixel_aspect)
    written = write(output, frames, fps, aspect, source)
    print(f"wrote {written} frames at {float(fps):g} a second: {output}")


if __name__ == "__main__":
    command.run(main)
