"""Certificates by which videos are signed: one of the user's own, or one that is thrown away."""

import datetime
import functools
import os
import typing
from pathlib import Path

from absl import logging
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from vgan.core.errors import UsageError
from vgan.core.files import replacing

NAME = "vgan throw-away certificate"
_DAYS = 3650
_CURVES = {256: "ES256", 384: "ES384", 521: "ES512"}
_BEGIN = b"-----BEGIN CERTIFICATE-----"


class Credential(typing.NamedTuple):
    """By what a video is signed.

    Attributes:
      algorithm: its name in C2PA, such as "ES256".
      chain: certificates in PEM, that of the key first, bytes.
      key: in PEM, bytes.
    """

    algorithm: str
    chain: bytes
    key: bytes


def of_files(certificate, key):
    """The Credential of two PEM files; raises UsageError where they can't be one."""
    read = []
    for flag, path in (("certificate", certificate), ("certificate_key", key)):
        try:
            read.append(Path(path).read_bytes())
        except OSError as error:
            why = error.strerror or error
            raise UsageError(f"--{flag}={path}: can't be read ({why}). Name a PEM file") from None
    try:
        return _credential(*read)
    except (ValueError, TypeError) as error:  # The latter for a key with a password.
        raise UsageError(
            f"--certificate={certificate}, --certificate_key={key}: {error}. Give a chain of "
            "certificates and its private key without a password, in PEM"
        ) from None


def thrown_away():
    """A Credential that says nothing of who signed, made at its first use, and kept from then on.

    It lies in the user's own folder of settings; where that can't be written, it is forgotten.
    """
    try:
        path = _home() / "throw-away.pem"
    except RuntimeError as error:  # A user without a home.
        return _told(_made(), f"not kept ({error})")
    try:
        key, begin, chain = path.read_bytes().partition(_BEGIN)
        if _is_valid(begin + chain):
            return _credential(begin + chain, key)
    except (OSError, ValueError):
        pass  # None yet, or a damaged one.
    made = _made()
    where = f"kept in {str(path)!r}"
    try:
        with replacing(path) as temporary:
            temporary.chmod(0o600)
            temporary.write_bytes(made.key + made.chain)
    except OSError as error:
        where = f"not kept ({error})"
    return _told(made, where)


def _told(made, where):
    """A Credential that was just made; warns of what it is worth, and where it is."""
    logging.warning(
        "videos are signed by a throw-away certificate, made now and %s: it shows that they are "
        "unchanged, but nobody trusts it. See --certificate",
        where,
    )
    return made


def _home():
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "vgan"


def _is_valid(chain):
    now = datetime.datetime.now(datetime.UTC)
    return all(
        c.not_valid_before_utc <= now < c.not_valid_after_utc
        for c in x509.load_pem_x509_certificates(chain)
    )


def _credential(chain, key):
    private = serialization.load_pem_private_key(key, None)
    if x509.load_pem_x509_certificates(chain)[0].public_key() != private.public_key():
        raise ValueError("the key is of another certificate")
    match private:
        case ec.EllipticCurvePrivateKey() if private.key_size in _CURVES:
            return Credential(_CURVES[private.key_size], chain, key)
        case ed25519.Ed25519PrivateKey():
            return Credential("ED25519", chain, key)
        case rsa.RSAPrivateKey():
            return Credential("PS256", chain, key)
    raise ValueError("C2PA has no use for a key of this kind")


def _made():
    """A certificate and its key, signed by an authority whose key is gone at once.

    C2PA takes none that is its own authority, and wants one meant for signing documents or mail:
    specification 2.2, section 14.5.1.
    """
    authority, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    sign = functools.partial(_signed, authority=authority)
    certificates = sign(NAME, own, is_authority=False), sign(f"{NAME}: authority", authority, True)
    chain = b"".join(c.public_bytes(serialization.Encoding.PEM) for c in certificates)
    form = serialization.PrivateFormat.PKCS8
    key = own.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    return Credential("ES256", chain, key)


def _signed(name, key, is_authority, authority):
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder(serial_number=x509.random_serial_number())
        .subject_name(_named(name))
        .issuer_name(_named(f"{NAME}: authority"))
        .public_key(key.public_key())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=_DAYS))
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        .add_extension(_usage(is_authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), False
        )
    )
    if not is_authority:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purpose, critical=False)
    return builder.sign(authority, hashes.SHA256())


def _named(name):
    organization = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "vgan")
    return x509.Name([organization, x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(is_authority):
    named = "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"
    others = dict.fromkeys((*named, "encipher_only", "decipher_only"), False)
    signs = {"key_cert_sign": is_authority, "crl_sign": is_authority}
    return x509.KeyUsage(digital_signature=not is_authority, **signs, **others)
