"""Weights travel with their card: how to feed them and what their numbers mean. Without it they do not load."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_safetensors
from torch import nn

from model.calibration import Calibration, Line
from model.errors import WeightsCorruptError, WeightsMissingError
from model.findings import OUTPUTS
from model.gate import GateLimits
from model.gate_network import GateConfig, GateNetwork
from model.network import CovidXNet, NetworkConfig, lay_channels_last
from model.prediction import OperatingPoint
from model.preprocess import PIPELINE_VERSION, InputSpec
from model.unet import UNet, UNetConfig

RELEASED = Path(__file__).parent / "released"
CURRENT = "covid-xnet-1.0"
CARD_NAME = "card.json"
EVIDENCE_NAME = "evidence.json"

Network = TypeVar("Network", bound=nn.Module)


@dataclass(frozen=True, slots=True, kw_only=True)
class MapScale:
    """The one absolute scale of the map, fixed on validation.

    Attributes:
        low: Evidence (map of "abnormal", logits) shown as 0: nearly every cell of normal radiographs stays below.
        high: Evidence shown as 1: only the strongest COVID-19 radiographs exceed it.
        show_above: Value in [0, 1] under which a viewer shows nothing at first, and above which a region gets a box.
    """

    low: float
    high: float
    show_above: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GateCard:
    """Everything that must be known about a release's gate.

    Attributes:
        file: Safetensors of the gate's network, beside the card; `sha256` is its hash.
        network: Its architecture.
        limits: What its judgements are held against.
        validation: Its confusion table and rates on held-out patients, for people.
    """

    file: str
    sha256: str
    network: GateConfig
    limits: GateLimits
    validation: dict[str, Any]

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        """Build the gate's part of a card.

        Raises:
            TypeError, KeyError: a field is missing, unknown or of the wrong shape.
        """
        network, limits = GateConfig(**_tuples(content["network"])), GateLimits(**content["limits"])
        return cls(**(content | {"network": network, "limits": limits}))


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsCard:
    """Everything that must be known about released weights.

    Attributes:
        folder: Where the card and the files it names lie; not part of the card.
        file: Safetensors of the classifier's members, tensor names prefixed `0.`, `1.`, ...
        sha256: Hash of `file`.
        n_members: Networks in `file`, whose logits are averaged.
        lungs_file: Safetensors of the lung segmentation; `lungs_sha256` is its hash.
        gate: What an image shows and which way up; its file and its figures.
        pipeline: Pixel pipeline the weights were trained with; another one refuses to load.
        operating_points: The first is the one in force.
        other_threshold: P(other) at or above which a reading is flagged.
        training: What it was trained on, for people.
        evidence_sha256: Hash of the results file beside the card; empty where there is none.
        validation: The figures of it that people ask first.
        limits: Known limits, one sentence each.
    """

    folder: Path
    name: str
    version: str
    created: str
    file: str
    sha256: str
    n_members: int
    network: NetworkConfig
    input: InputSpec
    lungs_file: str
    lungs_sha256: str
    lungs_network: UNetConfig
    gate: GateCard
    pipeline: str
    outputs: tuple[str, ...]
    calibration: Calibration
    operating_points: tuple[OperatingPoint, ...]
    other_threshold: float
    map_scale: MapScale
    intended_use: str
    training: dict[str, Any]
    evidence_sha256: str
    validation: dict[str, Any]
    limits: tuple[str, ...]
    licence: str

    def evidence(self) -> dict[str, Any] | None:
        """The results that the release's claims rest on, or `None` where they do not travel with it.

        Raises:
            WeightsCorruptError: the file is not the one the card describes.
        """
        path = self.folder / EVIDENCE_NAME
        if not path.exists():
            return None
        content = path.read_bytes()
        actual = hashlib.sha256(content).hexdigest()
        if actual != self.evidence_sha256:
            raise WeightsCorruptError("other evidence", expected=self.evidence_sha256, actual=actual)
        read: dict[str, Any] = json.loads(content)
        return read

    def to_json(self) -> dict[str, Any]:
        """The card as it stands in its file."""
        return {name: value for name, value in asdict(self).items() if name != "folder"}

    @classmethod
    def from_json(cls, folder: Path, content: dict[str, Any]) -> Self:
        """Build a card from its file's content.

        Raises:
            TypeError, KeyError, ValueError: a field is missing, unknown or of the wrong shape.
        """
        fields = dict(content)
        fields["network"] = NetworkConfig(**_tuples(fields["network"]))
        fields["input"] = InputSpec(**fields["input"])
        fields["lungs_network"] = UNetConfig(**_tuples(fields["lungs_network"]))
        fields["gate"] = GateCard.from_json(fields["gate"])
        lines = {head: Line(**fields["calibration"][head]) for head in ("abnormal", "subtype")}
        fields["calibration"] = Calibration(**(fields["calibration"] | lines))
        fields["operating_points"] = tuple(OperatingPoint(**_tuples(point)) for point in fields["operating_points"])
        fields["map_scale"] = MapScale(**fields["map_scale"])
        fields["outputs"], fields["limits"] = tuple(fields["outputs"]), tuple(fields["limits"])
        return cls(folder=folder, **fields)


def default_card() -> Path:
    """Path of the card that ships with this version."""
    return RELEASED / CURRENT / CARD_NAME


def read_card(path: Path) -> WeightsCard:
    """Read a card.

    Raises:
        WeightsMissingError: there is no such card.
        WeightsCorruptError: it is not a card of this version of the software.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise WeightsMissingError(f"no weights card {path.name}") from error
    except ValueError as error:
        raise WeightsCorruptError("the card cannot be read", expected="JSON", actual=str(error)) from error
    try:
        card = WeightsCard.from_json(path.parent, content)
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise WeightsCorruptError("the card has other fields", expected="a card", actual=str(error)) from error
    if card.pipeline != PIPELINE_VERSION:
        raise WeightsCorruptError("other pixel pipeline", expected=PIPELINE_VERSION, actual=card.pipeline)
    if card.outputs != OUTPUTS:
        raise WeightsCorruptError("other outputs", expected=", ".join(OUTPUTS), actual=", ".join(card.outputs))
    return card


