"""Shows a page to play with models on: python -m vgan.play --workdir=runs/base.

Two on one page: python -m vgan.play --workdir=runs/one --workdir=runs/other.
"""

from absl import flags

from vgan.core import command
from vgan.core.errors import UsageError
from vgan.runs import checkpoint_choice, config

flags.DEFINE_multi_string("workdir", [], "Folder of a training run; several times, to compare.")
flags.DEFINE_multi_string("model", [], "Folder of an export, likewise.")
flags.DEFINE_string("checkpoint", "last", checkpoint_choice.HELP)
config.define_trust_flag()
config.define_sampler_flag()
config.define_back_flag()
flags.DEFINE_integer(
    "port", 0, "Of this machine (default: as the last time, or a free one).", 0, 2**16 - 1
)
flags.DEFINE_bool("open", True, "Open the page in a browser.")
command.define_marks()


def main():
    values = flags.FLAGS
    if not values.workdir + values.model:
        raise UsageError("--workdir, --model: give one or more, a training run or an export")
    checkpoint_choice.parse(values.checkpoint)
    from vgan.marks.marking import Marking
    from vgan.playing import served, session  # TensorFlow takes seconds to load.

    marking = Marking(values.mark, values.certificate, values.certificate_key)
    paths = [*values.workdir, *values.model]
    about = {name: values[name].value for name in ("trust_code", "sampler", "back")}
    models = served.opened(paths, values.checkpoint, **about)
    try:
        session.serve(models, marking, values.port, values.open)
    except KeyboardInterrupt:
        print("the page is closed")


if __name__ == "__main__":
    command.run(main)
