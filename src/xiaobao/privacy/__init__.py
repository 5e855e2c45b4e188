"""Personal data in Chinese text: find it, hide it, and turn placeholders back."""

from xiaobao.privacy.entities import KINDS, OFF_BY_DEFAULT, Entity, recogniser
from xiaobao.privacy.masking import STYLES, Masked, mask, partial, unmask
from xiaobao.privacy.recognise import recognise

__all__ = [
    "KINDS",
    "OFF_BY_DEFAULT",
    "STYLES",
    "Entity",
    "Masked",
    "mask",
    "partial",
    "recognise",
    "recogniser",
    "unmask",
]
