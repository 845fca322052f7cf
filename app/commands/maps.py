"""The pictures that `covid-xnet predict --maps` writes: map and lungs at the image's size."""

from pathlib import Path, PurePosixPath

import cv2
import numpy as np
from numpy.typing import NDArray

from model.imaging.radiograph import Radiograph
from model.lungs import mask_at_image_size
from model.prediction import Prediction


class MapWriter:
    """Writes maps under a folder that mirrors the one that was read.

    `a/chest.dcm` gives `a/chest.cam.png` and `a/chest.lungs.png`. Where that name is taken, as by `a/chest.png`, the
    whole name stands before `.cam.png`, and a number after it when two folders hold the same file.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._taken: set[PurePosixPath] = set()

    def write(self, name: str, radiograph: Radiograph, prediction: Prediction) -> dict[str, str]:
        """Write both pictures of a file.

        Returns:
            Where they lie, relative to the folder.

        Raises:
            OSError: the disk does not take them.
        """
        from model.explain import map_at_image_size

        base = self._free_name(PurePosixPath(name))
        cam = np.round(map_at_image_size(prediction.cam, *radiograph.shape) * 65535).astype(np.uint16)
        lungs = mask_at_image_size(prediction.lungs, *radiograph.shape).astype(np.uint8) * 255
        return {"cam": self._save(f"{base}.cam.png", cam), "lungs": self._save(f"{base}.lungs.png", lungs)}

    def _free_name(self, name: PurePosixPath) -> PurePosixPath:
        number = 1
        candidate = name.with_suffix("") if name.suffix else name
        while candidate in self._taken:
            candidate = name if number == 1 else name.with_name(f"{name.name}-{number}")
            number += 1
        self._taken.add(candidate)
        return candidate

    def _save(self, name: str, pixels: NDArray[np.uint8] | NDArray[np.uint16]) -> str:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        is_encoded, png = cv2.imencode(".png", pixels)
        assert is_encoded
        path.write_bytes(png.tobytes())
        return name
