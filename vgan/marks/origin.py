"""Where a made video comes from."""

import typing

_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"


class Origin(typing.NamedTuple):
    """What is known of how a video was made.

    Attributes:
      command: that made it, such as "vgan.generate".
      model: --model of its run, or what else made it; empty where no network did.
      digest: of the model's weights, of sampling.model.digest.
      data: fingerprint of what the model was trained on.
      seed: of its latents, a number or a text of several, or None.
      given: whether a video or picture of the user's is in it.
    """

    command: str
    model: str = ""
    digest: str = ""
    data: str = ""
    seed: int | str | None = None
    given: bool = False

    @classmethod
    def of(cls, command, model, seed=None, given=False):
        """That of what a sampling.model.Model makes."""
        return cls(command, model.name, model.digest, model.data, seed, given)

    @property
    def fields(self):
        """What is known beside the command, by name."""
        found = {"model": self.model, "digest": self.digest, "data": self.data, "seed": self.seed}
        return {name: value for name, value in found.items() if value not in ("", None)}

    @property
    def text(self):
        """All of it on a line of ASCII."""
        about = [f"{name} {value}" for name, value in self.fields.items()]
        text = f"made by {self.command}" + (": " + ", ".join(about) if about else "")
        return text.encode("ascii", "backslashreplace").decode()

    @property
    def source_type(self):
        """The address of IPTC's word for such media, its "digital source type"."""
        if not self.model:
            return f"{_TYPES}algorithmicallyEnhanced"
        return f"{_TYPES}{'compositeWithT' if self.given else 't'}rainedAlgorithmicMedia"
