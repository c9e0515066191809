"""Feature networks of the user's own: small SavedModels made here."""

import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf

from vgan.core import spec
from vgan.core.errors import UsageError
from vgan.metrics import user_networks

ANY = tf.TensorSpec([None, None, None, None, 3], tf.float32, name="clips")
FIXED = tf.TensorSpec([None, 4, 6, 6, 3], tf.float32, name="clips")
PICTURES = tf.TensorSpec([None, None, None, 3], tf.float32, name="pictures")
MASK = tf.TensorSpec([None], tf.float32, name="mask")


def noise(count=3, frames=4, height=5, width=8):
    return np.random.default_rng(0).integers(0, 256, (count, frames, height, width, 3), np.uint8)


def save(folder, factor=1.0):
    """A network with outputs of many kinds; `factor` is its one weight."""
    module = tf.Module()
    module.factor = tf.Variable(factor)

    @tf.function(input_signature=[ANY])
    def clips(clips):
        means = tf.reduce_mean(clips, [2, 3])
        return {
            "pixels": module.factor * tf.reshape(clips, [tf.shape(clips)[0], -1]),
            "logits": tf.tile(means[:, 0, :1], [1, 400]),
            "frames": means,
            "pooled": means[0],
        }

    @tf.function(input_signature=[FIXED])
    def fixed(clips):
        return {"pixels": tf.reduce_mean(clips, [1, 2, 3])}

    @tf.function(input_signature=[ANY])
    def picky(clips):
        return {"pixels": tf.reshape(clips, [tf.shape(clips)[0], 4 * 6 * 6 * 3])}

    @tf.function(input_signature=[PICTURES])
    def pictures(pictures):
        return {"pixels": tf.reduce_mean(pictures, [1, 2])}

    @tf.function(input_signature=[ANY, MASK])
    def masked(clips, mask):
        return {"pixels": mask[:, None] * tf.reduce_mean(clips, [1, 2, 3])}

    others = {"fixed": fixed, "picky": picky, "pictures": pictures, "masked": masked}
    functions = {"serving_default": clips} | others
    signatures = {name: function.get_concrete_function() for name, function in functions.items()}
    tf.saved_model.save(module, str(folder), signatures)
    return str(folder)


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    return save(tmp_path_factory.mktemp("network") / "1")


def resized_by_hand(videos, size):
    """[N, T, H, W, 3] as TensorFlow 1 did: pixel i of n lies at i * length / n of the old ones."""
    videos = videos.astype(float)
    for axis in (2, 3):
        length = videos.shape[axis]
        place = np.arange(size) * length / size
        low = np.floor(place).astype(int)
        share = (place - low).reshape([-1] + [1] * (4 - axis))
        high = np.minimum(low + 1, length - 1)
        videos = videos.take(low, axis) * (1 - share) + videos.take(high, axis) * share
    return videos


@pytest.mark.parametrize("size", [3, 6, 11])
def test_frames_are_resized_as_by_tensorflow_1(network, size):
    videos = noise()
    found = user_networks.saved_model(network, "pixels", size=size, value_range=(0, 255))(videos)
    expected = resized_by_hand(videos, size).reshape(3, -1)
    np.testing.assert_allclose(found, expected, atol=1e-3)


@pytest.mark.parametrize(
    ("value_range", "black", "white"), [((-1.0, 1.0), -1, 1), ([0, 1], 0, 1), ((2, -6), 2, -6)]
)
def test_black_and_white_become_the_value_range(network, value_range, black, white):
    videos = noise()
    extractor = user_networks.saved_model(network, "pixels", value_range=value_range)
    expected = black + (white - black) * (videos.reshape(3, -1) / 255)
    np.testing.assert_allclose(extractor(videos), expected, atol=1e-5)
    assert extractor.value_range == (black, white)


