"""What the preparation writes and the reader reads: TFRecord framing, and the format's constants.

A record is its length (uint64, little endian), the masked CRC-32C of those eight bytes, the data,
and the masked CRC-32C of the data. tf.data.TFRecordDataset reads the same files; nothing here
needs TensorFlow, so that preparation workers stay light.
Source: tensorflow/core/lib/io/record_writer.h.
"""

import os
import struct

import google_crc32c

from vgan.core.errors import DataError
from vgan.core.stored import parse_json, positive, texts, whole

FORMAT_VERSION = 2
VIDEO_SUFFIXES = (
    ".avi", ".flv", ".gif", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".ts", ".webm", ".wmv",
)  # fmt: skip

HEADER_BYTES = 12
"""How many bytes at its beginning say how long a record is."""


def _are_shards(value):
    return isinstance(value, list) and all(
        isinstance(shard, dict)
        and whole(shard.get("records"))
        and whole(shard.get("bytes"))
        and isinstance(shard.get("sha256"), str)
        and isinstance(shard.get("name"), str)
        and shard["name"] == os.path.basename(shard["name"]) != ""  # In this folder alone.
        for shard in value
    )


def _is_rate(value):
    return value is None or positive(value)


def _is_side(value):
    return whole(value) and value > 0


_MANIFEST = {
    "height": _is_side,
    "width": _is_side,
    "labels": texts,
    "fps": dict.fromkeys(("min", "median", "max"), _is_rate),
    "frames": whole,
    "videos": whole,
    "videos_sha256": str,
    "shards": _are_shards,
}

_HEADER = struct.Struct("<QI")
_FOOTER = struct.Struct("<I")


def damaged(path, why):
    """The DataError of a damaged file of prepared data."""
    return DataError(f"data file {path!r}: {why}. Restore the folder or prepare the videos again")


def parse_manifest(text, folder):
    """The dict of a manifest.json, checked.

    Args:
      text: its bytes.
      folder: where it lies.
    Raises:
      DataError: it is damaged, or of another version.
    """
    path = os.path.join(folder, "manifest.json")
    about = path, {}, "data file", DataError, "Restore the folder or prepare the videos again"
    found = parse_json(text, *about)
    if found.get("format") != FORMAT_VERSION:
        raise DataError(
            f"prepared data {folder!r}: format {found.get('format')!r}, this version reads "
            f"{FORMAT_VERSION}. Prepare the videos again"
        )
    parse_json(text, path, _MANIFEST, *about[2:])
    if len({rate is None for rate in found["fps"].values()}) > 1:
        raise damaged(path, "field 'fps' is half unknown")
    if sum(shard["records"] for shard in found["shards"]) != found["frames"]:
        raise damaged(path, "its shards have another number of frames in all")
    return found


def png_size(data):
    """Height and width that a PNG picture announces; raises ValueError where it is none."""
    if data[:8] != b"\x89PNG\r\n\x1a\n" or len(data) < 24:
        raise ValueError("the record is not a PNG picture")
    width, height = struct.unpack(">II", data[16:24])
    return height, width


def pack(data):
    """Frames bytes as one record."""
    header = struct.pack("<Q", len(data))
    return header + _FOOTER.pack(_masked_crc(header)) + data + _FOOTER.pack(_masked_crc(data))


def framed_size(header):
    """Bytes of a whole record, from its first HEADER_BYTES; raises ValueError if damaged."""
    if len(header) < HEADER_BYTES:
        raise ValueError("the record is cut")
    length, length_crc = _HEADER.unpack(header)
    if length_crc != _masked_crc(header[:8]):
        raise ValueError("the record's length is damaged")
    return _HEADER.size + length + _FOOTER.size


def unpack(record):
    """The data of one whole record.

    Args:
      record: the bytes of exactly one record.
    Raises:
      ValueError: it's cut, or a checksum says that it's damaged.
    """
    if framed_size(record[:HEADER_BYTES]) != len(record):
        raise ValueError("the record is cut, or longer than it says")
    data = record[_HEADER.size : -_FOOTER.size]
    if _FOOTER.unpack(record[-_FOOTER.size :])[0] != _masked_crc(data):
        raise ValueError("the record's checksum doesn't match its data")
    return data


def _masked_crc(data):
    # TensorFlow rotates and shifts the sum, since a CRC over data that holds CRCs is weak.
    crc = google_crc32c.value(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
