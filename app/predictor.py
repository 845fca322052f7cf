"""Loads the real predictor: the only module of the application that imports `model.predict`, and only when asked to."""

from typing import TYPE_CHECKING

import numpy as np

from app.inference import ReadsRadiographs
from app.settings import InferenceSettings
from model.imaging.radiograph import Encoding, Radiograph

if TYPE_CHECKING:
    from model.predict import Predictor

_WARM_UP_SIDE = 1024


def load_predictor(settings: InferenceSettings) -> "Predictor":
    """Load the weights, and leave the other cores to decoding and answering.

    Raises:
        WeightsMissingError, WeightsCorruptError: the card or a file it names is not what it should be.
    """
    from model.predict import Predictor, limit_threads

    limit_threads(settings.threads)
    return Predictor.load(settings.card, device=settings.device)


def warm_up(predictor: ReadsRadiographs) -> None:
    """Read a drawn thorax, so that the first real radiograph does not wait for what is only done once."""
    predictor.predict_batch([drawn_thorax(_WARM_UP_SIDE)])


def drawn_thorax(side: int) -> Radiograph:
    """Draw two dark lungs in a bright body.

    Returns:
        A radiograph of `side` by `side` pixels that a lung segmentation accepts or at least runs on.
    """
    y, x = np.mgrid[0:side, 0:side].astype(np.float32) / side
    body = np.exp(-(((x - 0.5) / 0.42) ** 8)) * 0.7
    for centre in (0.3, 0.7):
        lung = np.exp(-((((x - centre) / 0.14) ** 2 + ((y - 0.47) / 0.3) ** 2) ** 3))
        body -= 0.5 * lung
    ribs = 0.05 * np.cos(y * 2 * np.pi * 9 + 3 * np.abs(x - 0.5))
    pixels = np.clip((body + ribs) * 255, 0, 255).astype(np.float32)
    return Radiograph(pixels=pixels, value_range=(0.0, 255.0), encoding=Encoding.PNG)
