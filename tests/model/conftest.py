"""A toy release: the real code path from card to prediction, with networks small enough to be made in a test."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from model.calibration import Calibration, Line
from model.findings import OUTPUTS
from model.gate import GateLimits
from model.gate_network import GateConfig, GateNetwork
from model.imaging.radiograph import Encoding, Radiograph
from model.network import NetworkConfig, build_network
from model.prediction import OperatingPoint
from model.preprocess import PIPELINE_VERSION, InputSpec
from model.training.export import export_weights
from model.unet import UNet, UNetConfig
from model.weights import GateCard, MapScale, WeightsCard, write_card

TOY_NETWORK = NetworkConfig(widths=(4, 6, 8, 8), necks=(4, 4), blocks=(1, 1))
AS_IS = Line(slope=1.0, intercept=0.0)
TOY_GATE = GateConfig(size=32, widths=(4, 4, 4, 4))
TOY_LUNGS = UNetConfig(size=32, widths=(4, 4, 4, 4))


class DarkIsLung(UNet):
    """A U-Net whose weights are set so that dark means lung: it segments the two dark ellipses of `two_lungs`."""

    def __init__(self, config: UNetConfig) -> None:
        super().__init__(config)
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.zero_()
            for name, module in self.named_modules():
                if isinstance(module, torch.nn.BatchNorm2d):
                    module.weight.fill_(1.0)
                elif isinstance(module, torch.nn.Conv2d) and name in ("stem.0.0", "stem.1.0", "up.2.0"):
                    module.weight[0, 0, 1, 1] = -1.0 if name == "stem.0.0" else 1.0
            self.head.weight[0, 0] = 40.0
            self.head.bias.fill_(-10.0)


class AlwaysOpen(GateNetwork):
    """A gate whose weights are set so that whatever it sees is an upright frontal chest."""

    def __init__(self, config: GateConfig) -> None:
        super().__init__(config)
        with torch.no_grad():
            self.head.weight.zero_()
            self.head.bias.copy_(torch.tensor([9.0, 0, 0, 0, 0, 0, 9.0, 0, 0, 0, -9.0, -9.0]))


def two_lungs(rows: int, columns: int) -> NDArray[np.float32]:
    """(rows, columns) [0, 1]: a bright field with two dark ellipses where lungs would be."""
    y, x = np.mgrid[0:rows, 0:columns]
    v, u = (y + 0.5) / rows, (x + 0.5) / columns
    right = ((u - 0.28) / 0.17) ** 2 + ((v - 0.5) / 0.34) ** 2 < 1
    left = ((u - 0.72) / 0.17) ** 2 + ((v - 0.5) / 0.34) ** 2 < 1
    field = 0.8 + 0.05 * np.sin(20 * u) * np.cos(17 * v)
    return np.where(right | left, 0.15 + 0.05 * u * v, field).astype(np.float32)


def radiograph_of(pixels: NDArray[np.float32]) -> Radiograph:
    """A radiograph whose presentation pixels are `pixels` / 255 of the nearest grey levels."""
    return Radiograph(pixels=np.rint(pixels * 255).astype(np.float32), value_range=(0.0, 255.0), encoding=Encoding.PNG)


def write_toy_release(folder: Path, *, n_members: int = 1, **changes: object) -> Path:
    """Write a release with toy networks into `folder` and return its card's path."""
    members = [build_network(TOY_NETWORK, seed) for seed in range(n_members)]
    fields: dict[str, object] = {
        "folder": folder,
        "name": "toy",
        "version": "0",
        "created": date(2026, 1, 1).isoformat(),
        "file": "weights.safetensors",
        "sha256": export_weights(members, folder / "weights.safetensors", prefixed=True),
        "n_members": n_members,
        "network": TOY_NETWORK,
        "input": InputSpec(size=32),
        "lungs_file": "lungs.safetensors",
        "lungs_sha256": export_weights([DarkIsLung(TOY_LUNGS)], folder / "lungs.safetensors", prefixed=False),
        "lungs_network": TOY_LUNGS,
        "gate": GateCard(
            file="gate.safetensors",
            sha256=export_weights([AlwaysOpen(TOY_GATE)], folder / "gate.safetensors", prefixed=False),
            network=TOY_GATE,
            limits=GateLimits(frontal=0.5, confirmed=0.9, as_stored=0.6, corrected=0.9, mirrored=0.9),
            validation={},
        ),
        "pipeline": PIPELINE_VERSION,
        "outputs": OUTPUTS,
        "calibration": Calibration(abnormal=AS_IS, subtype=AS_IS, set="none"),
        "operating_points": (
            OperatingPoint(
                name="balanced",
                threshold=0.5,
                sensitivity=0.9,
                specificity=0.9,
                sensitivity_interval=(0.8, 1.0),
                specificity_interval=(0.8, 1.0),
                set="none",
            ),
        ),
        "other_threshold": 0.5,
        "map_scale": MapScale(low=0.0, high=1.0, show_above=0.2),
        "intended_use": "tests",
        "training": {},
        "evidence_sha256": "",
        "validation": {},
        "limits": (),
        "licence": "none",
    }
    return write_card(WeightsCard(**(fields | changes)))  # type: ignore[arg-type]


@pytest.fixture
def toy_card(tmp_path: Path) -> Path:
    """Path of a toy release's card."""
    return write_toy_release(tmp_path)
