"""The peer: what a careful engineer puts together from pydicom, OpenCV and MONAI. Runs in an environment of its own.

Reads DICOM files, prepares 224 x 224 inputs, scores them with MONAI's DenseNet121 (random weights: only the cost
counts) and makes MONAI's GradCAM. Prints one JSON object with the milliseconds of each file and stage. Imports nothing
of ours.

    python peer.py FOLDER --threads 2 --warm-up 2
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import cv2
import monai
import numpy as np
import pydicom
import torch
from monai.networks.nets import DenseNet121
from monai.visualize import GradCAM
from numpy.typing import NDArray
from pydicom.pixels import apply_modality_lut, apply_voi_lut

T = TypeVar("T")
SIDE = 224
COVID_19 = 1


def presentation(path: Path) -> NDArray[np.float32]:
    """Decode one file through rescale and window to [0, 1], 0 = black."""
    dataset = pydicom.dcmread(path)
    values = apply_voi_lut(apply_modality_lut(dataset.pixel_array, dataset), dataset).astype(np.float32)
    low, high = float(values.min()), float(values.max())
    scaled = (values - low) / max(high - low, 1.0)
    return 1 - scaled if dataset.PhotometricInterpretation == "MONOCHROME1" else scaled


def network_input(pixels: NDArray[np.float32]) -> torch.Tensor:
    """Resize to the network's side; (1, 1, 224, 224) float32, mean 0, deviation 1."""
    resized = cv2.resize(pixels, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    normalized = (resized - resized.mean()) / (resized.std() + 1e-6)
    return torch.from_numpy(normalized)[None, None]


class Peer:
    """The network and its GradCAM, as MONAI's documentation shows for DenseNet.

    The probabilities are taken from GradCAM's own forward pass, so the peer pays for one pass and not for two.
    """

    def __init__(self) -> None:
        torch.manual_seed(0)
        network = DenseNet121(spatial_dims=2, in_channels=1, out_channels=3).eval()
        network.register_forward_hook(self._keep)
        self._cam = GradCAM(nn_module=network, target_layers="class_layers.relu")
        self._logits = torch.empty(0)

    def read(self, path: Path) -> dict[str, float]:
        """Read one file end to end and return the milliseconds of each stage."""
        stages: dict[str, float] = {}
        started = time.perf_counter()
        pixels = _timed(stages, "decode", lambda: presentation(path))
        x = _timed(stages, "preprocess", lambda: network_input(pixels))
        _timed(stages, "network", lambda: self._score(x))
        stages["total"] = (time.perf_counter() - started) * 1000
        return stages

    def _score(self, x: torch.Tensor) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        cam = np.asarray(self._cam(x=x, class_idx=COVID_19).detach().cpu())
        return self._logits.softmax(dim=1).numpy(), cam

    def _keep(self, _network: torch.nn.Module, _inputs: tuple[torch.Tensor, ...], logits: torch.Tensor) -> None:
        self._logits = logits.detach()


def _timed(stages: dict[str, float], name: str, work: Callable[[], T]) -> T:
    started = time.perf_counter()
    result = work()
    stages[name] = (time.perf_counter() - started) * 1000
    return result


def main() -> None:
    """Read every file of a folder and print the timings."""
    parser = argparse.ArgumentParser(description="The peer of the benchmark.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--warm-up", type=int, default=2)
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    cv2.setNumThreads(arguments.threads)
    peer = Peer()
    files = sorted(arguments.folder.glob("*.dcm"))
    for path in files[: arguments.warm_up]:
        peer.read(path)
    started = time.perf_counter()
    timings = [peer.read(path) for path in files]
    print(
        json.dumps(
            {
                "versions": {"monai": monai.__version__, "torch": torch.__version__, "pydicom": pydicom.__version__},
                "wall_s": time.perf_counter() - started,
                "files": timings,
            }
        )
    )


if __name__ == "__main__":
    main()
