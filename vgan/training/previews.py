"""Clips from fixed latents, to be watched while a run trains."""

from vgan import media
from vgan.data import pipeline

NUMBER = 16
"""How many clips TensorBoard and samples/ show, and the detectors look at."""


def real(windows, seed):
    """Training clips to be shown beside made ones: uint8 [NUMBER, T, H, W, 3], and labels."""
    shuffled = pipeline.batches(windows, NUMBER, seed).take(1)
    return next(shuffled.as_numpy_iterator())[:2]


class Previews:
    """Makes the same clips again as training goes on.

    Args:
      model: sampling.Model of the run.
      seed: int of the latents.
      samples: folder of the mp4 files.
      summaries: summaries.Summaries.
    """

    def __init__(self, model, seed, samples, summaries):
        self._model, self._seed = model, seed
        self._samples, self._summaries = samples, summaries

    def make(self):
        """uint8 [NUMBER, T, H, W, 3]."""
        return self._model.sample(NUMBER, self._seed)

    def show(self, step):
        """Shows them in TensorBoard and in a file."""
        fake = self.make()
        self._summaries.clips(step, "fake", fake)
        path = self._samples / f"step-{step:07d}.mp4"
        media.write_video(path, media.grid(fake), self._model.fps)
