"""What happens to products."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.journal import event_type

event_type("products.imported", _("{actor} 导入{kind}“{name}”：新增 {made}，更新 {changed}，未导入 {faults} 行"))
event_type("products.made", _("{actor} 新增产品 {subject}"))
event_type("products.changed", _("{actor} 更新产品 {subject} 的要素"))
