"""Video files and seeded damage to them: mutant i of a seed is always the same bytes.

The files are small: videos of six containers and the codecs that are usual in them, arrays, and
pictures. They differ from one version of FFmpeg, Pillow, NumPy or HDF5 to the next, but not from
one run or machine to the next.
"""

import io
import json
from pathlib import Path

import av
import h5py
import numpy as np
from PIL import Image

FRAMES, HEIGHT, WIDTH = 24, 48, 64
# With its usual preset x264 writes other bytes from run to run, on one thread too.
_X264 = {"preset": "ultrafast", "bf": "2", "coder": "1"}
_FRAGMENTS = {"movflags": "frag_keyframe+empty_moov"}
# Of each container FFmpeg's name, and of each file in it the codec, the pixels and both's options.
VIDEOS = {
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
ANIMATIONS = ("webp", "apng", "tif")
STRIPS = ("png", "jpg")
"""Pictures of frames side by side, with EXIF data that turns them."""
ARRAYS = ("npy", "npz", "h5")
CONTAINERS = (*VIDEOS, *ANIMATIONS, *STRIPS, *ARRAYS)
MUTATIONS = ("truncated", "flipped", "burst", "header", "joined", "renamed")
_BURST = 64
_HEADER = 512
_MOST_FLIPS = 8


def originals():
    """The undamaged files: of each container a list of their bytes."""
    found = {
        suffix: [_encoded(form, *about) for about in files]
        for suffix, (form, files) in VIDEOS.items()
    }
    found |= {suffix: [_animated(suffix)] for suffix in ANIMATIONS}
    found |= {suffix: [_strip(suffix)] for suffix in STRIPS}
    return found | {suffix: _arrays(suffix) for suffix in ARRAYS}


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
    if mutation == "joined":
        others = files[random.choice(list(files))]
        data += others[random.integers(len(others))]
    elif mutation == "renamed":  # Often with damage too, or there would be only a few of them.
        data = _flipped(random, data, random.integers(_MOST_FLIPS + 1))
        suffix = random.choice([name for name in CONTAINERS if name != container])
    else:
        data = _spoilt(random, data, mutation)
    return mutation, str(suffix), data


def damaged(data, number, seed=0):
    """The mutation and the bytes of a file that was damaged in a way that asks for no others."""
    random = np.random.default_rng([seed, number])
    mutation = MUTATIONS[:4][number % 4]
    return mutation, _spoilt(random, data, mutation)


def _spoilt(random, data, mutation):
    if mutation == "truncated":
        return data[: random.integers(1, len(data))]
    if mutation == "flipped":
        return _flipped(random, data, random.integers(1, _MOST_FLIPS + 1))
    if mutation == "burst":
        start = random.integers(max(1, len(data) - _BURST))
        return data[:start] + random.bytes(_BURST) + data[start + _BURST :]
    return data[: random.integers(4, _HEADER)]


_HOSTILE = (
    None, "", "../x", "x" * 5000, -1, 0, 2**63, 1e308, float("nan"), float("inf"), True, [], {},
    [[]], {"a": {}}, "\ud800", "\x1b[2J", "os.system", "<b>",
)  # fmt: skip


def json_mutant(data, number, seed=0):
    """The bytes of a JSON file of which a value is another, is missing, or is one too many.

    Args:
      data: the bytes of a good one, an object or a list.
      number, seed: which mutant.
    Returns:
      its mutation, and its bytes.
    """
    random = np.random.default_rng([seed, number])
    whole = json.loads(data)
    place = whole
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        inside = [key for key in keys if isinstance(place[key], dict | list) and place[key]]
        if not inside or random.random() < 0.4:
            break
        place = place[inside[random.integers(len(inside))]]
    key = keys[random.integers(len(keys))]
    mutation = ("replaced", "removed", "added")[number % 3]
    hostile = _HOSTILE[random.integers(len(_HOSTILE))]
    if mutation == "replaced":
        place[key] = hostile
    elif mutation == "removed":
        del place[key]
    elif isinstance(place, dict):
        place["another"] = hostile
    else:
        place.append(hostile)
    return mutation, json.dumps(whole).encode()


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


def _animated(suffix):
    first, *others = map(Image.fromarray, _pictures())
    file, form = io.BytesIO(), {"apng": "PNG", "tif": "TIFF", "webp": "WEBP"}[suffix]
    how = {"lossless": True} if suffix == "webp" else {}
    how |= {} if suffix == "tif" else {"duration": [100] * (FRAMES - 1) + [300]}
    first.save(file, form, save_all=True, append_images=others, **how)
    return file.getvalue()


def _strip(suffix):
    """Square frames side by side, with EXIF data such as a telephone's."""
    frames = _pictures()[:8, :, :HEIGHT]
    about = Image.Exif()
    about[0x0112], about[0x010E], about[0x0132] = 6, "a strip", "2026:11:28 12:00:00"
    file = io.BytesIO()
    picture = Image.fromarray(np.rot90(np.concatenate(frames, axis=1)).copy())
    picture.save(file, {"png": "PNG", "jpg": "JPEG"}[suffix], exif=about)
    return file.getvalue()


def _arrays(suffix):
    frames, found = _pictures(), []
    kinds = [frames, frames.astype(np.float32) / 255, np.stack([frames[:12], frames[12:]])]
    for array in kinds:
        file = io.BytesIO()
        if suffix == "npy":
            np.save(file, array)
        elif suffix == "npz":
            np.savez_compressed(file, a=array, labels=np.arange(3))
        else:
            with h5py.File(file, "w") as whole:
                whole.create_dataset("clips/a", data=array, compression="gzip")
                whole["labels"] = np.arange(3)
        found.append(file.getvalue())
    return found


def _pictures():
    """A square that goes over a ground of two colours with some noise."""
    random = np.random.default_rng(0)
    frames = random.integers(0, 24, [FRAMES, HEIGHT, WIDTH, 3], np.uint8)
    frames[:, :, : WIDTH // 2] += np.uint8([150, 90, 30])
    for number, frame in enumerate(frames):
        frame[10:26, number : number + 16] += np.uint8([40, 120, 200])
    return frames
