"""How large slide text is: from the run through shape, layout and master to the default."""

from __future__ import annotations

from typing import Any

from xiaobao.readers.package import A, P, Package

DEFAULT_POINTS = 18.0
_TITLES = ("title", "ctrTitle")
_PLACE = f"{P}nvSpPr/{P}nvPr/{P}ph"


class SlideStyles:
    """The layout and the master of one slide."""

    def __init__(self, package: Package, slide: str) -> None:
        self._layout = self._master = None
        layout = next(package.related(slide, "slideLayout"), None)
        if layout is None:
            return
        self._layout = package.optional(layout)
        master = next(package.related(layout, "slideMaster"), None)
        self._master = package.optional(master) if master is not None else None

    def size(self, shape: Any, body: Any, paragraph: Any) -> float | None:
        """Return the size in points of most of a paragraph's text."""
        base: float | None = None
        weights: dict[float, int] = {}
        for run in paragraph.iter(f"{A}r", f"{A}fld"):
            text = "".join(t.text or "" for t in run.iter(f"{A}t"))
            look = run.find(f"{A}rPr")
            size = _points(look.get("sz")) if look is not None else None
            if size is None:
                base = base if base is not None else self._inherited(shape, body, paragraph)
                size = base
            weights[size] = weights.get(size, 0) + len(text.strip())
        if not weights:
            return None
        size = max(weights, key=lambda key: weights[key])
        fit = body.find(f"{A}bodyPr/{A}normAutofit")
        shrink = _share(fit.get("fontScale")) if fit is not None else 1.0
        return round(size * shrink, 1)

    def place(self, shape: Any) -> tuple[float, float, float, float] | None:
        """Return x, y, width, height in EMU that layout or master give a placeholder."""
        for root in (self._layout, self._master):
            twin = _twin(root, shape)
            if twin is None:
                continue
            start, extent = twin.find(f"{P}spPr/{A}xfrm/{A}off"), twin.find(f"{P}spPr/{A}xfrm/{A}ext")
            if start is not None and extent is not None:
                try:
                    return (
                        float(start.get("x")),
                        float(start.get("y")),
                        float(extent.get("cx")),
                        float(extent.get("cy")),
                    )
                except (TypeError, ValueError):
                    return None
        return None

    def _inherited(self, shape: Any, body: Any, paragraph: Any) -> float:
        look = paragraph.find(f"{A}pPr")
        level = look.get("lvl", "0") if look is not None else "0"
        name = f"{A}lvl{int(level) + 1 if level.isdigit() and int(level) < 9 else 1}pPr"
        sources = [look, _level(body.find(f"{A}lstStyle"), name)]
        for root in (self._layout, self._master):
            twin = _twin(root, shape)
            if twin is not None:
                sources.append(_level(twin.find(f"{P}txBody/{A}lstStyle"), name))
        place = shape.find(_PLACE)
        if self._master is not None:
            kind = place.get("type", "body") if place is not None else ""
            style = "titleStyle" if kind in _TITLES else "bodyStyle" if place is not None else "otherStyle"
            sources.append(_level(self._master.find(f"{P}txStyles/{P}{style}"), name))
        for source in sources:
            default = source.find(f"{A}defRPr") if source is not None else None
            size = _points(default.get("sz")) if default is not None else None
            if size is not None:
                return size
        return DEFAULT_POINTS


def _level(style: Any | None, name: str) -> Any | None:
    return style.find(name) if style is not None else None


def _twin(root: Any | None, shape: Any) -> Any | None:
    place = shape.find(_PLACE)
    if root is None or place is None:
        return None
    index, kind = place.get("idx"), place.get("type", "body")
    kinds = _TITLES if kind in _TITLES else (kind,)
    for other in root.iter(f"{P}sp"):
        found = other.find(_PLACE)
        if found is None:
            continue
        if (index is not None and found.get("idx") == index) or found.get("type", "body") in kinds:
            return other
    return None


def _points(text: str | None) -> float | None:
    return int(text) / 100 if text and text.isdigit() and 100 <= int(text) <= 400_000 else None


def _share(text: str | None) -> float:
    try:
        value = float((text or "100000").rstrip("%"))
    except ValueError:
        return 1.0
    share = value / 100 if (text or "").endswith("%") else value / 100_000
    return share if 0.05 < share <= 1 else 1.0
