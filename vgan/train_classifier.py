"""Trains a classifier of labelled data: python -m vgan.train_classifier --data=F --output=G."""

import time

from absl import flags

from vgan.core import command
from vgan.core.clip import ClipSpec

flags.DEFINE_string("data", None, "A prepared folder, or embedded data such as shapes().")
command.define_output("Folder of the classifier.")
flags.DEFINE_integer("frames", 16, "Frames of a clip.", lower_bound=1)
flags.DEFINE_integer("frame_step", 1, "Take every so many-th frame of a video.", lower_bound=1)
flags.DEFINE_integer("height", 32, "Height of a clip in pixels.", lower_bound=1)
flags.DEFINE_integer("width", 32, "Width of a clip in pixels.", lower_bound=1)
flags.DEFINE_integer("steps", 1000, "Steps of 32 clips.", lower_bound=1)
flags.DEFINE_integer("seed", 0, "Seed of weights, order and augmentation.", 0, 2**32 - 1)


def main():
    values = flags.FLAGS
    command.need(data="Name a folder, or embedded data", output="Name a folder")
    from vgan.data.opening import open_windows  # TensorFlow takes seconds to load.
    from vgan.metrics import classifier
    from vgan.training.classifier import train
    from vgan.training.progress import line

    classifier.check_output(values.output, values.overwrite)
    clip = ClipSpec(values.frames, values.height, values.width)
    windows, held_out = (
        open_windows(values.data, clip, values.frame_step, split) for split in ("train", "test")
    )
    start = time.perf_counter()

    def progress(step, loss, accuracy):
        left = (time.perf_counter() - start) / step * (values.steps - step)
        print(
            line(step, values.steps, f"loss {loss:.3f}  accuracy {accuracy:.1%}", left), flush=True
        )

    made = train(values.data, windows, held_out, values.steps, values.seed, progress)
    classifier.save(made, values.output, values.overwrite)
    accuracy, count = made.about["held_out_accuracy"], made.about["n_held_out"]
    print(f"wrote {values.output}: right on {accuracy:.1%} of {count} held-out clips")


if __name__ == "__main__":
    command.run(main)
