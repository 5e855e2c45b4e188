"""Tables of products over REST: tried, imported, refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from xiaobao_web.products.models import Product

pytestmark = pytest.mark.django_db
TABLE = "产品编号,产品名称,产品类型,风险评级\nLC901,稳健九号,理财,R2\nLC902,,理财,R2\n"


def upload(client: Any, kind: str = "products", text: str = TABLE, **values: Any) -> Any:
    return client.post(
        f"/api/products/tables/{kind}", {"file": SimpleUploadedFile("要素.csv", text.encode()), **values}
    )


def test_a_table_is_tried_then_imported(bank: Any, client_of: Any) -> None:
    office = client_of("office")
    tried = upload(office, dry_run="true").json()
    assert (tried["id"], tried["made"], [row["row"] for row in tried["faults"]]) == (None, 1, [3])
    assert not Product.objects.filter(code="LC901").exists()
    done = upload(office).json()
    assert done | {"id": None} == tried
    assert Product.objects.get(code="LC901").name == "稳健九号"
    assert upload(office).json()["made"] == 0
    again = office.get(f"/api/products/tables/imports/{done['id']}")
    assert again.json()["made"] == 1
    assert client_of("submitter").get(f"/api/products/tables/imports/{done['id']}").status_code == 403
    assert upload(client_of("submitter")).status_code == 403
    assert upload(office, kind="cars").status_code == 422
    assert upload(office, text="甲,乙\n1,2\n").status_code == 422
    assert office.get("/api/products/LC901").json()["name"] == "稳健九号"
