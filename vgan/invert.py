"""Finds the latents of a clip: python -m vgan.invert --workdir=RUN --input=in.mp4 --output=out.mp4.

The output shows the clip beside what the generator makes of the latents that were found.
"""

import functools
from pathlib import Path

import numpy as np
from absl import flags
from tqdm import tqdm

from vgan.core import command
from vgan.runs import config

config.define_run_flags()
flags.DEFINE_string("input", None, "A video, whose first frames are cut and resized as needed.")
flags.DEFINE_string("label", None, "Its class, for a model that knows classes.")
flags.DEFINE_integer("steps", 300, "Of the search.", lower_bound=0)
flags.DEFINE_float("realism", 0.02, "Weight of the critics beside the distance.")
flags.register_validator(  # Bounds of absl's own let NaN pass.
    "realism", lambda realism: 0 <= realism < 1e6, "must be at least 0 and below 1e6"
)
flags.DEFINE_integer("seed", 0, "Of the latents that the search begins with.", lower_bound=0)
command.define_output("out.mp4, .gif or .webp: the clip, and what was found.")
command.define_marks()
flags.DEFINE_string(
    "latents", None, "out.npy, [1, ...], for the endpoint `decode` of an export, and vgan.walk."
)
flags.DEFINE_integer("zoom", 1, "Enlarge every pixel so many times.", lower_bound=1)


def main():
    values = flags.FLAGS
    command.need(workdir="Name the folder of a training run", input="Name a video")
    output = command.output_file()
    latents = values.latents and command.output_file((".npy",), "latents")
    from vgan.core.files import replacing
    from vgan.marks.marking import Marking
    from vgan.marks.origin import Origin
    from vgan.media.clips import enlarged, grid, write_frames
    from vgan.runs import trained
    from vgan.sampling import inversion

    marking = Marking(values.mark, values.certificate, values.certificate_key)
    trusted = values.trust_code
    run = trained.restore_one(values.workdir, values.checkpoint, trusted, whole=True)
    model = run.sampling_model()
    label = model.needed_label(values.label)
    video = inversion.read_clip(Path(values.input), run.card.clip, run.card.fps)
    progress = functools.partial(tqdm, unit="step", disable=None)
    how = label, values.steps, values.realism, values.seed
    found = inversion.invert(run, video, *how, progress)
    both = grid(np.stack([video, found.video]), columns=2)
    imprint = marking.imprint(Origin.of("vgan.invert", model, given=True))
    write_frames(output, marking(enlarged(both, values.zoom)), run.card.fps, imprint)
    if latents:
        with replacing(latents) as temporary, open(temporary, "wb") as file:
            np.save(file, found.latents[None])
    print(
        f"wrote {output}: mean difference {found.error:.1f} grey levels, "
        f"{found.first_error:.1f} before the search"
    )


if __name__ == "__main__":
    command.run(main)
