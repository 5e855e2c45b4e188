"""What is wrong with a value of a request, in Chinese: the validator's own kinds of error as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Text = str | Promise
L = gettext_lazy
WHOLE, NUMBER = L("应为整数"), L("应为数字")
MOMENT, DAY = L("应为日期时间，如 2026-01-31T09:30:00+08:00"), L("应为日期，如 2026-01-31")
SENTENCES: dict[str, Text] = {
    "missing": L("必填"),
    "extra_forbidden": L("没有这个字段"),
    "none_required": L("应为空"),
    "string_type": L("应为文本"),
    "string_too_short": L("至少 {min_length} 个字"),
    "string_too_long": L("最多 {max_length} 个字"),
    "string_pattern_mismatch": L("格式不符，或含有不允许的字符"),
    "string_unicode": L("不是有效的文本"),
    "bool_type": L("应为 true 或 false"),
    "bool_parsing": L("应为 true 或 false"),
    "int_type": WHOLE,
    "int_parsing": WHOLE,
    "int_parsing_size": L("整数过大"),
    "int_from_float": WHOLE,
    "float_type": NUMBER,
    "float_parsing": NUMBER,
    "decimal_type": NUMBER,
    "decimal_parsing": NUMBER,
    "finite_number": NUMBER,
    "decimal_max_digits": L("最多 {max_digits} 位数字"),
    "decimal_max_places": L("最多 {decimal_places} 位小数"),
    "decimal_whole_digits": L("整数部分最多 {whole_digits} 位"),
    "greater_than": L("应大于 {gt}"),
    "greater_than_equal": L("不能小于 {ge}"),
    "less_than": L("应小于 {lt}"),
    "less_than_equal": L("不能大于 {le}"),
    "multiple_of": L("应为 {multiple_of} 的倍数"),
    "enum": L("应为其中之一：{expected}"),
    "literal_error": L("应为其中之一：{expected}"),
    "date_type": DAY,
    "date_parsing": DAY,
    "date_from_datetime_parsing": DAY,
    "date_from_datetime_inexact": DAY,
    "datetime_type": MOMENT,
    "datetime_parsing": MOMENT,
    "datetime_from_date_parsing": MOMENT,
    "datetime_object_invalid": MOMENT,
    "timezone_aware": L("应写明时区"),
    "list_type": L("应为数组"),
    "set_type": L("应为数组"),
    "tuple_type": L("应为数组"),
    "too_short": L("至少 {min_length} 项"),
    "too_long": L("最多 {max_length} 项"),
    "dict_type": L("应为对象"),
    "mapping_type": L("应为对象"),
    "model_type": L("应为对象"),
    "model_attributes_type": L("应为对象"),
    "dict_attributes_type": L("应为对象"),
    "json_invalid": L("不是有效的 JSON"),
    "json_type": L("应为 JSON 文本"),
    "url_parsing": L("不是有效的网址"),
    "url_scheme": L("网址应以 {expected_schemes} 开头"),
    "url_type": L("应为网址"),
    "uuid_parsing": L("不是有效的编号"),
    "uuid_type": L("不是有效的编号"),
}


def sentence(item: Mapping[str, Any]) -> str:
    """Return what is wrong with one value; a rule of our own says it itself, an unknown kind is told in general."""
    kind, context = str(item.get("type", "")), dict(item.get("ctx") or {})
    if kind in ("value_error", "assertion_error"):
        return str(context.get("error") or _("不符合要求"))
    found = SENTENCES.get(kind)
    if found is None:
        return _("不符合要求")
    if "expected" in context:
        context["expected"] = str(context["expected"]).replace(" or ", "、").replace(", ", "、").replace("'", "")
    return str(found).format_map(_Blank(context))


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"
