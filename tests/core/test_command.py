"""How commands end: one line and an exit code."""

import errno
import re
import subprocess
import sys

import pytest
import tensorflow as tf
from absl import flags, logging
from absl.testing import flagsaver

from vgan.core import command, errors
from vgan.data import pipeline


@pytest.fixture
def ends(capsys):
    """A function that runs a main with the guard; gives the exit code, None for none, and err."""

    def run(main, argv=("command",), verbosity=-1):
        with flagsaver.as_parsed(verbosity=str(verbosity)):
            try:
                code = command._guard(main, list(argv))
            except SystemExit as end:
                code = end.code
        return code, capsys.readouterr().err

    before = logging.get_verbosity()
    flags.FLAGS.mark_as_parsed()
    yield run
    flags.FLAGS.unparse_flags()
    logging.set_verbosity(before)


def raises(error):
    def main():
        raise error

    return main


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.UsageError, 1),
        (errors.DataError, 2),
        (errors.DivergedError, 3),
        (errors.CheckpointError, 4),
        (errors.StorageError, 5),
    ],
)
def test_known_errors_are_one_line(ends, kind, code):
    assert ends(raises(kind("file 'a b': it\n  is bad. Mend\tit"))) == (
        code,
        "vgan: error: file 'a b': it is bad. Mend it\n",
    )


def test_a_command_that_works_says_nothing(ends):
    assert ends(lambda: None) == (None, "")


def test_ctrl_c(ends):
    assert ends(raises(KeyboardInterrupt())) == (130, "vgan: error: stopped by Ctrl-C\n")


def test_a_stray_argument_comes_with_a_hint(ends):
    code, err = ends(raises(AssertionError("ran")), ["command", "false", "x"])
    assert code == 1
    assert err == (
        "vgan: error: stray argument 'false': flags are written --name=value, with an equals sign\n"
    )


def test_files_that_can_not_be_used(ends, tmp_path):
    code, err = ends(lambda: open(tmp_path / "no" / "x"))
    assert code == 5
    assert err.startswith(f"vgan: error: can't use a file '{tmp_path}/no/x': No such file")
    code, err = ends(raises(PermissionError(errno.EACCES, "Permission denied", "/x")))
    assert (code, "'/x': Permission denied." in err) == (5, True)


def test_a_full_disk(ends):
    full = OSError(errno.ENOSPC, "No space left on device", "/data/x")
    assert ends(raises(full)) == (
        5,
        "vgan: error: disk full '/data/x': free some space and run the same command again\n",
    )

    def write():
        with open("/dev/full", "w") as file:
            file.write("x")

    code, err = ends(write)  # Here Python doesn't know the name.
    assert (code, "None" in err) == (5, False)
    assert err.startswith("vgan: error: disk full")


def test_tensorflows_full_disk_is_not_full_memory(ends):
    text = "/runs/a/ckpt-2.data; No space left on device [Op:SaveV2]"
    code, err = ends(raises(tf.errors.ResourceExhaustedError(None, None, text)))
    assert code == 5
    assert err.startswith("vgan: error: disk full: /runs/a/ckpt-2.data; No space left")
    with pytest.raises(tf.errors.ResourceExhaustedError):
        ends(raises(tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")))


def test_a_defect_of_vgan_keeps_its_traceback(ends):
    with pytest.raises(ZeroDivisionError):
        ends(lambda: 1 / 0)


def test_the_traceback_is_there_for_those_who_ask(ends):
    code, err = ends(raises(errors.DataError("bad")), verbosity=1)
    assert code == 2
    assert err.startswith("Traceback (most recent call last):")
    assert err.endswith("\nvgan: error: bad\n")


class Damaged:
    source = None

    def __len__(self):
        return 2

    def __getitem__(self, index):
        if index:
            raise errors.DataError("data file 'a: b':\nat byte 7, cut. Restore it")
        return tf.zeros([1, 2, 2, 3], tf.uint8).numpy(), 0


def test_an_error_of_the_input_pipeline_keeps_its_kind(ends):
    code, err = ends(lambda: list(pipeline.batches(Damaged(), 2, seed=0).take(2)))
    assert (code, err) == (2, "vgan: error: data file 'a: b': at byte 7, cut. Restore it\n")


def test_an_error_inside_a_compiled_step_keeps_its_kind(ends):
    @tf.function(autograph=False)
    def step():
        main = raises(errors.UsageError("frames of 8x8: too small. Raise --height"))
        return tf.numpy_function(main, [], tf.float32)

    assert ends(step) == (1, "vgan: error: frames of 8x8: too small. Raise --height\n")


def test_another_error_inside_a_graph_is_a_defect(ends):
    step = tf.function(lambda: tf.numpy_function(raises(ValueError("mine")), [], tf.float32))
    with pytest.raises(tf.errors.InvalidArgumentError, match="ValueError: mine"):
        ends(step)


def test_flags_that_can_not_be_parsed(capsys):
    flags.DEFINE_float("share", 0.5, "Within bounds, which NaN passes.", 0, 1)
    for argument, text in (
        ("--verbosityy=1", "Unknown command line flag 'verbosityy'. Did you mean: verbosity ?"),
        ("--flagfile=/no/such.flags", "Unable to open flagfile: .*/no/such.flags"),
        ("--verbosity=high", "flag --verbosity=high"),
        ("--share=nan", "--share=nan: must be a finite number"),
    ):
        with pytest.raises(SystemExit) as caught:
            command._parse(["command", argument])
        assert caught.value.code == 1
        err = capsys.readouterr().err
        assert re.fullmatch(f"vgan: error: .*{text}.*\n", err)
    del flags.FLAGS.share
    flags.FLAGS.unparse_flags()


def test_help_of_a_command_lists_the_flags_that_core_defines_for_it():
    done = subprocess.run(
        [sys.executable, "-m", "vgan.animate", "--help"], capture_output=True, text=True
    )
    for name in "output", "fps":
        assert f"--{name}:" in done.stdout, done.stderr


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_what_is_closed_is_not_written_to(closed):
    told = "import sys; print(1); print(2, file=sys.stderr); sys.exit(7)"
    code = f"from vgan.core import command; command.run(lambda: exec({told!r}))"
    done = subprocess.run(["sh", "-c", f'exec "$0" -c "$1" {closed}', sys.executable, code])
    assert done.returncode == 7
