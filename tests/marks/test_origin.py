import types

import pytest

from vgan.marks.origin import Origin


def test_what_is_known_is_said():
    model = types.SimpleNamespace(name="gan", digest="12ab", data="34cd")
    origin = Origin.of("vgan.generate", model, 3)
    assert origin.text == "made by vgan.generate: model gan, digest 12ab, data 34cd, seed 3"
    assert Origin.of("vgan.generate", model, 0).text.endswith("seed 0")
    assert Origin("vgan.animate", given=True).text == "made by vgan.animate"


def test_other_letters_are_written_in_ascii():
    assert Origin("vgan.generate", "mine('ü')").text == r"made by vgan.generate: model mine('\xfc')"


@pytest.mark.parametrize(
    ("origin", "name"),
    [
        (Origin("vgan.generate", "gan"), "trainedAlgorithmicMedia"),
        (Origin("vgan.generate", "gan", given=True), "compositeWithTrainedAlgorithmicMedia"),
        (Origin("vgan.animate", given=True), "algorithmicallyEnhanced"),
    ],
)
def test_kind_of_media(origin, name):
    assert origin.source_type == f"http://cv.iptc.org/newscodes/digitalsourcetype/{name}"