def test_what_it_says_of_itself(network):
    extractor = user_networks.saved_model(network, "pixels")
    assert (extractor.name, extractor.frames, extractor.size) == ("saved_model", None, None)
    assert (extractor.resize, extractor.comparable) == ("none", "")
    extractor = user_networks.saved_model(network, "pixels", name="mine", frames=4, size=6)
    assert (extractor.name, extractor.frames, extractor.size) == ("mine", 4, 6)
    assert extractor.resize == "bilinear, TensorFlow 1"


def test_the_digest_is_of_all_that_determines_the_features(network, tmp_path):
    def digest(path=network, output="pixels", **about):
        return user_networks.saved_model(path, output, **about).digest

    copy = shutil.copytree(network, tmp_path / "elsewhere")
    # The same graph with one other weight.
    other = shutil.copytree(network, tmp_path / "other")
    shutil.rmtree(other / "variables")
    shutil.copytree(save(tmp_path / "half", 0.5) + "/variables", other / "variables")
    halved = user_networks.saved_model(str(other), "pixels")(noise())
    np.testing.assert_allclose(halved, user_networks.saved_model(network, "pixels")(noise()) / 2)
    assert digest(str(copy)) == digest(copy) == digest(value_range=[-1, 1]) == digest(frames=4)
    assert digest(name="mine") == digest()
    different = [
        digest(),
        digest(other),
        digest(output="frames"),
        digest(signature="fixed"),
        digest(size=6),
        digest(value_range=(0, 1)),
    ]
    assert len(set(different)) == len(different)


def test_features_of_a_keras_export_are_the_models_own(tmp_path):
    clips = keras.Input([4, 6, 6, 3])
    features = keras.layers.Dense(7)(keras.layers.GlobalAveragePooling3D()(clips))
    model = keras.Model(clips, features)
    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("embed", model.call, [keras.InputSpec("float32", [None, 4, 6, 6, 3])])
    archive.write_out(str(tmp_path), verbose=False)
    videos = noise(18, 4, 6, 6)
    found = user_networks.saved_model(str(tmp_path), "output_0", "embed")(videos)
    np.testing.assert_allclose(found, model(np.float32(videos / 127.5 - 1)), atol=1e-5)


def test_features_of_a_tensorflow_1_network(tmp_path):
    """Published I3D networks are of this kind."""
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        clips = tf.compat.v1.placeholder(tf.float32, ANY.shape)
        weight = tf.compat.v1.get_variable("w", initializer=tf.fill([3, 2], 0.5))
        features = tf.reduce_sum(clips, [1, 2, 3]) @ weight
        session.run(tf.compat.v1.global_variables_initializer())
        signature = tf.compat.v1.saved_model.predict_signature_def({"rgb": clips}, {"f": features})
        builder = tf.compat.v1.saved_model.Builder(str(tmp_path / "1"))
        builder.add_meta_graph_and_variables(session, ["serve"], {"default": signature})
        builder.save()
    found = user_networks.saved_model(tmp_path / "1", "f", "default", value_range=(0, 255))(noise())
    np.testing.assert_allclose(found, np.tile(noise().sum((1, 2, 3, 4))[:, None] / 2, 2), rtol=1e-5)


def test_i3d_takes_16_frames_of_224_and_gives_400_logits(network):
    extractor = user_networks.i3d(network, "logits")
    assert (extractor.name, extractor.frames, extractor.size) == ("i3d", 16, 224)
    assert (extractor.comparable, extractor.value_range) == ("fvd", (-1, 1))
    videos = noise(1, 16)
    reds = resized_by_hand(videos[:, :1, ..., :1], 224).mean() / 127.5 - 1
    np.testing.assert_allclose(extractor(videos), np.full((1, 400), reds), atol=1e-5)
    with pytest.raises(UsageError, match="'i3d': made for clips of 16 frames, not 8"):
        extractor(noise(1, 8))


