"""The command line's `similar`."""

from __future__ import annotations

from typing import Any

import click

from xiaobao import batch
from xiaobao.embedding.embedder import Embedder, default, named, names
from xiaobao.embedding.pairs import scores
from xiaobao.errors import InputError, XiaobaoError

_HELP = """判断两句话意思是否相同，逐行读写 JSON Lines，分数在 0 与 1 之间。

\b
示例：
  echo '{"id":"1","a":"怎么提前还款","b":"能不能提前把钱还上"}' | xiaobao similar
"""


def worker(embedder: Embedder) -> batch.WorkMany:
    """Return what scores many objects {"a","b"} at once: {"score"} or an error a piece."""

    def work(objects: list[dict[str, Any]]) -> list[dict[str, Any] | XiaobaoError]:
        read = [_pair(obj) for obj in objects]
        rated = iter(scores([pair for pair in read if not isinstance(pair, InputError)], embedder))
        return [pair if isinstance(pair, InputError) else {"score": round(next(rated), 4)} for pair in read]

    return work


def _pair(obj: dict[str, Any]) -> tuple[str, str] | InputError:
    try:
        return batch.text_field(obj, "a"), batch.text_field(obj, "b")
    except InputError as error:
        return error


@click.command("similar", help=_HELP)
@click.option("--input", "source", default="-", show_default=True, help="JSON Lines 文件；- 为标准输入")
@click.option("--output", "target", default="-", show_default=True, help="写到哪里；- 为标准输出")
@click.option("--model", type=click.Choice(names()), help="向量模型；缺省用已安装的最好一个")
def similar_command(source: str, target: str, model: str | None) -> None:
    """Score pairs of texts; exit with 1 where a line was bad."""
    embedder = named(model) if model else default()
    raise SystemExit(batch.run(source, target, work_many=worker(embedder), keep_extra={"id", "a", "b"}))
