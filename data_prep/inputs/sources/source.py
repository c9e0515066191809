"""What all sources have in common, and why one can't be used."""

from data_prep.inputs.framing import WHOLE


class BadFileError(Exception):
    """Says why one file can't be used; the others still can."""


class Source:
    """A video whose `frames(framing)`, read from the start, are uint8 `[H, W, 3]`, RGB, as framed.

    Args:
      settings: `Settings`.

    Attributes:
      fps: frames per second, here what --fps says, or None where they're unknown.
      size: height and width of a frame, the first where they differ, pixels.
      notes: what is unusual about the file and what is done about it, a list of texts.
      broken: after `frames` has ended, why it ended before what the file announces, or "".
    """

    def __init__(self, settings):
        self._settings, self.fps, self.broken = settings, settings.fps or None, ""
        self.notes = []

    def frames(self, framing=WHOLE):
        """The frames as framed, until one can't be read."""
        self.broken = ""
        try:
            yield from map(framing.apply, self._read())
        except BadFileError as error:
            self.broken = str(error)


def check_size(height, width, settings):
    """Raises BadFileError for a frame of more pixels than --max_pixels."""
    if height * width > settings.max_pixels:
        limit = settings.max_pixels
        raise BadFileError(f"{width}x{height} pixels: at most {limit} are read (--max_pixels)")
