"""How every command of vgan starts and ends: flags in, one clear line and an exit code out."""

import errno
import math
import os
import re
import signal
import sys
from logging import Formatter
from pathlib import Path

from absl import app, flags, logging

from vgan.core import errors, flagfiles
from vgan.core.arguments import is_rate
from vgan.core.escaping import plain

flags.disclaim_key_flags()  # They belong to the commands that have them defined.
CLIP_SUFFIXES = (".mp4", ".gif", ".webp")
"""Of the files that clips are written to."""


def run(main, positional=False):
    """Parses the flags and runs `main()`, turning each known failure into one line on stderr.

    Exit codes: 0 done, 1 flags and usage, 2 input data, 3 diverged, 4 checkpoint or config,
    5 disk, permission or lock, 6 another worker is gone, 130 Ctrl-C, 143 SIGTERM.
    `--verbosity=1` shows the traceback too.
    An error's own line is the last, after TensorFlow's notes, which Python can't silence at start.

    Args:
      main: the command.
      positional: run `main(arguments)` with the list of arguments that are no flags, which may
        stand among the flags; otherwise there must be none.
    """
    # TensorFlow's notes on the machine would bury what a person should read.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # Others may use it, too.
    # NumPy's own threads gain the scores nothing, and spin for minutes on a machine that is shared.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # It was closed, as for a service.
            setattr(sys, name, open(os.devnull, "w"))
    sys.stdout.reconfigure(errors="backslashreplace")  # A file's name may be no text.
    flags.FLAGS.set_gnu_getopt(positional)
    app.run(lambda argv: _guard(main, argv, positional), flags_parser=_parse)


def define_output(text, default=None):
    """Defines --output, with what its help says, and --overwrite."""
    flags.DEFINE_string("output", default, text)
    flags.DEFINE_bool("overwrite", False, "Replace an output that exists.")


def define_fps(text):
    """Defines --fps, with what its help says, checked as it is parsed."""
    flags.DEFINE_float("fps", None, text)
    flags.register_validator(
        "fps", lambda fps: fps is None or is_rate(fps), "must be from 0.01 to 1000"
    )


def define_marks():
    """Defines the flags by which commands say where their videos come from."""
    flags.DEFINE_bool(
        "mark",
        None,
        "An invisible mark, and a signed manifest of C2PA (default: where vgan[provenance] is "
        "installed).",
    )
    about = "PEM file of certificates by which manifests are signed (default: one made by vgan)."
    flags.DEFINE_string("certificate", None, about)
    flags.DEFINE_string("certificate_key", None, "PEM file of the private key of --certificate.")


def need(**advice):
    """Raises UsageError, with advice by the flag's name, for a flag that isn't given."""
    for name, text in advice.items():
        if not flags.FLAGS[name].value:
            raise errors.UsageError(f"--{name}: not given. {text}")


def check_new(path):
    """Raises StorageError for an output that exists, unless --overwrite is given."""
    if Path(path).exists() and not flags.FLAGS.overwrite:
        raise errors.StorageError(
            f"output {str(path)!r}: it exists. Add --overwrite or name another"
        )


def output_file(suffixes=CLIP_SUFFIXES, flag="output", default=None):
    """The `Path` of a file that a flag names to be written, checked before any work is done.

    Args:
      suffixes: those that can be written.
      flag: its name.
      default: the path if the flag isn't given.
    Raises:
      UsageError: no path, or another suffix.
      StorageError: it exists, and --overwrite isn't given.
    """
    known, path = ", ".join(suffixes), flags.FLAGS[flag].value or default
    if path is None:
        raise errors.UsageError(f"--{flag}: not given. Name a file, of {known}")
    path = Path(path)
    if path.suffix.lower() not in suffixes:
        raise errors.UsageError(f"--{flag}={path}: unknown suffix. Known: {known}")
    check_new(path)
    return path


class _Stopped(BaseException):
    """SIGTERM came, and what is only half written is removed on the way out."""


def _stop(*unused):
    raise _Stopped


class _Plain(Formatter):
    def format(self, record):
        return plain(super().format(record))


def _parse(argv):
    try:
        left = flags.FLAGS([argv[0], *flagfiles.expanded(argv[1:])])
        _check_finite()
        return left
    except (flags.Error, errors.UsageError) as error:
        # absl shows the arguments of its own error about yes and no as Python has them.
        _fail(
            re.sub(r"\('(Non-boolean argument) .*\)$", r"\1, true or false is wanted", str(error)),
            1,
        )


def _check_finite():
    """Raises UsageError for numbers that aren't finite: absl's bounds let NaN pass."""
    for name in flags.FLAGS:
        value = flags.FLAGS[name].value
        if flags.FLAGS[name].present and isinstance(value, float) and not math.isfinite(value):
            raise errors.UsageError(f"--{name}={value}: must be a finite number")


def _guard(main, argv, positional=False):
    if len(argv) > 1 and not positional:
        _fail(f"stray argument {argv[1]!r}: flags are written --name=value, with an equals sign", 1)
    if flags.FLAGS["verbosity"].value < 1:
        logging.set_verbosity(logging.WARNING)
        logging.get_absl_handler().setFormatter(_Plain("vgan: warning: %(message)s"))
    try:
        signal.signal(signal.SIGTERM, _stop)
        return main(argv[1:]) if positional else main()
    except KeyboardInterrupt:
        _fail("stopped by Ctrl-C", 130)
    except _Stopped:
        _fail("stopped by SIGTERM", 143)
    except errors.VganError as error:
        _end(error, str(error), error.exit_code)
    except OSError as error:
        _end(error, _explain(error), 5)
    except Exception as error:
        known = _raised_in_graph(error)
        if known:
            _end(error, str(known), known.exit_code)
        # TensorFlow reports a full disk with the class it has for full memory.
        if "No space left on device" not in str(error):
            raise
        _end(error, f"disk full: {error}. Free some space and run the same command again", 5)


def _raised_in_graph(error):
    """The VganError of a tf.numpy_function, of which TensorFlow hands on the traceback alone."""
    raised = r"^vgan\.core\.errors\.(\w+): (.*?)\n\n"
    found = re.search(raised, str(error), re.DOTALL | re.MULTILINE)
    return getattr(errors, found[1])(found[2]) if found else None


def _explain(error):
    path = "" if error.filename is None else f" {error.filename!r}"
    if error.errno == errno.ENOSPC:
        return f"disk full{path}: free some space and run the same command again"
    reason = error.strerror or str(error)
    return f"can't use a file{path}: {reason}. Check the path and its permissions"


def _end(error, text, code):
    if flags.FLAGS.is_parsed() and flags.FLAGS["verbosity"].value >= 1:
        import traceback

        traceback.print_exception(error)
    _fail(text, code)


def _fail(text, code):
    text = plain(" ".join(text.split()))
    print(f"vgan: error: {text}", file=sys.stderr, flush=True)
    sys.exit(code)
