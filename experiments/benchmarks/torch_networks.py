"""The conv3d players and the BCE step of vgan once more, in PyTorch, to compare the speed.

Layers, widths, spectral norm, optimizers and average are those of vgan/networks/conv3d.py,
vgan/networks/layers.py and vgan/models/game/gan.py; see there for what they do and why.
"""

import copy
import math
import os

import torch
from torch import nn
from torch.nn import functional

from vgan.core import spec
from vgan.core.errors import UsageError
from vgan.networks import sizes


class SpectralNorm(nn.Module):
    """Divides the kernel of a layer without bias by its largest singular value."""

    def __init__(self, layer, outputs):
        super().__init__()
        self.layer = layer
        self.bias = nn.Parameter(torch.zeros(outputs))
        columns, rows = layer.weight.flatten(1).shape
        self.register_buffer("u", torch.randn(rows))
        self.register_buffer("v", torch.randn(columns))
        self.after_step(steps=20)

    @torch.no_grad()
    def after_step(self, steps=1):
        kernel = self.layer.weight.flatten(1)
        for _ in range(steps):
            self.v.copy_(functional.normalize(kernel @ self.u, dim=0))
            self.u.copy_(functional.normalize(self.v @ kernel, dim=0))

    def forward(self, x):
        sigma = self.v @ (self.layer.weight.flatten(1) @ self.u)
        y = self.layer(x)
        bias = self.bias.view(-1, *[1] * (y.dim() - 2))
        return y * (1.0 / sigma).to(y.dtype) + bias.to(y.dtype)


class Activated(nn.Module):
    """Pixel norm, scales that the latents choose, and a rectifier."""

    def __init__(self, latent_dim, width):
        super().__init__()
        self.style = nn.Linear(latent_dim, width)
        self.gain = nn.Parameter(torch.ones(width))

    def forward(self, x, latents):
        size = torch.rsqrt(x.float().square().mean(1, keepdim=True) + 1e-6)
        scales = (self.style(latents) * self.gain)[..., None, None, None]
        return functional.leaky_relu(x * size.to(x.dtype) * scales.to(x.dtype), 0.2)


