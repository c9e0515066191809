import pytest

from vgan.data.scenes import spheres


@pytest.fixture
def no_light(monkeypatch):
    """Without light, which stays where it is, a surface keeps its colours."""
    monkeypatch.setattr(spheres, "_lit", lambda colours, normal, gloss: colours)
