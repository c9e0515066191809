"""What a video file says of where it comes from, in the field that its container has for that."""

import typing

from PIL import Image, UnidentifiedImageError

from vgan.media.container import open_file
from vgan.media.failures import reading
from vgan.media.still import FORMATS

_EXIF_DESCRIPTION = 0x010E
_LONGEST = 2000  # Characters of a comment that are read: files of others may hold any number.


def _left(path, suffix):
    """Leaves a file as it is."""


class Imprint(typing.NamedTuple):
    """What is put into a file beside its frames.

    Attributes:
      comment: ASCII text for the container's own field.
      seal: (the `Path` of the file, whole but not yet in its place, ".mp4", ".gif" or ".webp") ->
        None; may change it.
    """

    comment: str = ""
    seal: typing.Callable = _left


PLAIN = Imprint()
"""Of a file that says nothing."""


def exif(comment):
    """EXIF data of a picture with a comment as its description, bytes."""
    found = Image.Exif()
    found[_EXIF_DESCRIPTION] = comment
    return found.tobytes()


def read(path):
    """The comment in a file's own field: of an mp4 and its kin, a GIF or a picture with EXIF.

    Returns:
      text, empty where there is none.
    Raises:
      DataError: it can't be read.
    """
    with reading(path):
        found = _found(path)
        return (found.decode("utf-8", "replace") if isinstance(found, bytes) else found)[:_LONGEST]


def _found(path):
    try:
        with Image.open(path, formats=(*FORMATS, "GIF")) as image:
            return image.info.get("comment") or image.getexif().get(_EXIF_DESCRIPTION, "")
    except UnidentifiedImageError:
        with open_file(path) as container:
            tags = {name.lower(): text for name, text in container.metadata.items()}
        return tags.get("comment") or tags.get("description", "")
