"""What is made of each file: equal settings and equal files give equal bytes."""

import dataclasses

FITS = ("crop", "motion", "letterbox")
INTERPOLATIONS = ("area", "cubic")


@dataclasses.dataclass(frozen=True)
class Settings:
    """The settings of a preparation, named as the flags of `prepare_clips` that give them.

    Attributes:
      size: height and width of the frames that are written, pixels.
      fit: "crop" to the centre, "motion" to crop where most moves, "letterbox" to keep all.
      interpolation: "area" averages where frames shrink and is cubic where they grow; "cubic".
      fps: frames per second to sample by time stamps; 0 takes the rate of each file.
      background: (red, green, blue) in [0, 255], shown where a frame is transparent.
      remove_borders: whether black borders are cut off first.
      grayscale: whether colour is taken away; three equal channels stay.
      denoise: strength of denoising by non-local means, in grey levels; 0 is off.
      equalize: clip limit of adaptive contrast equalisation; 0 is off.
      shots: spec of a detector of `data_prep.inputs.shots`; empty is off.
      features: sum of specs of `data_prep.features`; empty is off.
      drop: sum of specs of `data_prep.judging.filters`; empty is off.
      group: regular expression that names the group of a path; see `splits`.
      min_frames: a clip of fewer frames is skipped; 2 or more.
      max_pixels: a larger frame is refused before it is read.
      file_seconds: a file that takes longer is skipped.
      file_memory: MiB that reading one file may add to its process.
    """

    size: tuple[int, int] = (64, 64)
    fit: str = "crop"
    interpolation: str = "area"
    fps: float = 0.0
    background: tuple[int, int, int] = (0, 0, 0)
    remove_borders: bool = False
    grayscale: bool = False
    denoise: float = 0.0
    equalize: float = 0.0
    shots: str = ""
    features: str = ""
    drop: str = ""
    group: str = ""
    min_frames: int = 2
    max_pixels: int = 2**26
    file_seconds: float = 3600.0
    file_memory: int = 2048
