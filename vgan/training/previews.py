"""Clips from fixed latents, to watch while a run trains."""

import numpy as np

from vgan.data import pipeline
from vgan.marks.origin import Origin
from vgan.media.clips import grid, write_video
from vgan.media.imprint import Imprint

NUMBER = 16
"""How many clips TensorBoard and samples/ show, and the detectors look at."""


def real(windows, seed):
    """Training clips to be shown beside made ones: data.pipeline.Clips of NUMBER, as arrays."""
    shuffled = pipeline.batches(windows, NUMBER, seed).take(1)
    return next(shuffled.as_numpy_iterator())


class Previews:
    """Makes the same clips again as training goes on.

    Where something is given, it is that of real clips.

    Args:
      model: sampling.Model of the run.
      seed: int of the latents.
      samples: folder of the mp4 files.
      summaries: summaries.Summaries.
      real: what `real` gives.
    """

    def __init__(self, model, seed, samples, summaries, real):
        self._model, self._seed = model, seed
        self._samples, self._summaries = samples, summaries
        self._real, self._given = real, None
        if model.task.shows:
            self._given = model.show(real.video, seed, source=real.source)

    def make(self):
        """uint8 [NUMBER, T, H, W, 3]."""
        if self._given is None:
            return self._model.sample(NUMBER, self._seed)
        return self._completed(self._given, self._real)

    def completed(self, clips):
        """What is made of parts of other Clips, uint8 [N, T, H, W, 3]."""
        given = self._model.show(clips.video, self._seed, source=clips.source)
        return self._completed(given, clips)

    def _completed(self, given, clips):
        labels = self._model.asked(clips.label, self._seed)
        return self._model.complete(*given, self._seed, labels=labels)

    def show_real(self, step):
        """Shows real clips in TensorBoard, and what is given of them."""
        self._summaries.clips(step, "real", self._real.video)
        if self._given is not None:
            self._summaries.clips(step, "given", self._given[0])

    def show(self, step):
        """Shows them in TensorBoard and in a file, there between what is given and the real."""
        fake = self.make()
        self._summaries.clips(step, "fake", fake)
        path = self._samples / f"step-{step:07d}.mp4"
        if self._given is not None:
            fake = np.concatenate([self._given[0], fake, self._real.video], axis=3)
        about = self._model.name, "", self._model.data, self._seed, self._given is not None
        imprint = Imprint(Origin("vgan.train", *about).text)
        write_video(path, grid(fake), self._model.fps, imprint=imprint)
