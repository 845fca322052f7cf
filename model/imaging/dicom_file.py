"""Parses the bytes of a DICOM file to a data set, within limits on the work and the memory that parsing may take."""

import zlib
from io import BytesIO
from mmap import mmap
from typing import BinaryIO, cast

from pydicom import dcmread, uid
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.filereader import read_dataset
from pydicom.tag import BaseTag

from model.errors import UnreadableDicomError, UnreadableFileError
from model.imaging.limits import ReadLimits, check_decoded_bytes, most_decoded_bytes

FileBytes = bytes | mmap
"""A whole file: in memory, or mapped there where it lies, which saves copying it."""

_PREFIX = b"DICM"
_FILE_META = b"\x02\x00"
"""Group of the file meta information, which is always little-endian."""

_START = 132
"""Where the file meta information begins: after the preamble and the prefix."""

# Without a preamble a data set begins with the file meta information or, older still, with group 0008.
_BARE_STARTS = (b"\x02\x00\x00\x00", b"\x02\x00\x10\x00", b"\x08\x00\x05\x00", b"\x08\x00\x08\x00", b"\x08\x00\x16\x00")


def is_dicom(data: FileBytes) -> bool:
    """Tell by the content: `DICM` after the preamble, or the first attributes of a data set without one."""
    return _has_prefix(data) or data[:4] in _BARE_STARTS


def parse_dicom(data: FileBytes, *, limits: ReadLimits) -> FileDataset:
    """Parse a whole file; its file meta information may lack a transfer syntax.

    Raises:
        UnreadableDicomError: Damaged, cut off, of sequences too deep inside one another, or of more elements than
            `limits` allows.
        ImageTooLargeError: A deflated data set inflates to more than `limits` allows.
    """
    try:
        return _parse(data, limits)
    except UnreadableFileError:
        raise
    except RecursionError as error:
        raise UnreadableDicomError(
            "The sequences of this DICOM file lie too deep inside one another to be read."
        ) from error
    except Exception as error:  # pydicom raises whatever its parsing meets; any of it means that the file is damaged
        raise UnreadableDicomError("The DICOM file is damaged or cut off: it cannot be parsed.") from error


def _parse(data: FileBytes, limits: ReadLimits) -> FileDataset:
    source = _metered(data, limits)
    start = _START if _has_prefix(data) else 0
    source.seek(start)
    meta = FileMetaDataset()
    if data[start : start + len(_FILE_META)] == _FILE_META:
        meta = FileMetaDataset(read_dataset(source, False, True, stop_when=_is_outside_file_meta))
    if meta.get("TransferSyntaxUID") != uid.DeflatedExplicitVRLittleEndian:
        source.seek(0)
        return dcmread(source, force=not _has_prefix(data))
    # pydicom would inflate the data set whole, whatever its size.
    inflated = _metered(_inflate(data, source.tell(), limits), limits)
    dataset = FileDataset(inflated, read_dataset(inflated, False, True), data[:128], meta, False, True)
    dataset.set_original_encoding(False, True)
    return dataset


def _has_prefix(data: FileBytes) -> bool:
    return data[_START - len(_PREFIX) : _START] == _PREFIX


def _is_outside_file_meta(tag: BaseTag, _vr: str | None, _length: int) -> bool:
    return tag.group != 2


def _inflate(data: FileBytes, start: int, limits: ReadLimits) -> bytes:
    limit = most_decoded_bytes(len(data), limits)
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    inflated = inflater.decompress(memoryview(data)[start:], limit + 1)
    check_decoded_bytes(len(inflated), file_bytes=len(data), limits=limits)
    if not inflater.eof:
        raise UnreadableDicomError("The DICOM file is damaged or cut off: its deflated data set has no end.")
    return inflated


def as_stream(data: FileBytes) -> BinaryIO:
    """Give a file as something to read from, at its start; a mapped one is its own stream, and the only one.

    Returns:
        What has `read`, `seek` and `tell`; pydicom asks for no more.
    """
    if isinstance(data, bytes):
        return BytesIO(data)
    data.seek(0)
    return cast(BinaryIO, data)


def _metered(data: FileBytes, limits: ReadLimits) -> BinaryIO:
    return cast(BinaryIO, _MeteredFile(as_stream(data), limits.max_elements))


class _MeteredFile:
    """A stream that may be read only so often, which bounds the elements that pydicom makes objects of.

    Raises:
        UnreadableDicomError: From `read`: too often, or without a size, as pydicom does only to inflate.
    """

    def __init__(self, stream: BinaryIO, max_reads: int) -> None:
        self._stream = stream
        self.seek = stream.seek
        self.tell = stream.tell
        self._max_reads = max_reads
        self._n_reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Read as streams do, and count it."""
        self._n_reads += 1
        if self._n_reads > self._max_reads:
            raise UnreadableDicomError(
                f"This DICOM file is cut into more than {self._max_reads} pieces, which no radiograph is.",
                measured=self._n_reads,
                limit=self._max_reads,
            )
        if size is None or size < 0:
            raise UnreadableDicomError("The DICOM file is damaged: its file meta information cannot be read.")
        return self._stream.read(size)
