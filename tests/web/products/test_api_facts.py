"""Prices, standard texts and past imports of products over REST."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from xiaobao_web.products.models import PriceItem, Product, StandardText

pytestmark = pytest.mark.django_db
TABLE = "产品编号,产品名称,产品类型,风险评级\nLC901,稳健九号,理财,R2\nLC902,,理财,R2\n"


@pytest.fixture
def product(bank: Any) -> Product:
    row = Product.objects.create(code="LC1", name="稳健一号", kind="wealth", unit=bank.units["retail"])
    for n in range(3):
        PriceItem.objects.create(product=row, name=f"管理费{n}", price="0.3%/年", pricing="市场调节价")
    StandardText.objects.create(product=row, title="风险揭示", text="理财非存款，产品有风险。", version="2")
    return row


def test_prices_and_texts_are_told_page_by_page(bank: Any, client_of: Any, product: Product) -> None:
    office, path = client_of("office"), "/api/products/LC1"
    first = office.get(f"{path}/price-list", {"limit": 2}).json()
    assert [row["name"] for row in first["items"]] == ["管理费2", "管理费1"]
    assert [row["name"] for row in office.get(f"{path}/price-list", {"cursor": first["next"]}).json()["items"]] == [
        "管理费0"
    ]
    assert [row["name"] for row in office.get(f"{path}/price-list", {"q": "费1"}).json()["items"]] == ["管理费1"]
    [text] = office.get(f"{path}/standard-texts").json()["items"]
    assert (text["title"], text["version"]) == ("风险揭示", "2")
    for name in ("price-list", "standard-texts"):
        assert office.get(f"/api/products/none/{name}").status_code == 404
        assert office.get(f"{path}/{name}", {"limit": 0}).status_code == 422
        assert office.get(f"{path}/{name}", {"colour": "red"}).status_code == 422
        assert client_of("stranger").get(f"{path}/{name}").status_code == 403
        assert client_of("admin").get(f"{path}/{name}").status_code == 403
        assert Client().get(f"{path}/{name}").status_code == 401


def test_past_imports_are_told_to_who_imports(bank: Any, client_of: Any) -> None:
    office = client_of("office")
    office.post("/api/products/tables/products", {"file": SimpleUploadedFile("要素.csv", TABLE.encode())})
    [row] = office.get("/api/products/tables/imports").json()["items"]
    assert (row["name"], row["kind"], row["made"], row["left_out"], row["by"]) == (
        "要素.csv",
        "products",
        1,
        1,
        "韩消保",
    )
    assert office.get("/api/products/tables/imports", {"kind": "prices"}).json()["items"] == []
    assert office.get("/api/products/tables/imports", {"kind": "cars"}).status_code == 422
    assert office.get(f"/api/products/tables/imports/{row['id']}").json()["made"] == 1
    columns = office.get("/api/products/tables/prices/columns").json()
    assert any(item["required"] for item in columns)
    assert office.get("/api/products/tables/cars/columns").status_code == 404
    for path in ("/api/products/tables/imports", "/api/products/tables/prices/columns"):
        assert client_of("submitter").get(path).status_code == 403
        assert client_of("stranger").get(path).status_code == 403
        assert Client().get(path).status_code == 401


def test_tables_of_prices_and_texts_are_still_taken(bank: Any, client_of: Any) -> None:
    for kind in ("prices", "texts"):
        file = SimpleUploadedFile("表.csv", "甲,乙\n1,2\n".encode())
        assert client_of("office").post(f"/api/products/tables/{kind}", {"file": file}).status_code == 422
