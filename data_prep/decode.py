"""Finds videos below a folder and decodes them with OpenCV to small square frames."""

import itertools
import os

import cv2

from vgan.data.records import VIDEO_SUFFIXES
from vgan.errors import DataError

MAX_PIXELS = 2**26  # 8192x8192; a damaged header can announce far more than fits into memory.

# A playlist named .mp4 must not open another file, nor a name such as http:x.mp4 a socket.
_CAPTURE_OPTIONS = (
    "protocol_whitelist;file|format_whitelist;"
    "mov,mp4,m4a,3gp,3g2,mj2,avi,matroska,webm,gif,mpeg,mpegts,mpegvideo"
)


class BadVideoError(Exception):
    """Says why one file can't be used; the others still can."""


def find_videos(folder):
    """Paths of the videos below a folder, relative to it, with `/`, sorted.

    Hidden files and folders are passed over; a folder that symbolic links reach several times is
    visited once.

    Raises:
      DataError: the folder is missing or holds no videos.
    """
    if not os.path.isdir(folder):
        raise DataError(f"input folder {folder!r}: not a folder. Check --input")
    found = []
    visited = {os.path.realpath(folder)}
    for parent, folders, files in os.walk(folder, onerror=_raise, followlinks=True):
        folders[:] = [name for name in sorted(folders) if _is_new(parent, name, visited)]
        found += [
            os.path.relpath(os.path.join(parent, name), folder).replace(os.sep, "/")
            for name in files
            if not name.startswith(".") and name.lower().endswith(VIDEO_SUFFIXES)
        ]
    if not found:
        raise DataError(
            f"input folder {folder!r}: no videos in it or below. "
            f"Looked for {' '.join('*' + suffix for suffix in VIDEO_SUFFIXES)}"
        )
    return sorted(found)


class Video:
    """Iterates once over the frames of a video: uint8 `[size, size, 3]`, RGB.

    Each frame is cut to its centre square, then resized. Opening decodes the first two frames, so
    that an unusable file is known before any of it is written.

    Args:
      path: the video file.
      size: height and width of the frames in pixels.
    Raises:
      BadVideoError: the file can't be decoded, is too large, or is a single frame.

    Attributes:
      fps: frames per second, or None where the file's own statement is absurd.
      short: after iterating, whether decoding stopped before the end that the file announces.
    """

    def __init__(self, path, size):
        self._bytes = os.path.getsize(path) if os.path.isfile(path) else 0
        self._capture = _open(path)
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        self.fps = fps if 0 < fps <= 1000 else None
        self.short = False
        self._seconds = 0.0
        self._frames = self._decode(size)
        self._first = list(itertools.islice(self._frames, 2))
        if not self._first:
            raise BadVideoError("no frame could be decoded")
        if len(self._first) == 1:
            raise BadVideoError("only one frame could be decoded, a video needs two")

    def __iter__(self):
        count = 0
        for frame in itertools.chain(self._first, self._frames):
            count += 1
            yield frame
        self.short = self._stopped_early(count)
        self._capture.release()

    def _decode(self, size):
        while True:
            try:
                ok, frame = self._capture.read()
            except cv2.error:
                return
            if not ok:
                return
            self._seconds = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
            yield _fit(frame, size)

    def _stopped_early(self, count):
        # Some containers store a count, for others OpenCV multiplies duration and rate. So a
        # video is short only if both its frames and its clock fall behind; and each frame takes
        # a byte at least, so a count above the file's size is a lie.
        announced = self._capture.get(cv2.CAP_PROP_FRAME_COUNT)
        if self.fps is None or not count < announced <= self._bytes:
            return False
        return 0 < self._seconds < (announced - 2) / self.fps


def _open(path):
    path = os.path.abspath(path)
    _check_file(path)
    os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = _CAPTURE_OPTIONS
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # Reasons go to skipped.jsonl.
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
    # With one thread, what is salvaged from a damaged file is the same on every machine.
    try:
        capture = cv2.VideoCapture(path, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    except cv2.error as error:
        raise BadVideoError(f"can't be opened as a video: {error}") from None
    if not capture.isOpened():
        raise BadVideoError("can't be opened as a video: damaged, or not a video at all")
    width, height = (
        int(capture.get(name)) for name in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)
    )
    if min(width, height) < 1 or width * height > MAX_PIXELS:
        raise BadVideoError(f"{width}x{height} pixels: at most {MAX_PIXELS} can be read")
    return capture


def _check_file(path):
    if not os.path.isfile(path):
        raise BadVideoError("not a regular file")  # To open a named pipe would wait for ever.
    if os.path.getsize(path) == 0:
        raise BadVideoError("zero bytes")
    try:
        path.encode()  # OpenCV 5.0 crashes on a name that isn't UTF-8.
        open(path, "rb").close()
    except UnicodeEncodeError:
        raise BadVideoError("its name is not valid UTF-8. Rename it") from None
    except OSError as error:
        raise BadVideoError(f"can't be read: {error.strerror}") from None


def _fit(frame, size):
    height, width = frame.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = frame[top : top + side, left : left + side]  # First: resizing costs by the pixel.
    if side != size:
        shrinks = side > size
        interpolation = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
        square = cv2.resize(square, (size, size), interpolation=interpolation)
    return cv2.cvtColor(square, cv2.COLOR_BGR2RGB)


def _is_new(parent, name, visited):
    real = os.path.realpath(os.path.join(parent, name))
    if name.startswith(".") or real in visited:
        return False
    visited.add(real)
    return True


def _raise(error):
    raise error
