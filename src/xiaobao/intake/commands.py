"""The command line's `intake`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from xiaobao import batch
from xiaobao.intake.fill import fill

if TYPE_CHECKING:
    from xiaobao.intake.assist import Model

_HELP = """智能填单：把一件投诉的文字或对话填成工单，逐行读写 JSON Lines；读不出的字段为空，不猜。

\b
例：
  echo '{"id":"1","channel":"web","received_at":"2025-05-06T09:00:00","text":"我叫…"}' | xiaobao intake
  xiaobao intake --input 投诉.jsonl --output 工单.jsonl

\b
输入行：{"id","channel","received_at","text"} 或 {"id","channel","received_at","turns":[{"role","text"}]}；
text 与 turns 只给一个；没有 received_at 的，“昨天”“上周三”按今天推算，以往的投诉务必写上。
其余字段原样放在输出的 extra 里。channel 可选 web、email、call、chat、letter、regulator_transfer、branch。
"""
KNOWN = frozenset({"id", "channel", "received_at", "text", "turns"})


def work(obj: dict[str, Any], model: Model | None = None) -> dict[str, Any]:
    """Return the ticket, evidence and confidence of one input object; raise InputError for a bad one."""
    channel = batch.text_field(obj, "channel")
    received = batch.text_field(obj, "received_at") if obj.get("received_at") is not None else None
    turns = obj.get("turns")
    text = batch.text_field(obj, "text") if turns is None or obj.get("text") else None
    return fill(channel=channel, received_at=received, text=text, turns=turns, model=model).as_dict()


@click.command("intake", help=_HELP)
@click.option("--input", "source", default="-", show_default=True, help="JSON Lines 文件；- 为标准输入")
@click.option("--output", "target", default="-", show_default=True, help="写到哪里；- 为标准输出")
@click.option("--llm", is_flag=True, help="空着的字段再问已配置的大模型；它只见占位符，答案须在原文中找到")
def intake_command(source: str, target: str, llm: bool) -> None:
    """Fill one ticket a line; exit with 1 where a line was bad."""
    model = None
    if llm:
        from xiaobao.llm import configured

        model = configured()
    raise SystemExit(batch.run(source, target, partial(work, model=model), keep_extra=KNOWN))
