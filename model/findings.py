"""The words of a reading: what can be found, and where in the lungs."""

from enum import StrEnum


class Finding(StrEnum):
    """What a reading says. The first three have a probability each, in this order."""

    NORMAL = "normal"
    COVID_19 = "covid-19"
    OTHER = "other"
    INDETERMINATE = "indeterminate"


OUTPUTS = (Finding.NORMAL, Finding.COVID_19, Finding.OTHER)
"""The order of the probabilities: a contract between training, weights and prediction."""

HEADS = ("abnormal", "covid-19 given abnormal")
"""The order of the network's logits, two questions asked one after the other; `model.calibration` makes the three
probabilities of them."""

ABNORMAL, SUBTYPE = range(len(HEADS))


class Zone(StrEnum):
    """Six lung zones. Sides are the patient's: on a radiograph hung as usual, `right-*` lies at the image's left."""

    RIGHT_UPPER = "right-upper"
    RIGHT_MIDDLE = "right-middle"
    RIGHT_LOWER = "right-lower"
    LEFT_UPPER = "left-upper"
    LEFT_MIDDLE = "left-middle"
    LEFT_LOWER = "left-lower"
