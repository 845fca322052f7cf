"""What can go wrong between bytes and prediction.

    ModelError
     ├ UnreadableFileError                  the bytes cannot be decoded; nothing is kept
     │   ├ UnknownFormatError               neither DICOM, PNG nor JPEG
     │   ├ UnreadableDicomError             not Part 10, truncated, a required attribute is missing or contradictory
     │   ├ UnreadableRasterError            PNG or JPEG that does not decode
     │   ├ UnsupportedTransferSyntaxError   a compression that no installed decoder reads
     │   ├ UnsupportedPixelsError           several frames or a kind of pixel outside the scope
     │   │   └ NotGrayscaleError            a picture in colour
     │   └ ImageTooLargeError               more pixels than the limit
     ├ RefusedRadiographError               decoded, kept, but the network must not read it
     ├ InvalidWindowError                   window width outside the range of its function
     ├ WeightsMissingError / WeightsCorruptError
     └ InferenceError                       the device failed while reading

Exceptions state facts; statuses and sentences for people belong to `app.web.problems`.
"""

from dataclasses import dataclass


class ModelError(Exception):
    """Base of every error this package raises on purpose."""


class UnreadableFileError(ModelError):
    """The bytes cannot be decoded to a radiograph. The caller sends another file; nothing is kept.

    Attributes:
        reason: One sentence for a radiologist: what is wrong with the file, without any content of it.
        measured: The measured value, in the unit that `reason` names, or `None` where nothing is measured.
        limit: The limit it was held against.
    """

    code = "UNREADABLE_FILE"

    def __init__(self, reason: str, *, measured: float | None = None, limit: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.measured = measured
        self.limit = limit


class UnknownFormatError(UnreadableFileError):
    """The content is neither DICOM nor PNG nor JPEG."""

    code = "UNKNOWN_FORMAT"


class UnreadableDicomError(UnreadableFileError):
    """A DICOM file is truncated, or lacks or contradicts an attribute that its pixels need."""

    code = "UNREADABLE_DICOM"


class UnreadableRasterError(UnreadableFileError):
    """A PNG or JPEG file is truncated or malformed."""

    code = "UNREADABLE_IMAGE"


class UnsupportedTransferSyntaxError(UnreadableFileError):
    """The compression is one that no installed decoder reads. The caller exports uncompressed."""

    code = "UNSUPPORTED_TRANSFER_SYNTAX"


class UnsupportedPixelsError(UnreadableFileError):
    """The pixels are of a kind outside the scope: several frames, a palette, an unknown encoding of grey."""

    code = "UNSUPPORTED_PIXELS"


class NotGrayscaleError(UnsupportedPixelsError):
    """A picture whose colours mean something: not a radiograph, or one with colours laid over it.

    The caller sends the radiograph itself; `measured` is the share of coloured pixels.
    """

    code = "NOT_GRAYSCALE"


class ImageTooLargeError(UnreadableFileError):
    """The file or its image is larger than the limit allows; checked before decoding."""

    code = "IMAGE_TOO_LARGE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why the network must not read a radiograph that decoded.

    Attributes:
        code: Stable, upper snake case; one code for each different thing the sender should do.
        detail: Sentences for a radiologist: what was seen, what was not done, what to do.
        measured: The measured value, in the unit that `detail` names, or `None` where nothing is measured.
        limit: The limit it was held against.
    """

    code: str
    detail: str
    measured: float | None = None
    limit: float | None = None


class RefusedRadiographError(ModelError):
    """A decoded radiograph that must not be read; it is kept and its reading is `refused`."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class InvalidWindowError(ModelError):
    """The window width lies outside the range of its VOI LUT function."""


class WeightsMissingError(ModelError):
    """A card or the weights it names are not where they should be."""


class WeightsCorruptError(ModelError):
    """The weights are not the ones the card describes; `expected` and `actual` are SHA-256 hashes or shapes."""

    def __init__(self, message: str, *, expected: str, actual: str) -> None:
        super().__init__(f"{message}: expected {expected}, found {actual}")
        self.expected = expected
        self.actual = actual


class InferenceError(ModelError):
    """The device failed while reading, for example for lack of memory. The same radiograph may be tried again."""
