"""What a complaint hangs together with, of what a person may see: product, material, clause, staff, issue, others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.complaints import queries as complaints
from xiaobao_web.complaints.services import tells_whom
from xiaobao_web.kernel.access import holds, visible_to

MOST = 12
"""Most nodes of a kind that hang on one thing."""
SPOKEN = ("call", "chat")
KINDS = ("case", "product", "material", "clause", "person", "issue", "call")
SIZES = {"case": 26, "product": 30, "material": 22, "clause": 18, "person": 20, "issue": 22, "call": 18}


@dataclass
class Graph:
    """Nodes by key and the edges between them, each with its word."""

    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)
    edges: list[tuple[str, str, str]] = field(default_factory=list)

    def node(self, kind: str, pk: Any, name: str, url: str = "", *, size: int = 0) -> str:
        """Add a node once and return its key."""
        key = f"{kind}:{pk}"
        shown = name if len(name) <= 16 else f"{name[:15]}…"
        made = {"id": key, "name": shown, "full": name, "kind": kind, "url": url, "size": size or SIZES[kind]}
        self.nodes.setdefault(key, made)
        return key

    def edge(self, source: str, target: str, word: str) -> None:
        """Join two nodes once."""
        if source != target and (source, target, word) not in self.edges:
            self.edges.append((source, target, word))


def labels() -> dict[str, str]:
    """Return what the kinds of nodes are called."""
    return dict(
        zip(KINDS, (_("投诉"), _("产品"), _("材料"), _("条款依据"), _("员工"), _("问题"), _("通话")), strict=True)
    )


def graph_of(case: Any, user: Any) -> Graph:
    """Return the graph around a case; what a person may not see is not in it."""
    found = Graph()
    centre = found.node("case", case.pk, case.number, case.get_absolute_url(), size=38)
    _others(found, centre, case, user)
    _staff(found, centre, case)
    _issues(found, centre, case, user)
    _calls(found, centre, case, user)
    if case.product_id is not None:
        _product(found, centre, case, user)
    return found


def _others(found: Graph, centre: str, case: Any, user: Any) -> None:
    seen = {row.pk: row for row in complaints.visible(user).filter(links__other=case)[:MOST]}
    seen |= {row.pk: row for row in complaints.visible(user).filter(linked_from__case=case)[:MOST]}
    links = [*case.links.all()[:MOST], *case.linked_from.all()[:MOST]]
    for link in links:
        other = seen.get(link.other_id if link.case_id == case.pk else link.case_id)
        if other is not None and link.confirmed is not False and tells_whom(user, case, other):
            key = found.node("case", other.pk, other.number, other.get_absolute_url())
            found.edge(centre, key, link.get_kind_display())


def _staff(found: Graph, centre: str, case: Any) -> None:
    people = [(case.handler, _("经办")), (case.leader, _("包案"))]
    people += [(row.person, row.get_kind_display()) for row in case.parties.select_related("person")[:MOST]]
    for person, word in people:
        if person is not None:
            found.edge(centre, found.node("person", person.pk, person.name), word)


def _calls(found: Graph, centre: str, case: Any, user: Any) -> None:
    """Join the calls and conversations in which it was told, each with who took it; a transcript opens on its page."""
    if not holds(user, "complaints.contacts"):
        return
    rows = complaints.contacts(user).filter(case=case).filter(Q(channel__in=SPOKEN) | ~Q(turns=[]))
    for row in rows.select_related("registered_by").order_by("received_at", "pk")[:MOST]:
        word = _("通话（有逐字稿）") if row.turns else _("通话")
        name = f"{row.get_channel_display()} {timezone.localtime(row.received_at):%m-%d %H:%M}"
        key = found.node("call", row.pk, name, row.get_absolute_url())
        found.edge(centre, key, word)
        if row.registered_by is not None:
            found.edge(key, found.node("person", row.registered_by.pk, row.registered_by.name), _("接听"))


def _issues(found: Graph, centre: str, case: Any, user: Any) -> None:
    model: Any = apps.get_model("findings", "Issue")
    if not holds(user, "findings.view"):
        return
    rows = visible_to(
        user, model.objects.filter(source_label=case._meta.label_lower, source_id=case.pk), "findings.view"
    )
    for row in rows[:MOST]:
        found.edge(centre, found.node("issue", row.pk, row.title, row.get_absolute_url()), _("整改"))


def _product(found: Graph, centre: str, case: Any, user: Any) -> None:
    product = case.product
    page = reverse("product", args=[product.pk]) if holds(user, "products.view") else ""
    key = found.node("product", product.pk, product.name, page)
    found.edge(centre, key, _("涉及"))
    others = complaints.visible(user).filter(product=product).exclude(pk=case.pk).order_by("-received_at", "-pk")
    if case.cause:
        others = others.filter(cause=case.cause)
    for row in others[:MOST]:
        found.edge(found.node("case", row.pk, row.number, row.get_absolute_url()), key, case.cause or _("涉及"))
    if holds(user, "materials.registry"):
        _materials(found, key, product, user)


def _materials(found: Graph, product: str, row: Any, user: Any) -> None:
    model: Any = apps.get_model("materials", "ApprovedMaterial")
    rows = visible_to(user, model.objects.filter(product=row), "materials.registry")
    made_ones = list(rows.select_related("approved_by").order_by("-approved_at", "-pk")[:MOST])
    for made in made_ones:
        key = found.node("material", made.pk, made.title, reverse("approved", args=[made.pk]))
        found.edge(product, key, _("宣传"))
        found.edge(key, found.node("person", made.approved_by_id, made.approved_by.name), _("批准"))
    _clauses(found, {made.version_id: f"material:{made.pk}" for made in made_ones})


def _clauses(found: Graph, versions: dict[int, str]) -> None:
    """Join materials to the articles that accepted findings on them cite."""
    model: Any = apps.get_model("findings", "Finding")
    rows = model.objects.filter(version__in=list(versions), decision="accepted")
    for version, basis in rows.values_list("version_id", "basis")[: MOST * 4]:
        for item in basis[:3]:
            norm, article = item.get("norm", ""), item.get("article", "")
            if norm and article:
                url = reverse("article", args=[norm, article])
                name = f"{item.get('title') or norm}第{article}条"
                found.edge(versions[version], found.node("clause", f"{norm}#{article}", name, url), _("依据"))


def option(found: Graph) -> dict[str, Any]:
    """Return the echarts option of a graph; nodes carry the address they open."""
    names = labels()
    nodes = [
        {"id": node["id"], "name": node["name"], "url": node["url"], "symbolSize": node["size"],
         "category": KINDS.index(node["kind"])}
        for node in found.nodes.values()
    ]  # fmt: skip
    links = [{"source": a, "target": b, "value": word, "label": {"show": True, "formatter": word}}
             for a, b, word in found.edges]  # fmt: skip
    series = {
        "type": "graph", "layout": "force", "roam": True, "data": nodes, "links": links,
        "categories": [{"name": names[kind]} for kind in KINDS], "label": {"show": True, "position": "bottom"},
        "force": {"repulsion": 420, "edgeLength": 110}, "edgeLabel": {"fontSize": 11},
        "emphasis": {"focus": "adjacency"},
    }  # fmt: skip
    return {"series": [series], "tooltip": {"trigger": "item"}, "legend": {"data": [names[kind] for kind in KINDS]}}
