"""Shows training runs side by side: python -m vgan.compare runs/base runs/large."""

from pathlib import Path

from absl import flags, logging
from tqdm import tqdm

from vgan.core import command
from vgan.core.errors import UsageError
from vgan.runs import config

command.define_output("HTML file to write.", "compare.html")
flags.DEFINE_integer("num_videos", 8, "How many videos of each run.", lower_bound=1)
flags.DEFINE_integer("seed", 0, "Which videos: the same seed for each run.", lower_bound=0)
config.define_trust_flag()


def main(folders):
    values = flags.FLAGS
    if len(folders) < 2:
        raise UsageError(
            f"runs: {len(folders)} given. Name the folders of two or more training runs, "
            "as in python -m vgan.compare runs/base runs/large"
        )
    output = Path(values.output)
    command.check_new(output)
    from vgan.reports import comparison, runs
    from vgan.runs import trained  # TensorFlow takes seconds to load; flags come first.

    compared = [runs.read(folder) for folder in folders]
    for note in comparison.notes(compared):
        logging.warning("%s", note)
    print(comparison.as_text(*comparison.table(compared)), flush=True)
    drawn = []
    for folder in tqdm(folders, unit="run", disable=None):
        model = trained.load(folder, trust_code=values.trust_code)
        if model.task.needs_given:
            raise UsageError(
                f"run {folder!r}: its --task={model.task.text} makes videos of given ones, and the "
                "page shows videos made from noise. Compare such runs by python -m vgan.evaluate"
            )
        drawn.append((model.sample(values.num_videos, values.seed), model.fps))
    comparison.write(output, compared, drawn, values.seed)
    print(f"wrote {output}")


if __name__ == "__main__":
    command.run(main, positional=True)
