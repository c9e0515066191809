import keras
import numpy as np
import pytest
import tensorflow as tf

from vgan.networks.batch_statistics import BatchNorm, MinibatchStd

SHAPES = ((8, 3), (4, 6, 5, 3), (4, 2, 3, 5, 3))
RNG = np.random.default_rng(0)


def batch(shape, mean=2.0):
    return RNG.normal(mean, 3, shape).astype(np.float32)


def norm(**arguments):
    """A layer for three channels whose scale and offset matter."""
    layer = BatchNorm(**arguments)
    layer.build((None, 3))
    layer.gamma.assign([0.5, 1.0, -2.0])
    layer.beta.assign([1.0, 0.0, -1.0])
    return layer


def over_all_but_channels(function, x, **arguments):
    return function(x.reshape(-1, x.shape[-1]).astype(np.float64), axis=0, **arguments)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_batch_norm_in_training_by_numpy_and_by_keras(shape):
    layer, x = norm(), batch(shape)
    mean, variance = over_all_but_channels(np.mean, x), over_all_but_channels(np.var, x)
    expected = (x - mean) / np.sqrt(variance + 1e-5) * layer.gamma + layer.beta
    found = layer(x, training=True)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    other = keras.layers.BatchNormalization(epsilon=1e-5)
    other.build(shape)
    other.gamma.assign(layer.gamma)
    other.beta.assign(layer.beta)
    np.testing.assert_allclose(found, other(x, training=True), atol=1e-5)


def test_batch_norm_out_of_training_takes_the_averages():
    layer, x = norm(), batch(SHAPES[1])
    layer.mean.assign([1.0, 2.0, 3.0])
    layer.variance.assign([4.0, 9.0, 16.0])
    expected = (x - [1, 2, 3]) / np.sqrt(np.array([4, 9, 16]) + 1e-5) * layer.gamma + layer.beta
    np.testing.assert_allclose(layer(x), expected, atol=1e-5)
    np.testing.assert_allclose(layer(x[:1], training=False), expected[:1], atol=1e-5)


def test_only_after_step_moves_the_averages_and_only_once_a_call():
    layer, first, last = norm(momentum=0.75), batch(SHAPES[2]), batch(SHAPES[2], mean=-1.0)
    layer(first, training=True)
    layer(last, training=True)
    np.testing.assert_array_equal(layer.mean, [0, 0, 0])
    np.testing.assert_array_equal(layer.variance, [1, 1, 1])
    layer.after_step()
    mean = 0.25 * over_all_but_channels(np.mean, last)
    variance = 0.75 + 0.25 * over_all_but_channels(np.var, last, ddof=1)
    for _ in range(2):
        np.testing.assert_allclose(layer.mean, mean, rtol=1e-4)
        np.testing.assert_allclose(layer.variance, variance, rtol=1e-4)
        layer(first, training=False)
        layer.after_step()


def test_the_averages_get_where_the_batches_are():
    layer, x = norm(), batch(SHAPES[1])
    for _ in range(100):
        layer(x, training=True)
        layer.after_step()
    unbiased = np.sqrt(119 / 120)
    trained = (layer(x, training=True) - layer.beta) * unbiased + layer.beta
    np.testing.assert_allclose(layer(x), trained, atol=1e-3)


