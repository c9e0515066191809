"""Moves a still picture: python -m vgan.animate --input=in.png --output=out.mp4 --moves='...'."""

from absl import flags
from tqdm import tqdm

from vgan.core import command, spec
from vgan.core.errors import UsageError

flags.DEFINE_string("input", None, "A picture file.")
command.define_output("out.mp4, .gif or .webp.")
command.define_marks()
flags.DEFINE_string(
    "moves",
    None,
    "One after the other: pan(dx=8, dy=0), zoom(factor=1.2), rotate(degrees=10), "
    "sway(amplitude=4, period=1.0), follow(track='a.csv') of show_motion; joined by +.",
)
flags.DEFINE_string("motion_of", None, "A video whose motion moves the picture, without --moves.")
flags.DEFINE_integer("frames", None, "How many, with --moves (default: 48).", lower_bound=1)
flags.DEFINE_string("estimator", None, "Of flow, with --motion_of (default: dis()).")
command.define_fps("Frames a second (default: as --motion_of, or 25).")
flags.DEFINE_string("after", "", "Treatments of what is made, of vgan/treatments: sharpen().")


def main():
    values = flags.FLAGS
    _check_combination(values)
    output = command.output_file()
    from vgan.marks.marking import Marking
    from vgan.marks.origin import Origin
    from vgan.media.clips import write_frames
    from vgan.media.still import read_picture
    from vgan.treatments import chain

    treatments = chain.build(values.after)
    marking = Marking(values.mark, values.certificate, values.certificate_key)
    picture = read_picture(values.input)
    frames, count, rate = (_by_moves if values.moves else _by_video)(values, picture)
    progress = tqdm(frames, total=count, unit="frame", disable=None)
    frames, rate = chain.apply(treatments, progress, values.fps or rate)
    imprint = marking.imprint(Origin("vgan.animate", given=True))
    write_frames(output, marking(frames), float(rate), imprint)
    print(f"wrote {output}")


def _by_moves(values, picture):
    from vgan.motion import animation

    count = values.frames or 48
    return animation.animate(picture, animation.parse(values.moves), count), count, 25


def _by_video(values, picture):
    from vgan.media.source import open_video
    from vgan.motion.transfer import transfer

    estimate = spec.of_flag("estimator", values.estimator or "dis()", "vgan.motion.estimators.{}")
    source = open_video(values.motion_of)
    return transfer(source, picture, estimate), source.num_frames, source.fps


def _check_combination(values):
    command.need(input="Name a picture file")
    if bool(values.moves) == bool(values.motion_of):
        raise UsageError("--moves, --motion_of: give one of the two, rules or a video")
    if values.motion_of and values.frames is not None:
        raise UsageError("--frames: with --motion_of there are as many as in the video. Drop it")
    if values.moves and values.estimator is not None:
        raise UsageError("--estimator: --moves are drawn without flow. Drop it")


if __name__ == "__main__":
    command.run(main)
