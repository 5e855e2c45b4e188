"""The tables of materials, one module a topic."""

from xiaobao_web.materials.models.material import Material, MaterialKind, MaterialVersion
from xiaobao_web.materials.models.reading import Reading, Screening
from xiaobao_web.materials.models.registry import ApprovedMaterial, ApprovedState, Placement, PlacementKind

__all__ = [
    "ApprovedMaterial",
    "ApprovedState",
    "Material",
    "MaterialKind",
    "MaterialVersion",
    "Placement",
    "PlacementKind",
    "Reading",
    "Screening",
]
