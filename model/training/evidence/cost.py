"""What a reading costs, beside DenseNet-121 at 224 pixels on the same processor in the same run."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from model.imaging.radiograph import Radiograph
from model.network import CovidXNet, lay_channels_last
from model.predict import Predictor
from model.unet import n_parameters

PEER_SIZE = 224
ROUNDS = 15
_GROWTH, _BLOCKS, _STEM = 32, (6, 12, 24, 16), 64


class _Layer(nn.Module):
    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.BatchNorm2d(inputs),
            nn.ReLU(),
            nn.Conv2d(inputs, 4 * _GROWTH, 1, bias=False),
            nn.BatchNorm2d(4 * _GROWTH),
            nn.ReLU(),
            nn.Conv2d(4 * _GROWTH, _GROWTH, 3, 1, 1, bias=False),
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([x, self.body(x)], dim=1)


def densenet121() -> nn.Module:
    """The peer's layers with random weights, which cost what trained ones do (Huang et al. 2017, arXiv:1608.06993)."""
    layers: list[nn.Module] = [nn.Conv2d(3, _STEM, 7, 2, 3, bias=False), nn.BatchNorm2d(_STEM), nn.ReLU()]
    layers.append(nn.MaxPool2d(3, 2, 1))
    width = _STEM
    for number, n_layers in enumerate(_BLOCKS):
        for _ in range(n_layers):
            layers.append(_Layer(width))
            width += _GROWTH
        if number < len(_BLOCKS) - 1:
            layers += [nn.BatchNorm2d(width), nn.ReLU(), nn.Conv2d(width, width // 2, 1, bias=False), nn.AvgPool2d(2)]
            width //= 2
    layers += [nn.BatchNorm2d(width), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, 1000)]
    return nn.Sequential(*layers)


def cost_figures(predictor: Predictor, radiograph: Radiograph, *, device: str) -> dict[str, Any]:
    """Time a reading from decoded pixels to the map, gate, lungs and members included, and the peer, turn by turn.

    Args:
        predictor: The release, on `device`.
        radiograph: One that is read.

    Returns:
        Parameters, multiply-adds of a member, the median of the rounds' ratios to the peer, median milliseconds.
    """
    peer = lay_channels_last(densenet121().eval().to(device))
    x = torch.zeros(1, 3, PEER_SIZE, PEER_SIZE, device=device).to(memory_format=torch.channels_last)

    def run_peer() -> None:
        with torch.inference_mode():
            peer(x).cpu()

    def run_ours() -> None:
        predictor.predict(radiograph)

    for warm_up in (run_ours, run_peer):
        warm_up()
    timed = [(_seconds(run_ours), _seconds(run_peer)) for _ in range(ROUNDS)]
    network = CovidXNet(predictor.card.network)
    side = predictor.card.input.size
    return {
        "members": predictor.card.n_members,
        "parameters_of_a_member": n_parameters(network),
        "multiply_adds_of_a_member": multiply_adds(network, torch.zeros(1, 1, side, side)),
        "parameters_of_densenet_121": n_parameters(peer),
        "multiply_adds_of_densenet_121": multiply_adds(densenet121(), torch.zeros(1, 3, PEER_SIZE, PEER_SIZE)),
        "time_of_densenet_121": round(float(np.median([ours / theirs for ours, theirs in timed])), 3),
        "milliseconds": round(1e3 * float(np.median([ours for ours, _ in timed])), 1),
        "milliseconds_of_densenet_121": round(1e3 * float(np.median([theirs for _, theirs in timed])), 1),
        "device": predictor.info.device,
        "threads": torch.get_num_threads(),
    }


def multiply_adds(network: nn.Module, x: Tensor) -> int:
    """Multiply-adds of convolutions and linear layers in one pass."""
    total = 0

    def count(module: nn.Module, _: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal total
        if isinstance(module, nn.Conv2d):
            kernel = module.kernel_size[0] * module.kernel_size[1] * module.in_channels // module.groups
            total += output.numel() * kernel
        elif isinstance(module, nn.Linear):
            total += module.in_features * module.out_features

    hooks = [module.register_forward_hook(count) for module in network.modules()]
    with torch.inference_mode():
        network.eval()(x)
    for hook in hooks:
        hook.remove()
    return total


def _seconds(run: Callable[[], None]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start
