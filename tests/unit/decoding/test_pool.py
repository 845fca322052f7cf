"""Worker processes: the same pixels as without them, and an answer whatever a file does to its worker."""

import os
import signal
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

from app.cases.header import read_header
from app.decoding.limits import DecodingLimits
from app.decoding.pool import LARGEST_ANSWER, DecoderPool
from app.decoding.shared import AnswerMemory, make_shared
from app.decoding.wire import MOST_FACTS
from app.errors import (
    DecoderCrashedError,
    DecoderOutOfMemoryError,
    DecodersLostError,
    DecoderTimedOutError,
    StoppingError,
)
from model.errors import ImageTooLargeError, UnknownFormatError
from model.imaging.limits import DEFAULT_LIMITS
from model.imaging.radiograph import Encoding, VoiLut
from model.imaging.reader import read_radiograph
from tests.application import gray_png
from tests.factories import make_lut, make_png, make_radiograph_dicom

LIMITS = DecodingLimits(memory=512 * 1024**2, cpu_s=1.0)
PNG = gray_png(100)


@pytest.fixture(scope="module", params=["fork", "spawn"])
def pool(request: pytest.FixtureRequest) -> Iterator[DecoderPool]:
    with DecoderPool(LIMITS, workers=2, work="tests.hostile:work", method=request.param) as pool:
        yield pool


def _one(work: str, limits: DecodingLimits = LIMITS) -> DecoderPool:
    return DecoderPool(limits, workers=1, work=f"tests.hostile:{work}")


@pytest.mark.parametrize("is_on_disk", [True, False])
def test_a_radiograph_comes_out_as_without_workers(pool: DecoderPool, tmp_path: Path, is_on_disk: bool) -> None:
    data = make_radiograph_dicom(WindowCenter=100, WindowWidth=200, VOILUTFunction="SIGMOID", PatientName="A^B")
    path = tmp_path / "file"
    path.write_bytes(data)
    expected = read_radiograph(data)

    with path.open("rb") as file:
        file.seek(100)  # whoever opened it may have read from it
        decoded = pool.decode(file if is_on_disk else data)

    np.testing.assert_array_equal(decoded.radiograph.pixels, expected.pixels)
    assert decoded.header == read_header(data, Encoding.DICOM)
    for name in (name for name in type(expected).__slots__ if name != "pixels"):
        assert getattr(decoded.radiograph, name) == getattr(expected, name), name


def test_a_table_comes_out_as_without_workers(pool: DecoderPool) -> None:
    table = make_lut([i * 16 for i in range(256)], first_value=0)
    data = make_radiograph_dicom(bits_stored=8, VOILUTSequence=[table])
    expected = read_radiograph(data).voi

    voi = pool.decode(data).radiograph.voi

    assert isinstance(voi, VoiLut)
    assert isinstance(expected, VoiLut)
    assert voi.first_value == expected.first_value
    np.testing.assert_array_equal(voi.entries, expected.entries)


def test_pixels_cannot_be_changed_behind_the_server_s_back(pool: DecoderPool) -> None:
    pixels = pool.decode(PNG).radiograph.pixels

    with pytest.raises(ValueError, match="read-only"):
        pixels[0, 0] = 1


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="this system does not list descriptors")
def test_radiographs_that_are_kept_hold_no_descriptors(pool: DecoderPool) -> None:
    large = make_radiograph_dicom(np.zeros((1200, 1000), np.uint16))
    pool.decode(PNG)
    before = len(os.listdir("/proc/self/fd"))

    kept = [pool.decode(file) for file in [PNG, large] * 5]

    assert len(os.listdir("/proc/self/fd")) == before
    assert len(kept) == 10


def test_a_radiograph_is_not_changed_by_those_that_the_same_worker_decodes_after_it() -> None:
    files = [gray_png(level) for level in (10, 20, 30)]

    with _one("work") as pool:
        kept = [pool.decode(file).radiograph.pixels for file in files]

    for pixels, file in zip(kept, files, strict=True):
        np.testing.assert_array_equal(pixels, read_radiograph(file).pixels)


def test_the_largest_image_that_is_read_finds_room_with_a_table_and_facts() -> None:
    handle = make_shared(size=LARGEST_ANSWER)
    memory = AnswerMemory(handle)

    pixels = memory.allocate((1, DEFAULT_LIMITS.max_pixels))
    memory.allocate((65536,), np.float64)
    memory.allocate((MOST_FACTS,), np.uint8)

    assert pixels.size == DEFAULT_LIMITS.max_pixels
    os.close(handle)


