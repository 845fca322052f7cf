"""The lung segmentation network: a small U-Net, one file.

References: Ronneberger et al., U-Net, arXiv:1505.04597 (the shape); skips are added, not concatenated: half the cost.
"""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True, slots=True, kw_only=True)
class UNetConfig:
    """Architecture of the U-Net.

    Attributes:
        size: Side of the square input in pixels; a multiple of 16.
        widths: Channels at 1/2, 1/4, 1/8 and 1/16 of the input.
    """

    size: int = 160
    widths: tuple[int, int, int, int] = (16, 32, 64, 96)


def _convolution(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class UNet(nn.Module):
    """Logit of "inside a lung" for every pixel."""

    def __init__(self, config: UNetConfig) -> None:
        super().__init__()
        w = config.widths
        self.stem = nn.Sequential(_convolution(1, w[0], 2), _convolution(w[0], w[0]))
        pairs = list(pairwise(w))
        self.down = nn.ModuleList(nn.Sequential(_convolution(i, o, 2), _convolution(o, o)) for i, o in pairs)
        self.narrow = nn.ModuleList(nn.Conv2d(o, i, 1) for i, o in reversed(pairs))
        self.up = nn.ModuleList(_convolution(i, i) for i, _ in reversed(pairs))
        self.head = nn.Conv2d(w[0], 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Segment.

        Args:
            x: (B, 1, S, S) float32, standard scores.

        Returns:
            (B, 1, S, S) logits.
        """
        skips = [self.stem(x)]  # (B, w0, S/2, S/2)
        for down in self.down:
            skips.append(down(skips[-1]))  # down to (B, w3, S/16, S/16)
        y = skips.pop()
        for narrow, up in zip(self.narrow, self.up, strict=True):
            y = F.interpolate(narrow(y), scale_factor=2.0, mode="bilinear", align_corners=False)
            y = up(y + skips.pop())
        logits: Tensor = F.interpolate(self.head(y), scale_factor=2.0, mode="bilinear", align_corners=False)
        return logits


def n_parameters(network: nn.Module) -> int:
    """Count trainable parameters."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad)


def build_unet(config: UNetConfig, seed: int = 0) -> UNet:
    """Make a U-Net with weights that depend on `seed` alone."""
    torch.manual_seed(seed)
    return UNet(config)
