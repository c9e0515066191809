"""The settings of compressors beside those of critics."""

import dataclasses

from vgan.core.settings import setting


@dataclasses.dataclass(frozen=True)
class CompressorFlags:
    """What compresses clips."""

    compressor: str = setting(
        "haar3d()", "Networks that compress clips and restore them, of vgan/networks.", True,
        family=True,
    )  # fmt: skip
