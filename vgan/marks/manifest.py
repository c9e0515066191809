"""Manifests of C2PA in video files: signed words of where a file comes from.

Whoever changes a byte of the file breaks the signature; whoever copies its frames into another file
leaves the manifest behind. Nothing is fetched from the network.

Source: C2PA Technical Specification 2.2.
"""

import importlib.metadata
import io
import json
import typing

import c2pa
from PIL import Image

from vgan.core.errors import StorageError, UsageError
from vgan.core.files import replacing
from vgan.marks.origin import Origin

TYPES = {".mp4": "video/mp4", ".gif": "image/gif", ".webp": "image/webp"}
"""MIME types of the files that are signed, by their suffixes."""

ORIGIN = "io.github.vgan.origin"
"""Label of the assertion that holds an Origin's fields."""

_LONGEST = 1000  # Characters of what a manifest says.
NONE, VALID, TAMPERED, DAMAGED = "none", "valid", "tampered with", "damaged"


class Manifest(typing.NamedTuple):
    """What a file's manifest is worth, and says.

    Attributes:
      state: NONE, VALID, TAMPERED, or DAMAGED, of a file or manifest that can't be read.
      generator: the program that wrote it, "vgan" for this one.
      signer: the name in the certificate; empty where there is none.
      says: what made the file, as text.
      why: what is wrong with it, as text.
    """

    state: str
    generator: str = ""
    signer: str = ""
    says: str = ""
    why: str = ""


def sealing(origin, credential):
    """A function of media.imprint.Imprint that puts a signed manifest into a file.

    Args:
      origin: origin.Origin.
      credential: certificates.Credential.
    """

    def seal(path, suffix):
        with (
            replacing(path) as temporary,
            open(path, "rb") as source,
            open(temporary, "w+b") as signed,
        ):
            try:
                _sign(origin, credential, TYPES[suffix], source, signed)
            except c2pa.C2paError as error:
                raise StorageError(
                    f"video: C2PA can't sign it ({error}). Check the free space, or give --nomark"
                ) from None

    return seal


def check(credential, path):
    """Raises UsageError for a Credential, of a file `path`, that C2PA doesn't take."""
    picture = io.BytesIO()
    Image.new("L", (1, 1)).save(picture, "GIF")
    signed = io.BytesIO()
    try:
        _sign(Origin("vgan"), credential, TYPES[".gif"], picture, signed)
        found = _read(signed)
    except c2pa.C2paError as error:
        found = Manifest(DAMAGED, why=str(error))
    if found.state != VALID:
        raise UsageError(f"--certificate={path}: C2PA doesn't take it ({found.why}). Give another")


def read(path):
    """The Manifest of a file, whatever made it; of state NONE where its kind can't have one."""
    with open(path, "rb") as file:
        return _read(file)


def _sign(origin, credential, kind, source, signed):
    algorithm = c2pa.C2paSigningAlg[credential.algorithm]
    about = c2pa.C2paSignerInfo(algorithm, credential.chain, credential.key, None)
    with (
        _context() as context,
        c2pa.Signer.from_info(about) as signer,
        c2pa.Builder(_described(origin), context) as builder,
    ):
        builder.sign(signer, kind, source, signed)


def _context():
    about = {"builder": {"thumbnail": {"enabled": False}}}  # They take seconds for a GIF.
    about["verify"] = {"remote_manifest_fetch": False, "ocsp_fetch": False}
    return c2pa.Context.from_dict(about)


def _described(origin):
    version = importlib.metadata.version("vgan")
    action = {"action": "c2pa.created", "digitalSourceType": origin.source_type}
    action["softwareAgent"] = {"name": origin.command, "version": version}
    assertions = [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}]
    if origin.fields:
        assertions.append({"label": ORIGIN, "data": origin.fields})
    return {
        "claim_generator_info": [{"name": "vgan", "version": version}],
        "assertions": assertions,
    }


def _read(file):
    try:
        with _context() as context:
            reader = c2pa.Reader.try_create(file, context=context)
            if reader is None:
                return Manifest(NONE)
            with reader:
                state, found = reader.get_validation_state(), json.loads(reader.json())
    except c2pa.C2paError.NotSupported:
        return Manifest(NONE)
    except c2pa.C2paError as error:
        return Manifest(DAMAGED, why=str(error))
    active = found["manifests"].get(found.get("active_manifest"), {})
    generator = next((a.get("name", "") for a in active.get("claim_generator_info", [])), "")
    signer = active.get("signature_info", {}).get("common_name", "")
    if state in ("Valid", "Trusted"):
        return Manifest(VALID, generator, signer, _told(active))
    codes = [status["code"] for status in found.get("validation_status", [])]
    why = ", ".join(code for code in codes if code != "signingCredential.untrusted")
    return Manifest(TAMPERED, generator, signer, _told(active), why)


def _told(manifest):
    """What made a file, by a manifest's word, as text."""
    said = []
    for assertion in manifest.get("assertions", []):
        label, data = assertion["label"], assertion.get("data")
        if label.startswith("c2pa.actions"):
            for action in data["actions"]:
                agent = action.get("softwareAgent", "")
                said.append(agent.get("name", "") if isinstance(agent, dict) else agent)
                said.append(action.get("digitalSourceType", "").rpartition("/")[2])
        elif label == ORIGIN and isinstance(data, dict):  # Anybody may have written it.
            said += [f"{name} {value}" for name, value in sorted(data.items())]
    return ", ".join(dict.fromkeys(text for text in said if text))[:_LONGEST]
