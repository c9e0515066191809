"""What the preparation writes and the reader reads: TFRecord framing, and the format's constants.

A record is its length (uint64, little endian), the masked CRC-32C of those eight bytes, the data,
and the masked CRC-32C of the data. tf.data.TFRecordDataset reads the same files; nothing here
needs TensorFlow, so that preparation workers stay light.
Source: tensorflow/core/lib/io/record_writer.h.
"""

import struct

import google_crc32c

FORMAT_VERSION = 2
VIDEO_SUFFIXES = (
    ".avi", ".gif", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".webm",
)  # fmt: skip

HEADER_BYTES = 12
"""How many bytes at its beginning say how long a record is."""

_HEADER = struct.Struct("<QI")
_FOOTER = struct.Struct("<I")


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
