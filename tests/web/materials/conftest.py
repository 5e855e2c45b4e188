"""Material of a product, made through the services."""

from __future__ import annotations

from typing import Any

import pytest

from xiaobao_web.products.models import Product


@pytest.fixture
def product(bank: Any) -> Product:
    """Return a wealth product with its facts."""
    return Product.objects.create(
        code="LC2026001", name="稳健成长一号", kind="wealth", risk_grade="R2", min_amount=10000, term="180天",
        annual_rate_low="2.8", annual_rate_high="3.6", fee="固定管理费0.3%/年，托管费0.05%/年",
        unit=bank.units["retail"],
    )  # fmt: skip
