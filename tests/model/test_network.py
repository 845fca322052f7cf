"""The classifier: its shape, its exact map, and where in the image a cell of the map looks."""

import pytest
import torch
from torch import nn

from model.findings import HEADS
from model.network import CovidXNet, NetworkConfig, build_network
from model.unet import n_parameters
from tests.model.conftest import TOY_NETWORK


def test_logits_and_maps_have_one_channel_a_head() -> None:
    logits, maps = build_network(TOY_NETWORK).eval()(torch.zeros(2, 1, 64, 64))

    assert logits.shape == (2, len(HEADS))
    assert maps.shape == (2, len(HEADS), 8, 8)


def test_the_mean_of_a_map_is_its_logit() -> None:
    network = build_network(TOY_NETWORK).eval()

    logits, maps = network(torch.randn(3, 1, 64, 64))

    torch.testing.assert_close(maps.mean(dim=(2, 3)), logits)


def test_the_released_architecture_is_small_and_its_map_fine() -> None:
    network = build_network(NetworkConfig()).eval()

    _, maps = network(torch.zeros(1, 1, 128, 128))

    assert n_parameters(network) <= 1_000_000
    assert maps.shape[-1] >= 128 // 16


@pytest.mark.parametrize(("row", "column"), [(5, 5), (6, 4)])
def test_a_cell_looks_at_the_middle_of_the_pixels_it_covers(row: int, column: int) -> None:
    """Symmetric positive weights make the gradient's centroid the centre of the receptive field."""
    network = _averaging(build_network(NetworkConfig(widths=(2, 2, 2, 2), necks=(2, 2), blocks=(1, 1))))
    x = torch.ones(1, 1, 96, 96, requires_grad=True)

    network(x)[1][0, 0, row, column].backward()

    assert x.grad is not None
    weights = x.grad[0, 0]
    positions = torch.arange(96.0) + 0.5
    center_y = (weights.sum(1) * positions).sum() / weights.sum()
    center_x = (weights.sum(0) * positions).sum() / weights.sum()
    assert center_y.item() == pytest.approx(8 * row + 4, abs=0.05)
    assert center_x.item() == pytest.approx(8 * column + 4, abs=0.05)


def test_the_seed_alone_decides_the_weights() -> None:
    first, second, other = (build_network(TOY_NETWORK, seed) for seed in (1, 1, 2))

    assert torch.equal(first.heads.weight, second.heads.weight)
    assert not torch.equal(first.heads.weight, other.heads.weight)


def test_eight_images_are_learned_by_heart() -> None:
    torch.manual_seed(0)
    network = build_network(NetworkConfig(widths=(8, 8, 16, 16), necks=(8, 8), blocks=(1, 1), dropout=0.0))
    x, target = torch.randn(8, 1, 32, 32), torch.tensor([0, 1, 1, 0, 1, 0, 0, 1])
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-2)

    for _ in range(40):
        loss = nn.functional.cross_entropy(network(x)[0], target)
        optimizer.zero_grad()
        loss.backward()
        assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())
        optimizer.step()

    assert (network(x)[0].argmax(1) == target).all()


def _averaging(network: CovidXNet) -> CovidXNet:
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.constant_(module.weight, 1 / module.weight[0].numel())
    nn.init.zeros_(network.heads.bias)
    return network.eval()
