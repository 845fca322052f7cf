"""Decoded radiographs are held up to a number of bytes, whatever it is that takes them."""

import numpy as np
import pytest

from app.cases.cache import ByteCache, make_radiograph_cache
from model.imaging.radiograph import Encoding, Radiograph, VoiLut

MEGABYTE = 1024**2
TABLE = VoiLut(entries=np.zeros(MEGABYTE // 8), first_value=0)


def make_radiograph(side: int, voi: VoiLut | None = None) -> Radiograph:
    return Radiograph(
        pixels=np.zeros((side, side), np.float32), value_range=(0.0, 1.0), encoding=Encoding.DICOM, voi=voi
    )


def count_held(cache: ByteCache[Radiograph], n_keys: int) -> int:
    made: list[int] = []
    for key in reversed(range(n_keys)):
        cache.get(key, lambda key=key: made.append(key) or make_radiograph(1))  # type: ignore[misc]
    return n_keys - len(made)


@pytest.mark.parametrize(
    "radiograph", [make_radiograph(512), make_radiograph(1, TABLE)], ids=["pixels", "a table beside one pixel"]
)
def test_what_a_radiograph_takes_is_counted(radiograph: Radiograph) -> None:
    cache = make_radiograph_cache(limit=4 * MEGABYTE)

    for key in range(100):
        cache.put(key, radiograph)

    assert count_held(cache, 100) <= 4


def test_small_radiographs_are_not_held_without_number() -> None:
    cache = make_radiograph_cache(limit=MEGABYTE)

    for key in range(1000):
        cache.put(key, make_radiograph(1))

    assert count_held(cache, 1000) < 260


def test_the_least_recently_used_makes_room() -> None:
    cache = ByteCache[bytes](limit=10, size=len)
    cache.put("old", b"12345")
    cache.put("new", b"12345")
    cache.get("old", lambda: b"anew")

    cache.put("newest", b"12345")

    assert cache.get("old", lambda: b"anew") == b"12345"
    assert cache.get("new", lambda: b"anew") == b"anew"


def test_what_is_larger_than_all_room_is_not_held() -> None:
    cache = ByteCache[bytes](limit=3, size=len)

    cache.put("key", b"1234")

    assert cache.get("key", lambda: b"anew") == b"anew"
