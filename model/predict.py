"""The Predictor: loaded once, it turns radiographs into predictions, alone or in batches, from any thread."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from model.calibration import COVID_19, calibrate, decide, widen
from model.errors import InferenceError, Refusal, RefusedRadiographError
from model.explain import class_activation_map, localize
from model.findings import OUTPUTS
from model.imaging.pixels import presentation_pixels
from model.imaging.radiograph import Radiograph
from model.lungs import count_regions, lung_box, lung_mask, segmentation_input
from model.prediction import ModelInfo, Prediction, PreprocessingStep
from model.preprocess import Box, preprocess, preprocessing_steps
from model.quality import check_lungs, check_radiograph
from model.weights import WeightsCard, build_lungs, build_members, default_card, read_card


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """A radiograph on its way through the network: what the result needs of it, and its input."""

    radiograph: Radiograph
    mask: NDArray[np.bool_]
    box: Box
    network_input: NDArray[np.float32]
    preprocess_ms: float


def limit_threads(n_threads: int) -> None:
    """Give torch and OpenCV this many threads each, once, before the first prediction.

    Left alone both take every core and, under several requests, fight for them.
    """
    torch.set_num_threads(n_threads)
    cv2.setNumThreads(n_threads)


def choose_device(wish: str = "auto") -> str:
    """Resolve `auto` to `cuda` where a CUDA device is there, else `cpu`; any other wish stands."""
    if wish != "auto":
        return wish
    return "cuda" if torch.cuda.is_available() else "cpu"


class Predictor:
    """Reads radiographs with one release. Thread-safe: it holds no state but weights, and one lock for the device."""

    def __init__(self, card: WeightsCard, lungs: nn.Module, members: Sequence[nn.Module], device: str) -> None:
        self.card = card
        self.info = ModelInfo(
            name=card.name,
            version=card.version,
            sha256=card.sha256,
            pipeline=card.pipeline,
            device=torch.cuda.get_device_name(device) if device.startswith("cuda") else device,
        )
        self._lungs = lungs
        self._members = list(members)
        self._device = device
        self._lock = threading.Lock()

    @classmethod
    def load(cls, card: Path | None = None, *, device: str = "auto") -> Self:
        """Load a release; `None` is the one that ships with this version.

        Raises:
            WeightsMissingError, WeightsCorruptError: the card or a file it names is not what it should be.
        """
        # On the CPU every operation of the networks is deterministic; on CUDA the choice of convolutions must be fixed.
        # torch.use_deterministic_algorithms would add nothing but 1.5 s of imports at every start.
        torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark = True, False
        read, chosen = read_card(card or default_card()), choose_device(device)
        return cls(read, build_lungs(read, chosen), build_members(read, chosen), chosen)

    def predict(self, radiograph: Radiograph) -> Prediction:
        """Read one radiograph.

        Raises:
            RefusedRadiographError: it must not be read; the refusal says why and what to send.
            InferenceError: the device failed.
        """
        outcome = self.predict_batch([radiograph])[0]
        if isinstance(outcome, Refusal):
            raise RefusedRadiographError(outcome)
        return outcome

    def predict_batch(self, radiographs: Sequence[Radiograph]) -> list[Prediction | Refusal]:
        """Read several radiographs in one pass of the network; each result is the one it would have alone, within 1e-5.

        Raises:
            InferenceError: the device failed; none was read.
        """
        prepared = [self._prepare(radiograph) for radiograph in radiographs]
        waiting = [one for one in prepared if isinstance(one, _Prepared)]
        readings = iter(self._read(waiting) if waiting else [])
        return [one if isinstance(one, Refusal) else next(readings) for one in prepared]

    def steps(self, radiograph: Radiograph) -> list[PreprocessingStep]:
        """Picture every preprocessing step of one radiograph; the last is the network's input.

        Raises:
            RefusedRadiographError: it must not be read, so there is no input.
        """
        presentation = presentation_pixels(radiograph)
        prepared = self._prepare(radiograph, presentation)
        if isinstance(prepared, Refusal):
            raise RefusedRadiographError(prepared)
        return preprocessing_steps(presentation, prepared.box, self.card.input)

    def lung_probabilities(self, presentation: NDArray[np.float32]) -> NDArray[np.float32]:
        """Segment the lungs.

        Args:
            presentation: (H, W) float32 [0, 1], 0 = black.

        Returns:
            (S, S) float32 [0, 1] over the whole image, S from the card.
        """
        x = segmentation_input(presentation, self.card.lungs_network.size)
        logits = self._run([self._lungs], x[None])[0]
        return np.asarray(1 / (1 + np.exp(-logits[0, 0])), dtype=np.float32)

    def _prepare(self, radiograph: Radiograph, presentation: NDArray[np.float32] | None = None) -> _Prepared | Refusal:
        started = time.perf_counter()
        if presentation is None:
            presentation = presentation_pixels(radiograph)
        refusal = check_radiograph(radiograph, presentation)
        if refusal:
            return refusal
        probabilities = self.lung_probabilities(presentation)
        mask = lung_mask(probabilities)
        refusal = check_lungs(probabilities, mask, count_regions(mask))
        if refusal:
            return refusal
        box = lung_box(mask, *radiograph.shape, margin=self.card.input.margin)
        network_input = preprocess(presentation, box, self.card.input)
        return _Prepared(
            radiograph=radiograph,
            mask=mask,
            box=box,
            network_input=network_input,
            preprocess_ms=(time.perf_counter() - started) * 1000,
        )

    def _read(self, prepared: Sequence[_Prepared]) -> list[Prediction]:
        started = time.perf_counter()
        maps = self._run(self._members, np.stack([one.network_input for one in prepared]))  # (members, B, 3, h, w)
        network_ms = (time.perf_counter() - started) * 1000 / len(prepared)
        return [self._prediction(one, maps[:, i], network_ms) for i, one in enumerate(prepared)]

    def _prediction(self, one: _Prepared, maps: NDArray[np.float32], network_ms: float) -> Prediction:
        card, point = self.card, self.card.operating_points[0]
        calibrated = calibrate(maps.mean(axis=(0, 2, 3)), card.calibration)
        probabilities = {name: float(p) for name, p in zip(OUTPUTS, calibrated, strict=True)}
        covid_range = self._covid_range(maps, float(calibrated[COVID_19]))
        finding, flagged = decide(
            probabilities, covid_range, threshold=point.threshold, other_threshold=card.other_threshold
        )
        rows, columns = one.radiograph.shape
        cam = class_activation_map(maps.mean(axis=0), one.box, card.map_scale)
        return Prediction(
            finding=finding,
            flagged=flagged,
            probabilities=probabilities,
            probability_range=covid_range,
            operating_point=point,
            localization=localize(cam, one.mask, rows, columns, card.map_scale.show_above),
            cam=cam,
            lungs=one.mask,
            model=self.info,
            cautions=one.radiograph.cautions,
            timings_ms={"preprocess": round(one.preprocess_ms, 2), "network": round(network_ms, 2)},
        )

    def _covid_range(self, maps: NDArray[np.float32], probability: float) -> tuple[float, float]:
        if len(maps) == 1:
            return widen(probability, self.card.logit_noise)
        of_members = calibrate(maps.mean(axis=(2, 3)), self.card.calibration)[:, COVID_19]
        return float(of_members.min()), float(of_members.max())

    def _run(self, networks: Sequence[nn.Module], inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Run (B, S, S) inputs through each network; (networks, B, channels, h, w), the maps of a classifier."""
        try:
            with self._lock, torch.inference_mode():
                x = torch.from_numpy(inputs[:, None]).to(self._device, memory_format=torch.channels_last)
                outputs = [network(x) for network in networks]
                maps = [output[1] if isinstance(output, tuple) else output for output in outputs]
                return torch.stack(maps).float().cpu().numpy()
        except RuntimeError as error:  # torch raises it for memory, device and driver faults alike
            raise InferenceError(f"{self._device} failed: {type(error).__name__}") from error