def test_batch_norm_within_a_step_that_is_one_graph():
    x = batch(SHAPES[1])
    plain, model = norm(), keras.Sequential([keras.Input(SHAPES[1][1:]), norm(name="inside")])
    inside = model.get_layer("inside")
    inside.gamma.assign(plain.gamma)
    inside.beta.assign(plain.beta)

    @tf.function(autograph=False)
    def step(video):
        found = model(video, training=True)
        inside.after_step()
        return found

    for number in range(3):
        expected = plain(x + number, training=True)
        plain.after_step()
        np.testing.assert_allclose(step(x + number), expected, atol=1e-5)
    for one, other in zip(inside.weights, plain.weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


def test_gradients_flow_through_the_statistics():
    """The same scale and offset of all inputs change nothing, so they have no gradient."""
    layer, x = norm(), tf.constant(batch(SHAPES[1]))
    direction = batch(SHAPES[1])
    with tf.GradientTape() as second, tf.GradientTape() as first:
        second.watch(x)
        first.watch(x)
        total = tf.reduce_sum(direction * layer(x, training=True))
        gradient = first.gradient(total, x)
        again = tf.reduce_sum(gradient**2)
    assert np.abs(gradient).max() > 0.01
    np.testing.assert_allclose(np.sum(gradient, (0, 1, 2)), 0, atol=1e-3)
    np.testing.assert_allclose(np.sum(gradient * x, (0, 1, 2)), 0, atol=1e-3)
    # The gradient falls as one over the scale of the inputs, and so does its square, squared.
    radial = np.sum(second.gradient(again, x) * (x - np.mean(x, (0, 1, 2))))
    assert radial == pytest.approx(-2 * float(again), rel=1e-3)


def test_batch_norm_in_bfloat16_keeps_float32_statistics():
    layer, x = norm(dtype="mixed_bfloat16"), batch(SHAPES[1], mean=100.0)
    exact = over_all_but_channels(np.mean, np.asarray(tf.cast(x, tf.bfloat16)))
    assert layer(x, training=True).dtype == tf.bfloat16
    layer.after_step()
    np.testing.assert_allclose(layer.mean, 0.1 * exact, rtol=1e-6)
    assert {v.dtype for v in layer.variables} == {"float32"}


def test_a_model_is_copied_right_after_a_training_call():
    model = keras.Sequential([keras.Input((4, 3)), norm(momentum=0.5), MinibatchStd(3)])
    model(batch((2, 4, 3)), training=True)
    copy = keras.models.clone_model(model)
    assert copy.layers[0].momentum == 0.5 and copy.layers[1].group == 3
    copy.layers[0].after_step()
    np.testing.assert_array_equal(copy.layers[0].mean, [0, 0, 0])


def deviation(rows):
    return np.sqrt(np.var(rows.astype(np.float64), 0) + 1e-8).mean()


@pytest.mark.parametrize("shape", [(6, 5), (6, 4, 3, 2), (6, 2, 4, 3, 2)], ids=str)
@pytest.mark.parametrize(
    ("group", "members"),
    [(1, [[0], [1], [2], [3], [4], [5]]), (2, [[0, 3], [1, 4], [2, 5]]),
     (3, [[0, 2, 4], [1, 3, 5]]), (4, [[0, 1, 2, 3, 4, 5]]), (9, [[0, 1, 2, 3, 4, 5]])],
)  # fmt: skip
def test_minibatch_std_by_numpy(shape, group, members):
    x = batch(shape)
    expected = np.empty([*shape[:-1], 1])
    for rows in members:
        expected[rows] = deviation(x[rows])
    expected = np.concatenate([x, expected], -1)
    if expected.shape[-1] % 2:
        expected = np.concatenate([expected, np.zeros_like(expected[..., :1])], -1)
    layer = MinibatchStd(group)
    np.testing.assert_allclose(layer(x), expected, rtol=1e-5, atol=1e-6)
    anyhow = tf.function(layer, input_signature=[tf.TensorSpec([None, *shape[1:]])])
    np.testing.assert_allclose(anyhow(x), expected, rtol=1e-5, atol=1e-6)
    assert anyhow.get_concrete_function().output_shapes[1:] == [*expected.shape[1:]]


def test_equal_clips_have_a_gradient_that_is_finite():
    x = tf.ones([4, 2, 3])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = MinibatchStd()(x)
    np.testing.assert_allclose(y[..., 3], 1e-4, rtol=1e-4)
    assert np.isfinite(tape.gradient(y, x)).all()


def test_minibatch_std_in_bfloat16_is_rounded_only_at_the_end():
    layer, x = MinibatchStd(2, dtype="mixed_bfloat16"), batch((64, 5, 7))
    found = layer(x)
    assert found.dtype == tf.bfloat16
    exact = MinibatchStd(2)(np.asarray(tf.cast(tf.cast(x, tf.bfloat16), tf.float32)))
    np.testing.assert_array_equal(found, tf.cast(exact, tf.bfloat16))