@pytest.mark.parametrize(("output", "shape"), [("frames", r"\[1, 16, 3\]"), ("pooled", r"\[16, 3")])
def test_i3d_of_another_width(network, output, shape):
    with pytest.raises(
        UsageError, match=rf"output '{output}' is {shape}.*, i3d gives \[1, 400\]. Name its"
    ):
        user_networks.i3d(network, output)(noise(1, 16))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            {"signature": "embed"},
            "no signature 'embed'. It has: fixed, masked, picky, pictures, ser",
        ),
        ({"output": "embedding"}, "no output 'embedding'. It has: frames, logits, pixels, pooled"),
        ({"signature": "masked"}, "'masked' takes {.*'mask': .*}, needed is one input of clips"),
        (
            {"signature": "pictures"},
            r"'pictures' takes {'pictures': \[None, None, None, 3\]}, need",
        ),
        ({"frames": 0}, "frames=0 is no whole number from 1"),
        ({"frames": 16.0}, "frames=16.0 is no whole number"),
        ({"size": -1}, "size=-1 is no whole number"),
        ({"size": True}, "size=True is no whole number"),
        ({"size": (6, 6)}, r"size=\(6, 6\) is no whole number"),
        ({"value_range": 1.0}, r"value_range=1.0. Write \(low, high\)"),
        ({"value_range": (0, 128, 255)}, r"value_range=\(0, 128, 255\)"),
        ({"value_range": ("0", "1")}, r"value_range=\('0', '1'\)"),
    ],
)
def test_what_does_not_fit_the_network(network, arguments, text):
    with pytest.raises(UsageError, match=text) as raised:
        user_networks.saved_model(**{"path": network, "output": "pixels"} | arguments)
    assert str(raised.value).startswith(f"features {network!r}: ")


@pytest.mark.parametrize("output", ["frames", "pooled"])
def test_features_that_are_not_a_row_a_clip(network, output):
    with pytest.raises(UsageError, match="'saved_model': gave .* for 3 clips"):
        user_networks.saved_model(network, output)(noise())


@pytest.mark.parametrize(("signature", "width"), [("fixed", 3), ("picky", 432)])
def test_clips_that_the_network_refuses(network, signature, width):
    text = r"refuses clips \[3, 4, 5, 8, 3\] \(.+\). Set frames and size to what it takes"
    with pytest.raises(UsageError, match=text):
        user_networks.saved_model(network, "pixels", signature)(noise())
    extractor = user_networks.saved_model(network, "pixels", signature, size=6)
    assert extractor(noise()).shape == (3, width)
    with pytest.raises(UsageError, match=r"refuses clips \[3, 5, 6, 6, 3\]"):
        extractor(noise(frames=5))


def test_what_is_not_a_saved_model(network, tmp_path):
    for path in (tmp_path, tmp_path / "missing", network + "/saved_model.pb"):
        with pytest.raises(UsageError, match="not a SavedModel. Give the folder of one"):
            user_networks.saved_model(str(path), "pixels")
    copy = shutil.copytree(network, tmp_path / "copy")
    (copy / "variables" / "variables.index").unlink()
    with pytest.raises(UsageError, match=r"copy': can't be loaded \(.+\)$"):
        user_networks.saved_model(str(copy), "pixels")
    (copy / "saved_model.pb").write_text("text")
    with pytest.raises(UsageError, match=r"copy': can't be loaded \(.+\)$"):
        user_networks.saved_model(str(copy), "pixels")


def test_they_are_chosen_by_spec_strings(network):
    def build(text):
        return spec.build(spec.parse(text), "vgan.metrics.user_networks.{}")

    extractor = build(f"saved_model(path={network!r}, output='frames', size=6)")
    assert extractor.digest == user_networks.saved_model(network, "frames", size=6).digest
    with pytest.raises(UsageError, match=r"i3d\(\): no argument 'size'. It takes: path, output, s"):
        build(f"i3d(path={network!r}, output='logits', size=64)")
    with pytest.raises(UsageError, match=r"saved_model\(\): needs the argument output"):
        build(f"saved_model(path={network!r})")
    with pytest.raises(UsageError, match="unknown name 'fvd'.*Known: i3d, saved_model;"):
        build("fvd(path='i3d')")
