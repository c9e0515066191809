"""Paints a video in the style of a picture, without training: python -m vgan.stylize
--input=in.mp4 --style=picture.png --output=out.mp4.

Frames go through one by one, each begun with the last one, moved; the sound is kept.
"""

from absl import flags
from tqdm import tqdm

from vgan.core import command, spec
from vgan.core.errors import UsageError

flags.DEFINE_string("input", None, "A video or picture file.")
flags.DEFINE_string("style", None, "A picture or video whose style is taken.")
command.define_output("out.mp4.")
command.define_marks()
flags.DEFINE_string(
    "features",
    "random2d()",
    "What sees style: random2d(), vgg19(weights='...') of vgan/networks; or the workdir of a run "
    "with a critic of frames.",
)
flags.DEFINE_float("style_weight", 1.0, "Of the style.", lower_bound=0)
flags.DEFINE_float("content_weight", 0.05, "Of what is where in the frames.", lower_bound=0)
flags.DEFINE_float("motion_weight", 1000.0, "Of keeping to the last frame, moved.", lower_bound=0)
flags.DEFINE_integer("first_steps", 150, "Of the search for the first frame.", lower_bound=1)
flags.DEFINE_integer("steps", 20, "Of the search for each later one.", lower_bound=1)
flags.DEFINE_integer("short_side", 0, "Pixels the style is brought to; 0 for the video's.", 0)
flags.DEFINE_string("estimator", "farneback()", "Of flow, of vgan/motion/estimators.py.")
flags.DEFINE_bool("trust_code", False, "Import code that the folder names by dotted paths.")


def main():
    values = flags.FLAGS
    command.need(input="Name a video file", style="Name the picture of a style")
    if not values.style_weight:
        raise UsageError("--style_weight=0: paints nothing. Give a weight above 0")
    output = command.output_file((".mp4",))
    from vgan.marks.marking import Marking
    from vgan.marks.origin import Origin
    from vgan.media.source import open_video
    from vgan.media.writer import write
    from vgan.metrics import style
    from vgan.sampling.stylization import Painter, Wish

    marking = Marking(values.mark, values.certificate, values.certificate_key)
    source = open_video(values.input)
    estimate = spec.of_flag("estimator", values.estimator, "vgan.motion.estimators.{}")
    features = _features(values)
    shown = style.of_file(values.style, values.short_side or min(source.size))
    weights = values.style_weight, values.content_weight, values.motion_weight
    wish = Wish(*weights, first=values.first_steps, further=values.steps)
    painter = Painter(features, style.Style(features, shown), source.size, estimate, wish)
    frames = tqdm(source, total=source.num_frames, unit="frame", disable=None)
    painted, imprint = marking(painter(frames)), marking.imprint(Origin("vgan.stylize", given=True))
    written = write(output, painted, source.fps, source.pixel_aspect, source, imprint)
    print(f"wrote {written} frames at {float(source.fps):g} a second: {output}")


def _features(values):
    from pathlib import Path

    if not Path(values.features).is_dir():
        return spec.of_flag("features", values.features, "vgan.networks.{}.features")
    from vgan.networks import seen_by_critics
    from vgan.runs import trained

    run = trained.restore(values.features, trust_code=values.trust_code, whole=True)
    return seen_by_critics.features(getattr(run.model, "critic_modules", []), values.features)


if __name__ == "__main__":
    command.run(main)
