"""Long work in the background, one piece at a time for each model, watched and ended at will."""

import queue
import secrets
import threading

from absl import logging

from vgan.core.errors import DataError, VganError, told

_KEPT, _PATIENCE = 200, 20  # Jobs that are remembered; seconds that the running ones have to end.
_ENDS = ("done", "failed", "cancelled")


class CancelledError(Exception):
    """A job was told to end."""


class Job:
    """A piece of work, and how far it is.

    Attributes:
      state: "waiting", "running", "done", "failed" or "cancelled".
      results: dicts of what is made so far.
    """

    def __init__(self, total, unit):
        self.state, self.results = "waiting", []
        self._done, self._total, self._unit, self._error = 0, total, unit, None
        self._cancelled = threading.Event()

    def about(self):
        """What the page is told."""
        told = {"state": self.state, "done": self._done, "total": self._total, "unit": self._unit}
        return told | {"error": self._error, "results": list(self.results)}

    def each(self, iterable, total=None):
        """Goes through what is made and counts it; raises CancelledError between two of them."""
        self._total = total or self._total
        self.check()
        for item in iterable:
            yield item
            self._done += 1
            self.check()

    def check(self):
        """Raises CancelledError if the job is to end."""
        if self._cancelled.is_set():
            raise CancelledError

    def cancel(self):
        """Ends it, at once if it hasn't begun, else after the piece that is being made."""
        self._cancelled.set()
        if self.state == "waiting":
            self.state = "cancelled"

    def run(self, work):
        """Does `work(self)`, unless it is cancelled already."""
        try:
            self.check()
            self.state = "running"
            work(self)
            self.state = "done"
        except CancelledError:
            self.state = "cancelled"
        except VganError as error:
            self._error, self.state = str(error), "failed"
        except Exception as error:  # A fault of ours, which must not end in silence.
            logging.exception("a job of the page failed")
            self._error, self.state = f"unexpected: {told(error)}", "failed"


class Jobs:
    """Jobs by number, a thread for each model."""

    def __init__(self):
        self._jobs, self._queues, self._threads = {}, {}, []
        self._lock = threading.Lock()

    def start(self, model, work, total, unit):
        """Lets `work(job)` be done after what was asked of the model before.

        Args:
          model: its name.
          work: a function of the Job.
          total, unit: how much is to be made, None if that isn't known, and of what.
        Returns:
          the number of the job, a random text.
        """
        number, job = secrets.token_hex(8), Job(total, unit)
        with self._lock:
            self._forget()
            self._jobs[number] = job
            if model not in self._queues:
                self._queues[model] = queue.SimpleQueue()
                thread = threading.Thread(target=_work, args=[self._queues[model]], daemon=True)
                self._threads.append(thread)
                thread.start()
            self._queues[model].put((job, work))
        return number

    def get(self, number):
        """The Job of a number; raises DataError."""
        with self._lock:
            if number not in self._jobs:
                raise DataError("the server doesn't know this job, it was started anew. Ask again")
            return self._jobs[number]

    def close(self):
        """Ends all jobs, and waits until they have left nothing half done."""
        with self._lock:
            for job in self._jobs.values():
                job.cancel()
            for waiting in self._queues.values():
                waiting.put(None)
        for thread in self._threads:
            thread.join(_PATIENCE)

    def _forget(self):
        ended = [number for number, job in self._jobs.items() if job.state in _ENDS]
        for number in ended[: max(len(self._jobs) - _KEPT, 0)]:
            del self._jobs[number]


def _work(waiting):
    while item := waiting.get():
        job, work = item
        job.run(work)