class Generator(nn.Module):
    """conv3d.generator without labels and conditions."""

    def __init__(self, clip, memory_format, latent_dim=128, channels=64, spectral_norm=False):
        super().__init__()
        strides = sizes.strides(clip)[::-1]
        widths = [channels * min(4, 2**stage) for stage in range(len(strides))][::-1]
        widths.append(max(8, channels // 4))
        self.memory_format, self.latent_dim = memory_format, latent_dim
        self.start = (widths[0], *sizes.sizes(clip)[0])
        self.dense = _weighted(nn.Linear, latent_dim, math.prod(self.start), spectral_norm)
        self.activated = nn.ModuleList(Activated(latent_dim, width) for width in widths)
        self.stages = nn.ModuleList(
            _weighted(nn.ConvTranspose3d, before, width, spectral_norm, *_window(stride))
            for stride, before, width in zip(strides, widths[:-1], widths[1:], strict=True)
        )
        self.stages.append(nn.Conv3d(widths[-1], clip.channels, (1, 3, 3), padding=(0, 1, 1)))

    def forward(self, latents):
        x = self.dense(latents).view(-1, *self.start).contiguous(memory_format=self.memory_format)
        for activated, stage in zip(self.activated, self.stages, strict=True):
            x = stage(activated(x, latents))
        return torch.tanh(x.float())


class Critic(nn.Module):
    """The critic conv3d.discriminator without labels and conditions."""

    def __init__(self, clip, channels=32, spectral_norm=True):
        super().__init__()
        before, stages = clip.channels, []
        for stage, stride in enumerate(sizes.strides(clip)):
            width = channels * min(4, 2**stage)
            layer = _weighted(nn.Conv3d, before, width, spectral_norm, *_window(stride))
            stages += [layer, nn.LeakyReLU(0.2)]
            before = width
        self.stages = nn.Sequential(*stages, nn.Flatten())
        features = before * math.prod(sizes.sizes(clip)[0])
        self.logits = _weighted(nn.Linear, features, 1, spectral_norm)

    def forward(self, video):
        features = self.stages(video).float()
        with torch.autocast("cpu", enabled=False):
            return self.logits(features)[:, 0]


def prepare(config, memory_format):
    """The step of a configuration with one critic and BCE, on every processor.

    Args:
      config: config.ExperimentConfig; its players must be conv3d, its precision not float16.
      memory_format: a name of torch, contiguous_format or channels_last_3d.
    Returns:
      the number of each player's parameters, and a function that takes a step.
    Raises:
      UsageError: another network than conv3d.
    """
    memory_format = getattr(torch, memory_format)
    torch.set_num_threads(os.cpu_count())
    players = {
        "generator": Generator(config.clip, memory_format, **_arguments(config.generator)),
        "discriminator": Critic(config.clip, **_arguments(config.discriminator)),
    }
    counts = {n: sum(v.numel() for v in p.parameters()) for n, p in players.items()}
    for player in players.values():
        player.to(memory_format=memory_format)
    # [B, C, T, H, W], which lies in memory as [B, T, H, W, C] where channels come last.
    shape = (config.batch_size, config.clip.channels, *config.clip.shape[:3])
    video = torch.randint(0, 256, shape, dtype=torch.uint8).contiguous(memory_format=memory_format)
    return counts, _step(config, *players.values(), video)


def _step(config, generator, critic, pixels):
    average = copy.deepcopy(generator).requires_grad_(False)
    players = [list(generator.parameters()), list(critic.parameters())]
    norms = [m for p in (generator, critic) for m in p.modules() if isinstance(m, SpectralNorm)]
    options = {"lr": config.learning_rate, "betas": (config.beta_1, config.beta_2), "eps": 1e-7}
    optimizers = [torch.optim.Adam(player, fused=True, **options) for player in players]
    done = 0

    def train_step():
        nonlocal done
        video = pixels.float() / 127.5 - 1.0
        with torch.autocast("cpu", torch.bfloat16, enabled=config.precision == "bfloat16"):
            fake = generator(torch.randn(config.batch_size, generator.latent_dim))
            real_logits, fake_logits = critic(video), critic(fake)
        judged = functional.softplus(-real_logits) + functional.softplus(fake_logits)
        losses = [functional.softplus(-fake_logits).mean(), judged.mean()]
        # Both players move on the same pass of the generator, as in Gan.gradients.
        found = [
            torch.autograd.grad(loss, player, retain_graph=True)
            for loss, player in zip(losses[::-1], players[::-1], strict=True)
        ][::-1]
        report = [*losses, real_logits.mean(), fake_logits.mean()]
        for player, gradients, optimizer in zip(players, found, optimizers, strict=True):
            report.append(nn.utils.get_total_norm(gradients))
            for parameter, gradient in zip(player, gradients, strict=True):
                parameter.grad = gradient
            optimizer.step()
        decay = min(config.ema_decay, (1 + done) / (10 + done))
        with torch.no_grad():
            torch._foreach_lerp_(list(average.parameters()), players[0], 1 - decay)
        for norm in norms:
            norm.after_step()
        done += 1
        return [float(value.detach()) for value in report]

    return train_step


def _arguments(text):
    part, *others = spec.parse_sum(text)
    if part.name != "conv3d" or others:
        raise UsageError(f"{text}: PyTorch has only conv3d() to compare with. Give --notorch")
    return part.arguments


def _weighted(layer_class, inputs, outputs, spectral_norm, *window):
    layer = layer_class(inputs, outputs, *window, bias=not spectral_norm)
    return SpectralNorm(layer, outputs) if spectral_norm else layer


def _window(stride):
    """Kernel, stride and padding of a stage."""
    return sizes.kernel(stride), stride, 1
