"""Files dropped onto the page, which pass the gate that all files of others do."""

from pathlib import Path
from urllib.parse import unquote

from vgan.core.errors import DataError
from vgan.core.files import replacing
from vgan.media.clips import write_video
from vgan.media.source import open_video
from vgan.media.still import PICTURE_SUFFIXES
from vgan.playing.work import by_name


def take(request, shelf):
    """Keeps an uploaded file, and says what it is: a dict, with its first frame to be shown.

    Args:
      request: gate.Request, whose body it is; the header X-Name has its name, percent-encoded.
      shelf: shelf.Shelf.
    Raises:
      DataError: it can't be read.
    """
    name = unquote(request.headers.get("X-Name", ""))[:200] or "file"
    suffix = Path(name).suffix.lower()
    number = shelf.put(suffix if suffix in PICTURE_SUFFIXES else ".video", _written(request), name)
    kept = shelf.get(number)
    try:
        source = open_video(kept.path)
        first = next(iter(source), None)
        if first is None:
            raise DataError(f"video {str(kept.path)!r}: has no frame. Give another")
    except DataError as error:
        shelf.drop(number)
        raise DataError(by_name(str(error), [kept])) from None
    shown = shelf.put(".webp", lambda path: write_video(path, first[None], 1))
    about = {"id": number, "name": name, "first": shown, "fps": float(source.fps)}
    about |= {"height": source.size[0], "width": source.size[1], "frames": source.num_frames}
    return about | {"sound": source.has_audio}


def _written(request):
    def write(path):
        with replacing(path) as temporary, open(temporary, "wb") as file:
            for block in request.blocks():
                file.write(block)

    return write