def write_card(card: WeightsCard) -> Path:
    """Write a card into its folder."""
    path = card.folder / CARD_NAME
    path.write_text(json.dumps(card.to_json(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def build_members(card: WeightsCard, device: str) -> list[CovidXNet]:
    """Build the classifier's members with the card's weights, ready to read.

    Raises:
        WeightsMissingError, WeightsCorruptError: the file is absent, has another hash or other tensors.
    """
    tensors = _load_verified(card.folder / card.file, card.sha256)
    members = []
    for index in range(card.n_members):
        prefix = f"{index}."
        own = {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
        members.append(_ready(CovidXNet(card.network), own, device))
    return members


def build_lungs(card: WeightsCard, device: str) -> UNet:
    """Build the lung segmentation with the card's weights, ready to read.

    Raises:
        WeightsMissingError, WeightsCorruptError: as for `build_members`.
    """
    return _ready(UNet(card.lungs_network), _load_verified(card.folder / card.lungs_file, card.lungs_sha256), device)


def build_gate(card: WeightsCard, device: str) -> GateNetwork:
    """Build the gate with the card's weights, ready to judge.

    Raises:
        WeightsMissingError, WeightsCorruptError: as for `build_members`.
    """
    return _ready(
        GateNetwork(card.gate.network), _load_verified(card.folder / card.gate.file, card.gate.sha256), device
    )


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, lower-case hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _load_verified(path: Path, expected: str) -> dict[str, torch.Tensor]:
    try:
        content = path.read_bytes()  # hashed and parsed from one read: the file cannot change in between
    except FileNotFoundError as error:
        raise WeightsMissingError(f"no weights file {path.name}") from error
    actual = hashlib.sha256(content).hexdigest()
    if actual != expected:
        raise WeightsCorruptError(f"{path.name} is not the file the card describes", expected=expected, actual=actual)
    try:
        return load_safetensors(content)
    except SafetensorError as error:
        raise WeightsCorruptError(f"{path.name}", expected="safetensors", actual=str(error)) from error


def _ready(network: Network, tensors: dict[str, torch.Tensor], device: str) -> Network:
    try:
        network.load_state_dict(tensors, strict=True)
    except RuntimeError as error:
        raise WeightsCorruptError("other tensors", expected=type(network).__name__, actual=str(error)) from error
    network.eval().requires_grad_(False)
    return lay_channels_last(network.to(device))


def _tuples(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
