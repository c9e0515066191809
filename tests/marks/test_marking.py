import sys

import numpy as np
import pytest

import vgan.marks
from vgan.core.errors import UsageError
from vgan.marks import certificates, manifest, pattern
from vgan.marks.marking import Marking
from vgan.marks.origin import Origin
from vgan.media.clips import write_frames

FRAMES = np.full((2, 40, 60, 3), 100, np.uint8)
ORIGIN = Origin("vgan.generate", "gan")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))


@pytest.fixture
def without_extra(monkeypatch):
    for name in ("certificates", "manifest"):
        monkeypatch.delattr(vgan.marks, name)
        monkeypatch.delitem(sys.modules, f"vgan.marks.{name}")
    for name in ("c2pa", "cryptography"):
        monkeypatch.setitem(sys.modules, name, None)


def written(marking, path):
    write_frames(path, marking(iter(FRAMES)), 10, marking.imprint(ORIGIN))
    return path


@pytest.mark.parametrize("mark", [None, True])
def test_marked_and_signed_where_the_extra_is_there(tmp_path, mark):
    marking = Marking(mark)
    np.testing.assert_array_equal(list(marking(iter(FRAMES))), list(pattern.marked(FRAMES)))
    found = manifest.read(written(marking, tmp_path / "a.webp"))
    assert (found.state, found.signer) == (manifest.VALID, certificates.NAME)


def test_not_where_it_is_not_wanted(tmp_path):
    marking = Marking(False)
    np.testing.assert_array_equal(list(marking(iter(FRAMES))), FRAMES)
    assert manifest.read(written(marking, tmp_path / "a.webp")).state == manifest.NONE
    assert not (tmp_path / "settings").exists()


def test_without_the_extra_there_is_the_comment(without_extra):
    marking = Marking()
    np.testing.assert_array_equal(list(marking(iter(FRAMES))), FRAMES)
    assert marking.imprint(ORIGIN).comment == ORIGIN.text


@pytest.mark.parametrize("given", [(True,), (None, "a.pem", "b.pem")])
def test_without_the_extra_nothing_can_be_wanted(without_extra, given):
    with pytest.raises(UsageError, match=r"Run pip install 'vgan\[provenance\]'"):
        Marking(*given)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ((None, "a.pem", None), "give both or none"),
        ((None, None, "a.pem"), "give both or none"),
        ((False, "a.pem", "b.pem"), "with --nomark nothing is signed"),
        ((None, "a.pem", "b.pem"), "a.pem: can't be read"),
    ],
)
def test_flags_that_do_not_go_together(given, text):
    with pytest.raises(UsageError, match=text):
        Marking(*given)


def test_ones_own_certificate(tmp_path, monkeypatch):
    monkeypatch.setattr(certificates, "NAME", "Ada")
    made = certificates._made()
    (tmp_path / "a.pem").write_bytes(made.chain)
    (tmp_path / "b.pem").write_bytes(made.key)
    marking = Marking(None, tmp_path / "a.pem", tmp_path / "b.pem")
    assert manifest.read(written(marking, tmp_path / "a.gif")).signer == "Ada"
