"""The files of the benchmark: drawn thoraxes of the size a detector gives, each new to the server."""

import itertools
from collections.abc import Iterator

import numpy as np

from tests.factories import make_chest_dicom

ROWS, COLUMNS, BITS_STORED = 2500, 2000, 12
HEADER_BYTES = 4096
"""The identifiers that are replaced lie within this; pixels, which come later, are never touched."""

_UID_ROOT = "1.2.826.0.1.3680043.10.1337.7"
_FIRST = 1_000_000_000


def draw(n_files: int) -> list[bytes]:
    """Draw DICOM files of different anatomy, every other one with opacities."""
    return [
        make_chest_dicom(
            rows=ROWS,
            columns=COLUMNS,
            bits_stored=BITS_STORED,
            seed=seed,
            opacity=seed % 2 == 1,
            study_instance_uid=f"{_UID_ROOT}.1.{_FIRST}",
            SOPInstanceUID=f"{_UID_ROOT}.2.{_FIRST}",
        )
        for seed in range(n_files)
    ]


def upside_down(files: list[bytes]) -> list[bytes]:
    """Turn the pixels, which are the end of each file, by half a turn: for the gate the dearest image that is read."""
    n_bytes = 2 * ROWS * COLUMNS
    return [content[:-n_bytes] + np.frombuffer(content[-n_bytes:], "<u2")[::-1].tobytes() for content in files]


def renewed(files: list[bytes]) -> Iterator[bytes]:
    """Give the files again and again, each time with study and instance identifiers never used before."""
    for number, content in zip(itertools.count(_FIRST + 1), itertools.cycle(files), strict=False):
        header = content[:HEADER_BYTES].replace(str(_FIRST).encode(), str(number).encode())
        yield header + content[HEADER_BYTES:]


def describe() -> str:
    """Say what the files are."""
    megabytes = ROWS * COLUMNS * 2 / 1e6
    return f"synthetic chest DICOM, {ROWS} × {COLUMNS}, {BITS_STORED} bits, uncompressed, {megabytes:.0f} MB each"
