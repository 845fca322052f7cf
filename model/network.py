"""The COVID-XNet classifier: our own compact residual network that ends in global average pooling and a linear layer.

It answers two questions, "abnormal?" and "COVID-19, given abnormal?": what an opacity is carries over to other
hospitals, what tells COVID-19 from other disease hardly does, and each answer is calibrated by what it is worth.
Because nothing follows the pooling but a linear layer, the class activation map is exact: the mean of a map over its
cells is the logit, and both come from one forward pass.

References: Duran-Lopez et al. 2020 (the task), Zhou et al. 2016, arXiv:1512.04150 (class activation maps), He et al.
2016, arXiv:1512.03385 (residual and bottleneck blocks). Layers and widths are our own.
"""

from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor, nn

from model.findings import HEADS


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkConfig:
    """Architecture of the classifier.

    Attributes:
        widths: Channels after the stem (1/2 of the input), at 1/4, at 1/8 and of the last features (1/8).
        necks: Channels inside the blocks at 1/4 and at 1/8.
        blocks: Bottleneck blocks at 1/4 and at 1/8.
        dropout: Share of feature channels dropped in training.
    """

    widths: tuple[int, int, int, int] = (16, 32, 96, 160)
    necks: tuple[int, int] = (16, 40)
    blocks: tuple[int, int] = (1, 6)
    dropout: float = 0.2


Module = TypeVar("Module", bound=nn.Module)


class Convolution(nn.Sequential):
    """Convolution, batch normalisation, rectifier.

    Halving layers have kernels of even side: with odd ones each output would sit half a pixel up and left of the pixels
    it covers, and the map would lie 3.5 input pixels off the evidence.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, stride, (kernel - 1) // 2, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        )


class Bottleneck(nn.Module):
    """Narrow, look at the neighbours, widen again, and add to what came in."""

    def __init__(self, width: int, neck: int) -> None:
        super().__init__()
        self.narrow = Convolution(width, neck, kernel=1)
        self.look = Convolution(neck, neck)
        self.widen = nn.Sequential(nn.Conv2d(neck, width, 1, bias=False), nn.BatchNorm2d(width))

    def forward(self, x: Tensor) -> Tensor:
        """Add a correction of (B, C, H, W) to itself."""
        return torch.relu(x + self.widen(self.look(self.narrow(x))))


class CovidXNet(nn.Module):
    """Logits of the two heads (the order of `HEADS`) with their exact maps."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        stem, quarter, eighth, last = config.widths
        self.features = nn.Sequential(
            Convolution(1, stem, kernel=4, stride=2),
            Convolution(stem, quarter, kernel=4, stride=2),
            *(Bottleneck(quarter, config.necks[0]) for _ in range(config.blocks[0])),
            Convolution(quarter, eighth, kernel=4, stride=2),
            *(Bottleneck(eighth, config.necks[1]) for _ in range(config.blocks[1])),
            Convolution(eighth, last, kernel=1),
        )
        self.dropout = nn.Dropout2d(config.dropout)
        self.heads = nn.Conv2d(last, len(HEADS), 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Classify.

        Args:
            x: (B, 1, S, S) float32 [-1, 1], network input.

        Returns:
            (B, 2) logits and (B, 2, S/8, S/8) maps whose mean over the cells they are.
        """
        maps = self.heads(self.dropout(self.features(x)))  # (B, 2, S/8, S/8); linear, so pooling may come last
        return maps.mean(dim=(2, 3)), maps


def lay_channels_last(module: Module) -> Module:
    """Store a network's weights channel after channel, the layout in which convolutions run fastest on CPU and GPU."""
    module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return module


def build_network(config: NetworkConfig, seed: int = 0) -> CovidXNet:
    """Make a network with weights that depend on `seed` alone."""
    torch.manual_seed(seed)
    return CovidXNet(config)
