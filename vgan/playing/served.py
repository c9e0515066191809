"""The models of a page: what each can do, at which checkpoints, and its endpoints."""

import functools
import re
import threading
import typing
from pathlib import Path

from vgan.core.errors import CheckpointError, UsageError
from vgan.runs import checkpoint_choice, trained
from vgan.runs.checkpoints import saved_steps
from vgan.runs.workdir import Workdir
from vgan.sampling import directions
from vgan.sampling.model import Model
from vgan.serving import endpoints, saved_model
from vgan.tasks import ways

MAX_VIDEOS = 64
"""The most videos of one request, as of an export."""

_LOADING = threading.Lock()  # Keras counts the layers that it names.


class Endpoint(typing.NamedTuple):
    """What can be asked for as of a server of exports.

    Attributes:
      inputs: {name: TensorSpec}.
      traced: () -> the concrete function of these.
    """

    inputs: dict
    traced: typing.Callable


class _Loaded(typing.NamedTuple):
    model: Model
    endpoints: dict
    version: str


class Served:
    """A run or an export that a page shows.

    Args:
      name: what it is called in addresses.
      path: its folder.
      checkpoint, trust_code, sampler, back: as of runs.trained.load.
    Attributes:
      lock: held while an endpoint computes.
    Raises:
      CheckpointError, UsageError: as there.
    """

    def __init__(self, name, path, checkpoint="last", trust_code=False, sampler=None, back=False):
        self.name, self.path = name, Path(path)
        self._about = {"trust_code": trust_code, "sampler": sampler, "back": back}
        self._export, self._checkpoint = saved_model.is_export(path), checkpoint
        self.lock = threading.Lock()
        self._first, self._other = self._read(checkpoint), (checkpoint, None)

    @property
    def first(self):
        """The Model of the first checkpoint."""
        return self._first.model

    @property
    def version(self):
        """The step of that checkpoint, or the version of an export, as text."""
        return self._first.version

    @property
    def endpoints(self):
        """Those of that checkpoint: {name: Endpoint}, the one to be served first at the front."""
        return self._first.endpoints

    def model(self, checkpoint=None):
        """The Model of a checkpoint; errors as of runs.trained.load.

        The first one stays in memory, and of others the one that was asked for last.
        """
        if checkpoint in (None, self._checkpoint):
            return self._first.model
        with _LOADING:
            if checkpoint != self._other[0]:
                self._other = checkpoint, self._read(checkpoint)
            return self._other[1].model

    def _read(self, checkpoint):
        return (self._exported if self._export else self._restored)(checkpoint)

    def _restored(self, checkpoint):
        run = trained.restore(self.path, checkpoint, **self._about)
        listed = endpoints.listed(run.model, run.card, MAX_VIDEOS).items()
        found = {name: _of_live(endpoint) for name, endpoint in listed}
        return _Loaded(run.sampling_model(), found, str(run.step))

    def _exported(self, checkpoint):
        trust_code, sampler, back = self._about.values()
        trained.check_asked_of_export(checkpoint, sampler, back)
        module, card, digest = saved_model.read(self.path, trust_code)
        found = {name: _of_export(module, name) for name in module.signatures}
        version = saved_model.newest_version(self.path).resolve().name
        return _Loaded(saved_model.as_model(module, card, digest), found, version)

    def about(self):
        """What the page is to know of it: a dict."""
        model = self.first
        about = {
            "name": self.name,
            "source": "export" if self._export else "run",
            "version": self.version,
            "clip": list(model.clip.shape[:3]),
            "fps": model.fps,
            "labels": list(model.labels),
            "task": model.task.text,
            "makes": not model.task.needs_given,
            "completes": list(_completed(model)),
            "checkpoints": self._checkpoints(),
        }
        if self.first.latent_shape is None or not self._directions.is_file():
            return about | {"directions": []}
        try:
            found = self.directions()
        except CheckpointError as error:
            return about | {"directions": [], "directions_error": str(error)}
        about |= {"directions": found.about()}
        if str(found.step) != self.version and not self._export:
            about["directions_error"] = f"Found at step {found.step}: other steps differ"
        return about

    @property
    def _directions(self):
        return self.path / "directions" / directions.FILE

    def directions(self):
        """Its sampling.directions.Directions; raises CheckpointError."""
        return directions.read(self._directions, self.first.latent_shape)

    def _checkpoints(self):
        if self._export:
            return [self._checkpoint]
        workdir, choices = Workdir(self.path), [self._checkpoint, "last"]
        if saved_steps(workdir.best):
            choices.append("best")
        if (number := len(saved_steps(workdir.checkpoints))) > 1:
            choices.append(f"average(last={number})")
        return list(dict.fromkeys(choices))


def opened(paths, checkpoint="last", **about):
    """Models by name: {name: Served}, each called as the folder of its run.

    Args:
      paths: folders of runs and exports.
      checkpoint: the one that is shown first.
      about: as of Served.
    Raises:
      UsageError: an ensemble, of which latents belong to one member or another.
      CheckpointError: as of Served.
    """
    if checkpoint_choice.parse(checkpoint).kind == "ensemble":
        raise UsageError(
            f"--checkpoint={checkpoint}: what the page walks through belongs to one network. Use "
            "last, best or average"
        )
    found = {}
    for path in paths:
        name = base = _name(Path(path).resolve())
        number = 1
        while name in found:
            name = f"{base}-{(number := number + 1)}"
        found[name] = Served(name, path, checkpoint, **about)
    return found


def _name(path):
    """That of the run's folder, without what is no part of an address."""
    while path.name.isdecimal() or path.name == "export":
        path = path.parent
    return re.sub(r"[^\w.-]", "_", path.name, flags=re.ASCII) or "model"


def _completed(model):
    """What the page is to know of each task that a file can be sent through."""
    for part in model.task.parts():
        way = part.way(model.clip.frames) if part.shows else None
        if way is not None:
            about = {"task": part.text, "way": type(way).__name__.lower()}
            pictures = len(way.positions) if isinstance(way, ways.Between) else 0
            yield about | {"pictures": pictures, "relabels": part.relabels}


def _of_live(endpoint):
    inputs = {spec.name: spec for spec in endpoint.inputs}
    return Endpoint(inputs, functools.cache(endpoint.traced))


def _of_export(module, name):
    _, inputs = module.signatures[name].structured_input_signature
    return Endpoint(inputs, lambda: module.signatures[name])
