"""What is answered to whom asks what: the page, its own requests, and those of a model's server."""

from vgan.core.errors import DataError, UsageError
from vgan.playing import page, rest, scores, uploads, work
from vgan.playing.asked import Asked
from vgan.playing.gate import MOST_FILE, UPLOAD, Answer, RefusedError, as_json
from vgan.playing.jobs import Jobs

_KINDS = {".webp": "image/webp", ".mp4": "video/mp4"}


class Routes:
    """Answers requests that came through the gate; see gate.Server.

    Args:
      models: {name: served.Served}.
      shelf: shelf.Shelf of all files.
      marking: marks.marking.Marking of those that are made.
    Attributes:
      jobs: jobs.Jobs.
    """

    def __init__(self, models, shelf, marking):
        self._models, self._shelf, self._marking, self.jobs = models, shelf, marking, Jobs()

    def __call__(self, request):
        """The Answer to a gate.Request; raises RefusedError and VganError."""
        match request.method, request.parts:
            case "GET", []:
                return page.answer()
            case "GET", ["api", "models"]:
                models = [served.about() for served in self._models.values()]
                return as_json({"models": models, "most_bytes": MOST_FILE})
            case "GET", ["api", "models", name, "scores"]:
                return as_json(scores.of_run(self._served(name).path))
            case "POST", parts if parts == UPLOAD:
                return as_json(uploads.take(request, self._shelf))
            case "GET", ["api", "files", number]:
                return self._file(number)
            case "POST", ["api", "jobs"]:
                return self._start(request.json())
            case "GET", ["api", "jobs", number]:
                return as_json(_found(self.jobs, number).about())
            case "DELETE", ["api", "jobs", number]:
                job = _found(self.jobs, number)
                job.cancel()
                return as_json(job.about())
            case "GET", ["v1", "models", name]:
                return as_json(rest.status(self._served(name)))
            case "GET", ["v1", "models", name, "metadata"]:
                return as_json(rest.metadata(self._served(name)))
            case "POST", ["v1", "models", asked] if asked.endswith(":predict"):
                served = self._served(asked.removesuffix(":predict"))
                return as_json(rest.predict(served, request.json()))
        raise RefusedError(404, "there is nothing at this address")

    def _served(self, name):
        if name not in self._models:
            raise RefusedError(404, f"model {name!r}: there is none, but {', '.join(self._models)}")
        return self._models[name]

    def _file(self, number):
        path, name = _found(self._shelf, number)
        if name:
            raise RefusedError(404, "what was given is not given back")
        return Answer(path.read_bytes(), _KINDS[path.suffix])

    def _start(self, fields):
        kind, name = str(fields.get("kind")), str(fields.get("model"))
        if kind not in work.KINDS:
            raise UsageError(f"kind {kind!r}: unknown. There are {', '.join(work.KINDS)}")
        asked = Asked(fields, self._served(name), self._shelf, self._marking)
        plan = work.KINDS[kind](asked)
        return as_json({"id": self.jobs.start(name, plan.work, plan.total, plan.unit)}, 202)


def _found(kept, number):
    """What the address of a request names."""
    try:
        return kept.get(number)
    except DataError as error:
        raise RefusedError(404, str(error)) from None
