"""The bank of the demonstration: its units, its eighty people, their posts, its products."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile

from xiaobao_web.people import services as people
from xiaobao_web.people.models import Organisation, OrganisationKind, Person, Role
from xiaobao_web.products import importing
from xiaobao_web.products.models import Product

DATA = Path(__file__).parent / "data"
DOMAIN = "bank.example"


@dataclass
class Bank:
    """Units and people by short names, and who may play which part."""

    units: dict[str, Organisation] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    holders: dict[tuple[str, str], list[Person]] = field(default_factory=dict)
    products: list[Product] = field(default_factory=list)

    def pick(self, role: str, unit: str, dice: random.Random, *, but: tuple[Any, ...] = ()) -> Person:
        """Return somebody who holds a role at a unit, others than some."""
        barred = {person.pk for person in but if person is not None}
        return dice.choice([person for person in self.holders[role, unit] if person.pk not in barred])


def build(*, since: date, small: bool) -> Bank:
    """Make the bank through the services; `small` leaves out most branches and staff."""
    plan = yaml.safe_load((DATA / "bank.yaml").read_text(encoding="utf-8"))
    bank, names = Bank(), _names(plan["names"])
    _unit(bank, plan["head"], OrganisationKind.HEAD_OFFICE, None)
    for row in plan["departments"]:
        _unit(bank, row, OrganisationKind.DEPARTMENT, "head")
    for row in plan["branches"][: 3 if small else None]:
        _unit(bank, row, OrganisationKind.BRANCH, "head")
        for number, name in enumerate(row.get("below", ()), 1):
            below = {"key": f"{row['key']}-{number}", "name": name}
            _unit(bank, below, OrganisationKind.SUB_BRANCH, row["key"])
    for row in plan["partners"]:
        _unit(bank, row, OrganisationKind.PARTNER, "head")
    for row in plan["staff"]:
        for number in range(row.get("count", 1)):
            _hire(bank, row, row["unit"], number, names, since)
    for branch in plan["branches"][: 3 if small else None]:
        for row in plan["branch_staff"]:
            for number in range(row.get("count", 1)):
                _hire(bank, row, branch["key"], number, names, since)
    _leaders(bank, plan["leaders"])
    return bank


def _names(parts: dict[str, str]) -> Any:
    family, given = parts["family"].split(), parts["given"].split()
    for number in range(len(family) * len(given)):
        yield family[number * 7 % len(family)] + given[(number * 11 + number // len(family)) % len(given)]


def _unit(bank: Bank, row: dict[str, Any], kind: str, parent: str | None) -> None:
    above = bank.units[parent] if parent else None
    facts = {"is_consumer_protection": True} if row.get("protects") else {}
    bank.units[row["key"]] = people.make_organisation(
        name=row["name"], code=row["key"].upper(), kind=kind, parent=above, by=None, **facts
    )


def _hire(bank: Bank, row: dict[str, Any], unit: str, number: int, names: Any, since: date) -> None:
    roles = row["role"].split()
    username = f"{roles[0]}.{unit}{'' if number == 0 else number + 1}"
    person = people.make_person(
        username=username, name=next(names), unit=bank.units[unit], by=None, title=row.get("title", ""),
        email=f"{username}@{DOMAIN}",
    )  # fmt: skip
    for role in roles:
        where = bank.units[row.get("at", unit)]
        people.appoint(person=person, role=role, organisation=where, by=None, since=since)
        bank.holders.setdefault((role, unit), []).append(person)
    bank.people[username] = person


def _leaders(bank: Bank, plan: dict[str, list[str]]) -> None:
    for username, units in plan.items():
        for key in units:
            if key in bank.units:
                bank.units[key].executive = bank.people[username]
                bank.units[key].save(update_fields=["executive"])


def import_products(bank: Bank) -> None:
    """Import the product master and the price list as an institution would: as tables."""
    rows = yaml.safe_load((DATA / "products.yaml").read_text(encoding="utf-8"))
    by = bank.pick(Role.OFFICE, "protection", random.Random(1))
    for kind, name in (("products", "产品主数据.xlsx"), ("prices", "价目表.xlsx")):
        upload = SimpleUploadedFile(name, _sheet(rows[kind]))
        stored = importing.store(upload, by=by)
        importing.run(kind, stored, name=name, by=by)
    bank.products = list(Product.objects.order_by("code"))


def _sheet(rows: list[dict[str, Any]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        heads = list(dict.fromkeys(key for row in rows for key in row))
        sheet.write_row(0, 0, heads)
        for number, row in enumerate(rows, 1):
            sheet.write_row(number, 0, [str(row.get(head, "")) for head in heads])
    return out.getvalue()
