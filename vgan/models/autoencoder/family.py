"""How a compressor is built of its parts."""

import keras
from keras import layers, ops

from vgan.core.arguments import check_number
from vgan.core.errors import UsageError
from vgan.models.autoencoder import bottleneck
from vgan.models.autoencoder.autoencoder import Autoencoder, Costs, Rebuilding
from vgan.models.autoencoder.latents import Latents
from vgan.models.game.flags import OF_CRITICS, check_critics
from vgan.models.game.rules import disguise_of, rules_of
from vgan.models.parts import Family


def family(kl=None, levels=(), bands=0.1, begin=None):
    """An encoder to a small volume of latents and a decoder back, of --task=rebuilding.

    Args:
      kl: weight of the latents' divergence from a standard normal distribution, a number; None for
        1e-4.
      levels: put each number of a place on so many levels instead, (8, 5, 5, 5) for 4 numbers.
      bands: weight of the absolute difference of wavelet bands beside that of pixels.
      begin: share of the steps after which critics are heard, None for a quarter.

    Source: Rombach et al., "High-Resolution Image Synthesis with Latent Diffusion Models", 2022,
    section 3.1; of levels, Mentzer et al., "Finite Scalar Quantization", 2023.
    """
    check_number("--model=autoencoder", least=0, bands=bands)
    if begin is not None:
        check_number("--model=autoencoder", least=0, most=1, begin=begin)
    through = bottleneck.of_arguments(kl, levels)

    def pair(parts):
        encoder, decoder = parts.network("compressor")
        depth = decoder.inputs[0].shape[-1]
        if levels and len(levels) != depth:
            raise UsageError(
                f"--model=autoencoder(levels={levels!r}): {len(levels)} of them, but "
                f"--compressor={parts.config.compressor} has {depth} numbers a place. Give one "
                "for each"
            )
        return _encoder(encoder, through.moments), _decoder(decoder, parts)

    def model(parts):
        parts = _checked(parts)
        check_critics(parts.config)
        if begin is not None and not parts.config.discriminator:
            raise UsageError(
                f"--model=autoencoder(begin={begin!r}): says when critics are heard. Name some by "
                "--discriminator, or drop it"
            )
        pairs = [pair(parts), pair(parts)]
        (encoder, generator), (encoder_average, average) = pairs
        rules, config = rules_of(parts), parts.config
        optimizers = [parts.optimizer(), parts.optimizer()]
        first = round((0.25 if begin is None else begin) * config.steps)
        costs = Costs(1e-4 if kl is None else kl, bands, first)
        game = generator, average, (encoder, encoder_average), optimizers, rules
        return Autoencoder(*game, disguise_of(config), through=through, costs=costs)

    def sampler(parts):
        encoder, average = pair(_checked(parts))
        return Rebuilding(average, encoder, through)

    def codec(parts):
        encoder, average = pair(_checked(parts))
        return Latents(average, encoder, through)

    return Family(model, sampler, ("compressor", "losses", *OF_CRITICS), codec)


def _checked(parts):
    """The parts of a model that is shown clips as they are; raises UsageError for other tasks."""
    if parts.num_labels:
        raise UsageError(
            "--conditional: --model=autoencoder rebuilds clips of all classes alike. Drop it"
        )
    return parts.without_given()


def _encoder(encoder, moments):
    """Clips to `moments` numbers of each latent."""
    mean, features = encoder.output
    more = [layers.Conv3D(mean.shape[-1], 1, dtype="float32")(features) for _ in range(moments - 1)]
    return keras.Model(encoder.inputs, ops.concatenate([mean, *more], axis=-1), name="encoder")


def _decoder(decoder, parts):
    """The decoder as a generator, which hears of no condition and no class."""
    shape = decoder.output.shape[1:4]
    condition = keras.Input((*shape, 0), name="condition")
    label = keras.Input((), dtype="int32", name="label")
    return keras.Model([*decoder.inputs, condition, label], decoder.output, name="decoder")
