"""Header values must not reach warnings or logs: they belong to a patient."""

import logging
import threading
import warnings

import pytest

from model.imaging.quiet import quiet_pydicom
from model.imaging.reader import read_radiograph
from tests.factories import make_chest_dicom


def test_malformed_header_value_reaches_no_warning_and_no_log(caplog: pytest.LogCaptureFixture) -> None:
    data = make_chest_dicom(rows=32, columns=32).replace(b"20200401", b"MARKER!!")

    with caplog.at_level(logging.DEBUG), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        read_radiograph(data)

    assert caught == []
    assert "MARKER" not in caplog.text


def test_filters_and_logger_are_as_before_even_when_threads_overlap() -> None:
    before = list(warnings.filters)
    inside, leave = threading.Event(), threading.Event()

    def stay() -> None:
        with quiet_pydicom():
            inside.set()
            leave.wait(5)

    with quiet_pydicom():
        thread = threading.Thread(target=stay)
        thread.start()
        inside.wait(5)
    assert logging.getLogger("pydicom").propagate is False
    leave.set()
    thread.join()

    assert list(warnings.filters) == before
    assert logging.getLogger("pydicom").propagate is True
