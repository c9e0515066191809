"""Chunks in processes of their own: a file may crash, hang or bloat one without harm to others."""

import concurrent.futures
import contextlib
import functools
import multiprocessing
import os
import resource
import signal
import threading
import time
from multiprocessing import resource_tracker

from pebble import ProcessExpired, ProcessPool

from data_prep.writing import chunks
from vgan.core.errors import DataError

_PROGRESS_SECONDS = 0.5
_CHUNKS_A_PROCESS = 64  # Then a new one takes its place: decoders lose a little memory each time.
_BEFORE = -1  # What is noted of a chunk of which no item was begun.


def write(todo, workers, progress):
    """Writes chunks; a file that kills its process is skipped when its chunk is written again.

    Args:
      todo: a list of `Chunk`.
      workers: number of processes.
      progress: called now and then with the number of items done.
    """
    waiting, workers = list(reversed(todo)), min(workers, len(todo))
    bad = {chunk.number: {} for chunk in todo}
    context = multiprocessing.get_context("spawn")
    done, running = 0, {}
    pool = ProcessPool(
        workers, _CHUNKS_A_PROCESS, context=context, initializer=_start, initargs=[os.getpid()]
    )
    with pool:
        try:
            _start_without_interrupts(pool)
            while waiting or running:
                while waiting and len(running) < 2 * workers:
                    chunk = waiting.pop()
                    running[pool.schedule(_write, [chunk, bad[chunk.number]])] = chunk
                first = concurrent.futures.FIRST_COMPLETED
                for future in concurrent.futures.wait(running, _PROGRESS_SECONDS, first).done:
                    chunk = running.pop(future)
                    try:
                        future.result()
                        done += len(chunk.items)
                    except ProcessExpired as error:
                        _blame(chunk, bad[chunk.number], error)
                        waiting.append(chunk)
                progress(done + sum(max(0, _current(chunk)) for chunk in running.values()))
        except BaseException:
            pool.stop()
            raise


def _start_without_interrupts(pool):
    """Ctrl-C is for this thread: what it starts inherits that it isn't for them, from the first."""
    resource_tracker.ensure_running()  # Where it must be started first, it lets interrupts through.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        _ = pool.active  # Asking starts it.
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _blame(chunk, bad, error):
    """Notes the item that a process was at when it ended."""
    number = _current(chunk)
    if number == _BEFORE or number in bad:
        raise DataError(
            f"input folder {chunk.source!r}: a worker ended with {error.exitcode} before it read "
            f"a file, near {chunk.items[0].path!r}. Is there memory for --workers?"
        )
    settings = chunk.settings
    if error.exitcode == -signal.SIGALRM:
        bad[number] = f"not done after --file_seconds={settings.file_seconds:g}"
    elif error.exitcode < 0:
        name = signal.Signals(-error.exitcode).name
        bad[number] = f"the process that read it was ended by {name}"
    else:
        bad[number] = f"the process that read it ended with {error.exitcode}"


def _start(parent):
    for number in (signal.SIGALRM, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    threading.Thread(target=_end_with, args=[parent], daemon=True).start()


def _end_with(parent):
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _write(chunk, bad):
    _note(chunk, _BEFORE)
    chunks.write(chunk, functools.partial(_limited, chunk), bad)


@contextlib.contextmanager
def _limited(chunk, number):
    """Reads an item within its time and memory; time that is up ends the process."""
    _note(chunk, number)
    signal.setitimer(signal.ITIMER_REAL, chunk.settings.file_seconds)
    limits = resource.getrlimit(resource.RLIMIT_AS)
    used = _address_space()
    if used:
        most = used + chunk.settings.file_memory * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (most, limits[1]))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        resource.setrlimit(resource.RLIMIT_AS, limits)


def _address_space():
    """Bytes of it that this process has, where the system says so."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except FileNotFoundError:
        return 0


def _note(chunk, number):
    # Written over, all of it at once: whoever reads it meanwhile never finds it empty.
    file = os.open(chunk.part(".now"), os.O_WRONLY | os.O_CREAT)
    os.write(file, b"%6d" % number)
    os.close(file)


def _current(chunk):
    try:
        with open(chunk.part(".now")) as file:
            return int(file.read())
    except (FileNotFoundError, ValueError):  # Not begun, or just being begun.
        return _BEFORE
