"""The gate's network: a small residual network that ends in a linear layer over a grid of positions.

Unlike the classifier's its last layer knows where a feature lies: up, down, left and right are what it must tell.

References: He et al. 2016, arXiv:1512.03385 (residual blocks). Layers and widths are our own.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from model.gate import KINDS, QUARTER_TURNS
from model.network import Convolution


@dataclass(frozen=True, slots=True, kw_only=True)
class GateConfig:
    """Architecture of the gate.

    Attributes:
        size: Side of the square input in pixels; a multiple of 16.
        widths: Channels at 1/2, 1/4, 1/8 and 1/16 of the input.
        dropout: Share of the last features dropped in training.
    """

    size: int = 80
    widths: tuple[int, int, int, int] = (12, 24, 48, 64)
    dropout: float = 0.2


class Residual(nn.Module):
    """Two convolutions and a shortcut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = Convolution(width, width)
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width))

    def forward(self, x: Tensor) -> Tensor:
        """Add a correction of (B, C, H, W) to itself."""
        return torch.relu(x + self.second(self.first(x)))


class GateNetwork(nn.Module):
    """Logits of kind, quarter turns, inverted polarity and mirroring."""

    def __init__(self, config: GateConfig) -> None:
        super().__init__()
        stem, quarter, eighth, last = config.widths
        self.features = nn.Sequential(
            Convolution(2, stem, kernel=4, stride=2),
            Convolution(stem, quarter, kernel=4, stride=2),
            Residual(quarter),
            Convolution(quarter, eighth, kernel=4, stride=2),
            Residual(eighth),
            Convolution(eighth, last, stride=2),
        )
        self.dropout = nn.Dropout(config.dropout)
        self.head = nn.Linear(last * (config.size // 16) ** 2, len(KINDS) + QUARTER_TURNS + 2)

    def forward(self, x: Tensor) -> Tensor:
        """Judge.

        Args:
            x: (B, 2, S, S) float32 [-1, 1], from `model.gate.gate_input`.

        Returns:
            (B, 12) logits: `KINDS`, 0 to 3 quarter turns clockwise to upright, inverted, mirrored.
        """
        logits: Tensor = self.head(self.dropout(self.features(x).flatten(1)))
        return logits


def build_gate_network(config: GateConfig, seed: int = 0) -> GateNetwork:
    """Make a network with weights that depend on `seed` alone."""
    torch.manual_seed(seed)
    return GateNetwork(config)
