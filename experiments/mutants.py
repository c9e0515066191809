"""Video files and seeded damage to them: mutant i of a seed is always the same bytes.

The files are small, of six containers and the codecs that are usual in them. They differ from one
version of FFmpeg to the next, but not from one run or machine to the next.
"""

import io
from pathlib import Path

import av
import numpy as np

FRAMES, HEIGHT, WIDTH = 24, 48, 64
# With its usual preset x264 writes other bytes from run to run, on one thread too.
_X264 = {"preset": "ultrafast", "bf": "2", "coder": "1"}
_FRAGMENTS = {"movflags": "frag_keyframe+empty_moov"}
# Of each container FFmpeg's name, and of each file in it the codec, the pixels and both's options.
CONTAINERS = {
    "mp4": ("mp4", [
        ("libx264", "yuv420p", _X264, {}),
        ("libx264", "yuv420p", _X264, _FRAGMENTS),
        ("mpeg4", "yuv420p", {}, {}),
    ]),
    "mov": ("mov", [
        ("libx264", "yuv420p", _X264, {}), ("mjpeg", "yuvj420p", {}, {}), ("png", "rgba", {}, {}),
    ]),
    "mkv": ("matroska", [("ffv1", "bgr0", {}, {}), ("libx264", "yuv444p", _X264, {})]),
    "avi": ("avi", [
        ("mjpeg", "yuvj420p", {}, {}), ("mpeg4", "yuv420p", {}, {}), ("ffv1", "bgr0", {}, {}),
    ]),
    "webm": ("webm", [("libvpx", "yuv420p", {}, {}), ("libvpx-vp9", "yuva420p", {}, {})]),
    "gif": ("gif", [("gif", "rgb8", {}, {})]),
}  # fmt: skip
MUTATIONS = ("truncated", "flipped", "burst", "header", "joined", "renamed")
_BURST = 64
_HEADER = 512
_MOST_FLIPS = 8


def originals():
    """The undamaged files: of each container a list of their bytes."""
    return {
        suffix: [_encoded(form, *about) for about in files]
        for suffix, (form, files) in CONTAINERS.items()
    }


def write(folder, files, container, numbers, seed=0):
    """Writes mutants of these numbers below `folder`, in a folder each mutation; see `mutant`."""
    for number in numbers:
        mutation, suffix, data = mutant(files, container, number, seed)
        path = Path(folder) / mutation / f"{container}-{number:05d}.{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def mutant(files, container, number, seed=0):
    """One damaged file.

    Args:
      files: of `originals`.
      container: of `CONTAINERS`.
      number: which mutant; the mutations take turns.
      seed: of all of them.
    Returns:
      its mutation, the suffix of its name, and its bytes.
    """
    random = np.random.default_rng([seed, list(CONTAINERS).index(container), number])
    mutation, suffix = MUTATIONS[number % len(MUTATIONS)], container
    data = files[container][random.integers(len(files[container]))]
    if mutation == "truncated":
        data = data[: random.integers(1, len(data))]
    elif mutation == "flipped":
        data = _flipped(random, data, random.integers(1, _MOST_FLIPS + 1))
    elif mutation == "burst":
        start = random.integers(len(data) - _BURST)
        data = data[:start] + random.bytes(_BURST) + data[start + _BURST :]
    elif mutation == "header":
        data = data[: random.integers(4, _HEADER)]
    elif mutation == "joined":
        others = files[random.choice(list(files))]
        data += others[random.integers(len(others))]
    else:  # Often with damage too, or there would be only a few of them.
        data = _flipped(random, data, random.integers(_MOST_FLIPS + 1))
        suffix = random.choice([name for name in CONTAINERS if name != container])
    return mutation, str(suffix), data


def _flipped(random, data, count):
    found = np.frombuffer(data, np.uint8).copy()
    bits = np.uint8(1) << random.integers(8, size=count, dtype=np.uint8)
    np.bitwise_xor.at(found, random.integers(len(found), size=count), bits)
    return found.tobytes()


def _encoded(form, codec, pixels, encoding, muxing):
    file = io.BytesIO()
    exact = {"fflags": "+bitexact"}  # Matroska would draw a number for each file.
    with av.open(file, "w", format=form, options=muxing | exact) as container:
        stream = container.add_stream(codec, rate=10, options=dict(encoding))
        stream.height, stream.width, stream.pix_fmt = HEIGHT, WIDTH, pixels
        stream.codec_context.thread_count = 1  # x264's choices depend on it.
        stream.codec_context.flags |= av.codec.context.Flags.bitexact
        for frame in _pictures():
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())
    return file.getvalue()


def _pictures():
    """A square that goes over a ground of two colours with some noise."""
    random = np.random.default_rng(0)
    frames = random.integers(0, 24, [FRAMES, HEIGHT, WIDTH, 3], np.uint8)
    frames[:, :, : WIDTH // 2] += np.uint8([150, 90, 30])
    for number, frame in enumerate(frames):
        frame[10:26, number : number + 16] += np.uint8([40, 120, 200])
    return frames
