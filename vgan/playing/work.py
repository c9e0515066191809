"""What the page can have made: clips, walks, changed clips, completed files."""

import functools
import itertools
import typing

import numpy as np

from vgan.core.errors import DataError, UsageError
from vgan.marks.origin import Origin
from vgan.media.clips import enlarged, write_frames
from vgan.media.source import is_picture, open_pictures, open_video
from vgan.media.writer import write
from vgan.playing.asked import MOST_NUMBER
from vgan.playing.served import MAX_VIDEOS
from vgan.sampling import latent_walk
from vgan.sampling.files import complete
from vgan.tasks import ways

COMMAND = "vgan.play"
_MOST_FRAMES = 960
_WIDTH = 256  # Of a file to take away; small clips are enlarged to about this.


class Plan(typing.NamedTuple):
    """What is to be made.

    Attributes:
      total, unit: how much, None if that isn't known, and of what.
      work: function of a jobs.Job, whose results it adds to.
    """

    total: int | None
    unit: str
    work: typing.Callable


def clips(asked):
    """The Plan of the first clips of a seed."""
    number, seed = asked.whole("number", 1, MAX_VIDEOS), asked.seed()
    label = asked.label()
    asked.served.first.check_made_of_noise()

    def work(job):
        model = asked.served.model(asked.checkpoint)
        videos = itertools.chain.from_iterable(model.stream(number, seed, label))
        for position, video in enumerate(job.each(videos)):
            about = {"seed": seed, "number": position}
            if model.labels:
                turn = position % len(model.labels) if label is None else label
                about["label"] = model.labels[turn]
            job.results.append(about | _keep(asked, model, video, seed))

    return Plan(number, "clips", work)


def walk(asked):
    """The Plan of a film from clip to clip."""
    ends, label = asked.ends(), asked.label(needed=True)
    frames = asked.whole("frames", len(ends), _MOST_FRAMES, 96)
    asked.served.first.check_made_of_noise()

    def work(job):
        model = asked.served.model(asked.checkpoint)
        latents = [latent_walk.of_seed(model, *end) for end in ends]
        film = np.stack(list(job.each(latent_walk.film(model, latents, label, frames))))
        job.results.append(_keep(asked, model, film, _seeds(ends)))

    return Plan(frames, "frames", work)


def change(asked):
    """The Plan of a clip that goes along directions."""
    seed, number = asked.seed(), asked.whole("number", 0, MOST_NUMBER, 0)
    label, amounts, named = asked.label(needed=True), asked.amounts(), asked.served.directions()
    asked.served.first.check_made_of_noise()

    def work(job):
        model = asked.served.model(asked.checkpoint)
        latents = named.along(latent_walk.of_seed(model, seed, number), amounts)
        for video in job.each(model.decode(latents[None], label)):
            job.results.append(_keep(asked, model, video, seed))

    return Plan(1, "clips", work)


def completed(asked):
    """The Plan of a file that is completed, as by vgan.generate --input."""
    files, mask, part, seed = asked.files(), asked.mask(), asked.task(), asked.seed()
    label = asked.label(needed=True)
    ahead = isinstance(part.way(asked.served.first.clip.frames), ways.Continued)
    added = asked.whole("frames", 1, _MOST_FRAMES) if ahead else None

    def work(job):
        model = asked.served.model(asked.checkpoint)
        paths = [kept.path for kept in files]
        source = open_pictures(paths) if len(paths) > 1 else open_video(paths[0])
        hidden = None if mask is None else open_video(mask.path)
        made = complete(model, part, source, seed, label, hidden, added)
        fps = model.fps if len(paths) > 1 or is_picture(paths[0]) else made.fps
        frames = job.each(made.frames, made.total)
        imprint = asked.marking.imprint(Origin.of(COMMAND, model, seed, given=True))
        about = fps, source.pixel_aspect, source, imprint
        number = asked.shelf.put(".mp4", lambda path: write(path, asked.marking(frames), *about))
        job.results.append({"mp4": number})

    return Plan(None, "frames", functools.partial(_called_by_name, work, files))


KINDS = {"clips": clips, "walk": walk, "change": change, "completed": completed}
"""What can be asked for: {name: function from Asked to a Plan}."""


def _keep(asked, model, video, seed):
    """The numbers of the files of a clip: as it is, to be shown, and enlarged, to take away."""
    imprint = asked.marking.imprint(Origin.of(COMMAND, model, seed))

    def put(suffix, zoom):
        def put_at(path):
            write_frames(path, asked.marking(enlarged(video, zoom)), model.fps, imprint)

        return asked.shelf.put(suffix, put_at)

    zoom = max(1, round(_WIDTH / max(video.shape[1:3])))
    return {"webp": put(".webp", 1), "mp4": put(".mp4", zoom)}


def _seeds(ends):
    return ", ".join(str(seed) for seed, _ in ends)


def _called_by_name(work, files, job):
    """Does the work; what is wrong with a file is told by the name that its owner gave it."""
    try:
        work(job)
    except (DataError, UsageError) as error:
        raise DataError(by_name(str(error), files)) from None


def by_name(text, files):
    """Text in which uploaded files are called as their owner calls them."""
    for kept in files:
        text = text.replace(repr(str(kept.path)), repr(kept.name))
    return text
