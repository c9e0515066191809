"""A video painted by vgan.stylize: does it hold still, beside painting each frame by itself?

  python experiments/stylization.py --input=FILE --style=experiments/pictures/style.webp

The warp error is along the flow of the input (Farneback), over the input's own; style is how far
the Gram matrices of the last frame are from the picture's, as a share, of the input's 1 or so.
"""

import itertools
import time

import held_out
import numpy as np
import trial
from absl import flags
from steadiness import warp_error

from vgan.core import command

flags.DEFINE_string("input", None, "A video file.")
flags.DEFINE_string("style", None, "A picture.")
flags.DEFINE_integer("height", 96, "Of the frames.", lower_bound=16)
flags.DEFINE_integer("width", 128, "Of the frames.", lower_bound=16)
flags.DEFINE_integer("frames", 50, "The most frames.", lower_bound=2)
flags.DEFINE_string("painted", None, "A video that was painted of it, to be measured instead.")
flags.DEFINE_string("output", "experiments/results/stylization.csv", "CSV file of the rows.")


def main():
    from vgan.metrics import style
    from vgan.motion import estimators
    from vgan.networks import random2d
    from vgan.sampling.stylization import Painter, Wish

    values = flags.FLAGS
    held_out.check_given("input", "style")
    source, features = _frames(values.input), random2d.features()
    size = source.shape[1:3]
    wanted = style.Style(features, style.of_file(values.style, min(size)))

    def painted(estimate):
        begin = time.perf_counter()
        found = np.stack(list(Painter(features, wanted, size, estimate, Wish())(source)))
        return found, round(time.perf_counter() - begin, 1)

    if values.painted:
        found = {"painted": (_frames(values.painted), "")}
    else:
        found = {"stylize": painted(estimators.farneback()), "each by itself": painted(None)}
    for method, (video, seconds) in found.items():
        ratio = warp_error(video[None], source[None]) / warp_error(source[None])
        row = {"input": values.input.rpartition("/")[2], "method": method, "frames": len(video)}
        row |= {"seconds": seconds, "warp_error_ratio": round(float(ratio), 4)}
        row |= {"style": _style(wanted, video), "style_of_input": _style(wanted, source)}
        print(row)
        trial.Rows(values.output).add(row)


def _frames(path):
    from vgan.media.source import open_video
    from vgan.treatments import resize

    video, values = open_video(path), flags.FLAGS
    treat = resize.treatment(values.height, values.width)
    return np.stack(list(treat(itertools.islice(video, values.frames), video.fps)[0]))


def _style(wanted, video):
    from vgan.core.clip import to_float

    return round(float(wanted(to_float(video[-1:]))[0]), 4)


if __name__ == "__main__":
    command.run(main)
