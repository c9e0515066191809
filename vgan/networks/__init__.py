"""Networks, one file each, with a `generator` or a `discriminator` or both.

All share their first arguments, and these meanings unless they say otherwise.

Args:
  clip: ClipSpec of what is made or judged; frames and sides must be multiples of the strides.
  condition_channels: K of what is given [B, T, H, W, K], 0 for nothing. Generators see it averaged
    down to each stage; critics judge it together with the clip.
  num_labels: number of classes, 0 for none. A label joins a generator's latents, and enters a
    critic by projection.
  latent_dim: length of the latent vector.
  channels: of a critic, the width of the first stage; each later one is twice as wide, up to
    fourfold.
  attention: let all positions look at each other, at the largest size of at most 1,024.
  spectral_norm: divide each kernel by its largest singular value.
Returns:
  of `generator`: keras.Model, latents [B, latent_dim], condition [B, T, H, W, K], label int [B] ->
  clip [B, T, H, W, C] float32 in [-1, 1]; of `discriminator`: critic.Critic.
Raises:
  UsageError: the strides don't divide the clip, or an argument is out of its range.
"""