def test_what_the_reader_refuses_is_refused_with_its_facts(pool: DecoderPool) -> None:
    huge = bytearray(make_png(np.zeros((8, 8), np.uint8)))
    huge[16:24] = (60_000).to_bytes(4) * 2

    with pytest.raises(UnknownFormatError) as unknown:
        pool.decode(b"neither")
    with pytest.raises(UnknownFormatError):
        pool.decode(b"")  # which no system maps
    with pytest.raises(ImageTooLargeError) as too_large:
        pool.decode(_with_checksums(bytes(huge)))

    assert unknown.value.reason == "The file is neither DICOM nor PNG nor JPEG."
    assert too_large.value.measured == 60_000**2
    assert too_large.value.limit == DEFAULT_LIMITS.max_pixels


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"segfault", "SIGSEGV"),
        (f"signal {signal.SIGABRT.value}".encode(), "SIGABRT"),
        (f"signal {signal.SIGKILL.value}".encode(), "SIGKILL"),
        (b"exit 0", "an exit"),
        (b"exit 3", "an exit"),
    ],
)
def test_a_file_that_kills_its_worker_is_refused_and_the_next_is_decoded(
    pool: DecoderPool, file: bytes, said: str
) -> None:
    with pytest.raises(DecoderCrashedError, match=said) as crashed:
        pool.decode(file)

    assert crashed.value.code == "DECODER_CRASHED"
    assert pool.decode(PNG).radiograph.shape == (64, 64)


def test_a_file_that_computes_for_ever_is_ended_by_its_processor_time(pool: DecoderPool) -> None:
    with pytest.raises(DecoderTimedOutError) as timed_out:
        pool.decode(b"compute")

    assert timed_out.value.limit in (1.0, 3.0)  # on a busy machine the clock may be first
    assert timed_out.value.measured is not None
    assert timed_out.value.measured >= timed_out.value.limit
    assert pool.decode(PNG).radiograph.shape == (64, 64)


def test_a_file_that_waits_for_ever_is_ended_by_the_clock() -> None:
    with _one("work", DecodingLimits(memory=LIMITS.memory, cpu_s=0.1)) as pool:
        started = time.monotonic()
        with pytest.raises(DecoderTimedOutError) as timed_out:
            pool.decode(b"wait 60")

    assert timed_out.value.limit == pytest.approx(0.3)
    assert timed_out.value.measured == pytest.approx(0.3, abs=0.3)
    assert time.monotonic() - started < 30


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="this system limits no address space")
def test_a_file_that_needs_too_much_memory_is_refused_with_what_it_asked_for() -> None:
    with _one("allocate") as pool, pytest.raises(DecoderOutOfMemoryError) as out_of_memory:
        pool.decode(b"600")

    assert out_of_memory.value.code == "DECODER_OUT_OF_MEMORY"
    assert out_of_memory.value.limit == LIMITS.memory
    assert out_of_memory.value.measured is not None
    assert out_of_memory.value.measured >= 600 * 1024**2


def test_a_fault_of_the_reader_is_refused_and_logged_without_its_text() -> None:
    with _one("fail") as pool, capture_logs() as lines, pytest.raises(DecoderCrashedError) as crashed:
        pool.decode(b"Zyxmarker")

    [fault] = [line for line in lines if line["event"] == "decoder_fault"]
    assert fault["error"] == "RuntimeError"
    assert "hostile.py" in fault["trace"]
    assert "Zyxmarker" not in f"{crashed.value} {crashed.value.reason} {fault}"


def test_more_files_at_once_than_workers_take_turns(pool: DecoderPool) -> None:
    shapes = []
    threads = [threading.Thread(target=lambda: shapes.append(pool.decode(PNG).radiograph.shape)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert shapes == [(64, 64)] * 20


def test_a_lost_nursery_is_replaced_and_the_file_is_tried_once_more(pool: DecoderPool) -> None:
    pool.start()
    assert pool._nursery is not None
    pool.decode(PNG)
    os.kill(pool._nursery._process.pid, signal.SIGKILL)
    pool._nursery._process.wait()

    assert pool.decode(PNG).radiograph.shape == (64, 64)


def test_a_file_that_takes_the_nursery_with_it_twice_is_no_longer_tried() -> None:
    with _one("work") as pool:
        with pytest.raises(DecodersLostError):
            pool.decode(b"kill-nursery")
        assert pool.decode(PNG).radiograph.shape == (64, 64)


def test_workers_ended_from_outside_are_no_fault_of_the_file(pool: DecoderPool) -> None:
    """A service manager that ends everything ends the workers too: that is not remembered against the file."""
    with pytest.raises(DecodersLostError):
        pool.decode(f"signal {signal.SIGTERM.value}".encode())


def test_a_closed_pool_decodes_nothing_and_leaves_no_process() -> None:
    pool = _one("work")
    pool.decode(PNG)
    assert pool._nursery is not None
    process = pool._nursery._process

    def send() -> None:
        with pytest.raises(StoppingError):
            pool.decode(b"wait 2")

    sending = threading.Thread(target=send)
    sending.start()
    time.sleep(0.2)

    pool.close()
    sending.join(30)

    with pytest.raises(StoppingError):
        pool.decode(PNG)
    assert process.returncode is not None
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)  # neither the nursery nor a worker of it


def test_workers_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    """A server that is killed says goodbye to nobody."""
    script = (
        "import os, signal, sys\n"
        "from tests.unit.decoding.test_pool import _one, PNG\n"
        "pool = _one('work'); pool.decode(PNG)\n"
        "print(pool._nursery._process.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    root = Path(__file__).resolve().parents[3]
    found = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=False)
    group = int(found.stdout)

    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("workers outlived their server")


def _with_checksums(png: bytes) -> bytes:
    """Make the first chunk of a PNG file valid again."""
    return png[:29] + zlib.crc32(png[12:29]).to_bytes(4) + png[33:]
