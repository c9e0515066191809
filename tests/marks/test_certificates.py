import datetime
import stat

import pytest
from absl import logging
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from vgan.core.errors import UsageError
from vgan.marks import certificates


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The user's folder of settings; what is warned of is added to its list."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    return tmp_path / "settings" / "vgan"


@pytest.fixture
def warnings(monkeypatch):
    told = []
    monkeypatch.setattr(logging, "warning", lambda text, *of: told.append(text % of))
    return told


def test_it_is_made_once_and_kept(home, warnings):
    first = certificates.thrown_away()
    (path,) = home.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert certificates.thrown_away() == first
    assert len(warnings) == 1 and str(path) in warnings[0] and "nobody trusts it" in warnings[0]


def test_a_damaged_or_old_one_is_made_anew(home, warnings, monkeypatch):
    monkeypatch.setattr(certificates, "_DAYS", -1 / 24)  # It ended an hour ago.
    old = certificates.thrown_away()
    monkeypatch.undo()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home.parent))
    new = certificates.thrown_away()
    assert new != old
    ends = x509.load_pem_x509_certificates(new.chain)[0].not_valid_after_utc
    assert ends > datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1000)
    (home / "throw-away.pem").write_text("text")
    assert certificates.thrown_away() != new


def test_where_it_cannot_be_kept_it_is_forgotten(home, warnings):
    home.parent.write_text("a file, no folder")
    assert certificates.thrown_away().algorithm == "ES256"
    assert "not kept" in warnings[0]


@pytest.fixture
def files(home, warnings, tmp_path):
    """PEM files of a certificate and of keys that are its own, another's, and locked."""
    made = certificates.thrown_away()
    (tmp_path / "chain.pem").write_bytes(made.chain)
    (tmp_path / "key.pem").write_bytes(made.key)
    other, form = ec.generate_private_key(ec.SECP384R1()), serialization.PrivateFormat.PKCS8
    for name, lock in (
        ("other", serialization.NoEncryption()),
        ("locked", serialization.BestAvailableEncryption(b"word")),
    ):
        pem = other.private_bytes(serialization.Encoding.PEM, form, lock)
        (tmp_path / f"{name}.pem").write_bytes(pem)
    return tmp_path


def test_ones_own(files):
    found = certificates.of_files(files / "chain.pem", files / "key.pem")
    assert found == certificates.thrown_away()


@pytest.mark.parametrize(
    ("chain", "key", "text"),
    [
        ("chain", "other", "the key is of another certificate"),
        ("chain", "locked", "[Pp]assword"),
        ("chain", "chain", "Give a chain of certificates"),
        ("key", "key", "Give a chain of certificates"),
        ("none", "key", "--certificate=.*none.pem: can't be read"),
        ("chain", "none", "--certificate_key=.*none.pem: can't be read"),
    ],
)
def test_what_can_be_none(files, chain, key, text):
    with pytest.raises(UsageError, match=text):
        certificates.of_files(files / f"{chain}.pem", files / f"{key}.pem")
