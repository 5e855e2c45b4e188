"""The command line's `mask`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from xiaobao import batch
from xiaobao.errors import UsageError
from xiaobao.privacy.entities import KINDS, chosen
from xiaobao.privacy.masking import STYLES, mask

_HELP = """遮盖文本中的个人信息，逐行读写 JSON Lines；未知字段一律丢弃。

\b
示例：
  echo '{"id":"1","text":"我叫张三，电话13812345678"}' | xiaobao mask
  xiaobao mask --input 投诉.jsonl --output 已遮盖.jsonl --kinds mobile,id_card --style label
"""


def worker(kinds: list[str] | None, style: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return what masks one object {"id","text"} and returns {"text","entities"}; offsets are the original's."""

    def work(obj: dict[str, Any]) -> dict[str, Any]:
        masked = mask(batch.text_field(obj, "text"), kinds, style)
        return {"text": masked.text, "entities": [entity.as_dict() for entity in masked.entities]}

    return work


def _kinds(_context: click.Context, _parameter: click.Parameter, value: str | None) -> list[str] | None:
    if value is None:
        return None
    names = [name.strip() for name in value.replace("，", ",").split(",") if name.strip()]
    if not names:
        # An unset variable of a script must not write everything out unmasked.
        raise click.BadParameter(f"没有给出类别；要遮盖缺省的类别请不写此选项，可选：{'、'.join(KINDS)}")
    if "all" in names:
        return list(KINDS)
    try:
        return list(chosen(names))
    except UsageError as error:
        raise click.BadParameter(error.message) from error


@click.command("mask", help=_HELP)
@click.option("--input", "source", default="-", show_default=True, help="JSON Lines 文件；- 为标准输入")
@click.option("--output", "target", default="-", show_default=True, help="写到哪里；- 为标准输出")
@click.option("--kinds", callback=_kinds, help=f"只遮盖这些类别，逗号分隔；all 为全部。可选：{', '.join(KINDS)}")
@click.option("--style", type=click.Choice(STYLES), default="partial", show_default=True, help="遮盖方式")
def mask_command(source: str, target: str, kinds: list[str] | None, style: str) -> None:
    """Mask the personal data of each line; exit with 1 where a line was bad."""
    raise SystemExit(batch.run(source, target, worker(kinds, style)))
