"""Networks into a weights file."""

from collections.abc import Sequence
from pathlib import Path

from safetensors.torch import save_file
from torch import nn

from model.weights import sha256_of


def export_weights(networks: Sequence[nn.Module], path: Path, *, prefixed: bool) -> str:
    """Write networks into one safetensors file and return its hash."""
    tensors = {
        (f"{index}.{name}" if prefixed else name): value.detach().cpu().contiguous()
        for index, network in enumerate(networks)
        for name, value in network.state_dict().items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, path)
    path.chmod(0o644)  # it is written readable for the owner alone, and served by another user in the image
    return sha256_of(path)
