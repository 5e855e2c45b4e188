"""The tables of materials, one module a topic."""

from xiaobao_web.materials.models.material import Material, MaterialKind, MaterialVersion
from xiaobao_web.materials.models.reading import Reading, Screening, WorkState
from xiaobao_web.materials.models.registry import (
    ApprovedMaterial,
    ApprovedState,
    Band,
    BandKind,
    Placement,
    PlacementKind,
    TextSignature,
)

__all__ = [
    "ApprovedMaterial",
    "ApprovedState",
    "Band",
    "BandKind",
    "Material",
    "MaterialKind",
    "MaterialVersion",
    "Placement",
    "PlacementKind",
    "Reading",
    "Screening",
    "TextSignature",
    "WorkState",
]
