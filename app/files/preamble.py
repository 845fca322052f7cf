"""The first 128 bytes of a DICOM file mean nothing to DICOM and may be a program to everything else.

Source:
    DICOM PS3.10 7.1 (the preamble), 7.5 (why a store should clear it).
"""

_LENGTH = 128
_MAGIC = b"DICM"


def without_preamble(data: bytes) -> bytes:
    """Return a file with its preamble zeroed; any other file, and one whose preamble is zero already, as it is."""
    if data[_LENGTH : _LENGTH + len(_MAGIC)] != _MAGIC or not any(data[:_LENGTH]):
        return data
    return bytes(_LENGTH) + data[_LENGTH:]
