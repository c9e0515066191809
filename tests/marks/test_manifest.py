import json
import socket

import av
import c2pa
import numpy as np
import pytest

from vgan.core.errors import StorageError, UsageError
from vgan.marks import certificates, manifest
from vgan.marks.origin import Origin
from vgan.media.clips import write_video
from vgan.media.imprint import Imprint

ORIGIN = Origin("vgan.generate", "gan", "12ab", "34cd", 3)
VIDEO = np.random.default_rng(0).integers(0, 256, (4, 32, 48, 3), np.uint8)


@pytest.fixture(scope="module")
def credential():
    return certificates._made()


@pytest.fixture(params=["mp4", "gif", "webp"])
def signed(request, credential, tmp_path):
    """A small signed file of each kind."""
    path = tmp_path / f"a.{request.param}"
    seal = manifest.sealing(ORIGIN, credential)
    write_video(path, VIDEO, 10, imprint=Imprint(ORIGIN.text, seal))
    return path


def test_a_signed_file_is_valid(signed, monkeypatch):
    def refused(*of):
        raise AssertionError("no network")

    monkeypatch.setattr(socket.socket, "connect", refused)
    found = manifest.read(signed)
    assert (found.state, found.generator, found.why) == (manifest.VALID, "vgan", "")
    assert found.signer == certificates.NAME
    about = "vgan.generate, trainedAlgorithmicMedia, data 34cd, digest 12ab, model gan, seed 3"
    assert found.says == about
    assert list(signed.parent.iterdir()) == [signed]


def test_it_has_no_thumbnail(signed):
    with c2pa.Reader(str(signed)) as reader:
        assert "thumbnail" not in json.dumps(json.loads(reader.json()))


@pytest.mark.parametrize("share", [0.4, 0.6, 0.95])
def test_a_tampered_file_is_told(signed, share):
    data = bytearray(signed.read_bytes())
    data[int(share * len(data))] ^= 1
    signed.write_bytes(data)
    found = manifest.read(signed)
    assert found.state == manifest.TAMPERED and found.why


def test_a_stripped_file_has_none(credential, tmp_path):
    path, copy = tmp_path / "a.mp4", tmp_path / "b.mp4"
    write_video(path, VIDEO, 10, imprint=Imprint("", manifest.sealing(ORIGIN, credential)))
    with av.open(str(path)) as source, av.open(str(copy), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    assert manifest.read(copy) == manifest.Manifest(manifest.NONE)


def test_other_files_have_none(tmp_path):
    (tmp_path / "a.mp4").write_text("text")
    assert manifest.read(tmp_path / "a.mp4").state == manifest.NONE


def test_a_cut_file_is_told(signed):
    signed.write_bytes(signed.read_bytes()[:-300])
    found = manifest.read(signed)
    assert found.state in (manifest.TAMPERED, manifest.DAMAGED) and found.why


def test_nothing_is_left_of_a_file_that_cannot_be_signed(tmp_path):
    def seal(path, suffix):
        raise StorageError("no")

    for suffix in ("mp4", "gif", "webp"):
        with pytest.raises(StorageError, match="no"):
            write_video(tmp_path / f"a.{suffix}", VIDEO, 10, imprint=Imprint("", seal))
    assert not list(tmp_path.iterdir())


def test_a_file_that_c2pa_cannot_sign(credential, tmp_path):
    (tmp_path / "a.gif").write_text("text")
    with pytest.raises(StorageError, match="C2PA can't sign it .*--nomark"):
        manifest.sealing(ORIGIN, credential)(tmp_path / "a.gif", ".gif")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["text"]


def test_a_certificate_that_c2pa_refuses(credential):
    manifest.check(credential, "a.pem")
    alone = credential._replace(chain=credential.chain[credential.chain.rindex(b"-----BEGIN") :])
    with pytest.raises(UsageError, match="--certificate=a.pem: C2PA doesn't take it"):
        manifest.check(alone, "a.pem")
