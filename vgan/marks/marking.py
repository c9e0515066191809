"""What commands do so that the videos they make say where they come from."""

from vgan.core.errors import UsageError
from vgan.marks import pattern
from vgan.media.imprint import Imprint


class Marking:
    """The marks of the videos of one command.

    All get a comment in their container. With `mark` also the invisible mark, and a manifest of
    C2PA, for which there must be the extra `provenance`.

    Args:
      mark: True, False, or None for where the extra is there.
      certificate, key: paths of PEM files by which manifests are signed; None for a certificate
        that vgan makes itself, which nobody trusts.
    Raises:
      UsageError: a mark without the extra, a certificate without its key or that is of no use.
    """

    def __init__(self, mark=None, certificate=None, key=None):
        self._credential = None
        own = certificate is not None
        if own != (key is not None):
            raise UsageError("--certificate, --certificate_key: give both or none")
        if mark is False:
            if own:
                raise UsageError("--certificate: with --nomark nothing is signed. Drop one")
            return
        try:
            from vgan.marks import certificates, manifest
        except ImportError as error:
            if mark or own:
                flag = "mark" if mark else "certificate"
                raise UsageError(f"--{flag}: {error}. Run pip install 'vgan[provenance]'") from None
            return
        self._sealing = manifest.sealing
        if own:
            self._credential = certificates.of_files(certificate, key)
            manifest.check(self._credential, certificate)
        else:
            self._credential = certificates.thrown_away()

    def __call__(self, frames):
        """Frames uint8 [H, W, 3] as they are to be written: nothing else comes after this."""
        return frames if self._credential is None else pattern.marked(frames)

    def imprint(self, origin):
        """The media.imprint.Imprint of a file made by an origin.Origin."""
        if self._credential is None:
            return Imprint(origin.text)
        return Imprint(origin.text, self._sealing(origin, self._credential))
