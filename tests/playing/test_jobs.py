"""Work in the background: in turn, counted, cancelled."""

import threading
import time

import pytest

from vgan.core.errors import DataError
from vgan.playing.jobs import Jobs


@pytest.fixture
def jobs():
    found = Jobs()
    yield found
    found.close()


def ended(jobs, number):
    """What a job says of itself once it has ended."""
    end = time.monotonic() + 10
    while jobs.get(number).state in ("waiting", "running"):
        assert time.monotonic() < end
        time.sleep(0.005)
    return jobs.get(number).about()


def test_what_is_done_is_counted(jobs):
    def work(job):
        for number in job.each(range(3)):
            job.results.append({"number": number})

    found = ended(jobs, jobs.start("a", work, 3, "clips"))
    assert found["state"] == "done"
    assert (found["done"], found["total"], found["unit"]) == (3, 3, "clips")
    assert [of["number"] for of in found["results"]] == [0, 1, 2]


def test_a_model_does_one_thing_at_a_time_and_another_goes_on(jobs):
    go, began = threading.Event(), []

    def work(name):
        def wait(job):
            began.append(name)
            go.wait(10)

        return wait

    first = jobs.start("a", work("first"), None, "")
    second = jobs.start("a", work("second"), None, "")
    other = jobs.start("b", work("other"), None, "")
    end = time.monotonic() + 10
    while len(began) < 2 and time.monotonic() < end:
        time.sleep(0.005)
    assert set(began) == {"first", "other"}
    assert jobs.get(second).state == "waiting"
    go.set()
    assert [ended(jobs, n)["state"] for n in (first, second, other)] == ["done"] * 3


def test_a_job_is_cancelled_between_two_pieces(jobs):
    first = threading.Event()

    def pieces():
        while True:
            first.set()
            yield 1

    def work(job):
        for _ in job.each(pieces()):
            time.sleep(0.001)

    number = jobs.start("a", work, None, "")
    assert first.wait(10)
    jobs.get(number).cancel()
    assert ended(jobs, number)["state"] == "cancelled"


def test_a_job_that_waits_is_never_begun(jobs):
    go, begun = threading.Event(), []
    jobs.start("a", lambda job: go.wait(10), None, "")
    number = jobs.start("a", begun.append, None, "")
    jobs.get(number).cancel()
    assert jobs.get(number).state == "cancelled"
    go.set()
    assert ended(jobs, jobs.start("a", lambda job: None, None, ""))["state"] == "done"
    assert not begun
    assert jobs.get(number).state == "cancelled"


@pytest.mark.parametrize(
    ("error", "text"),
    [(DataError("no frames"), "no frames"), (KeyError("x"), "unexpected: KeyError: 'x'")],
)
def test_a_failure_is_told_and_the_next_goes_on(jobs, error, text):
    def work(job):
        raise error

    found = ended(jobs, jobs.start("a", work, None, ""))
    assert (found["state"], found["error"]) == ("failed", text)
    assert ended(jobs, jobs.start("a", lambda job: None, None, ""))["state"] == "done"


def test_an_unknown_job(jobs):
    with pytest.raises(DataError, match="doesn't know this job"):
        jobs.get("0")


def test_old_jobs_are_forgotten(jobs, monkeypatch):
    monkeypatch.setattr("vgan.playing.jobs._KEPT", 2)
    numbers = []
    for _ in range(5):
        numbers.append(jobs.start("a", lambda job: None, None, ""))
        ended(jobs, numbers[-1])
    with pytest.raises(DataError):
        jobs.get(numbers[0])
    assert jobs.get(numbers[-1]).state == "done"


def test_closing_waits_for_what_runs():
    jobs, left, begun = Jobs(), [], threading.Event()

    def work(job):
        begun.set()
        try:
            for _ in job.each(iter(int, 1)):
                time.sleep(0.001)
        finally:
            left.append(True)

    jobs.start("a", work, None, "")
    assert begun.wait(10)
    jobs.close()
    assert left == [True]
