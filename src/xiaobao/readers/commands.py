"""The command line's `read`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, Literal, cast

import click

from xiaobao import batch
from xiaobao.errors import UsageError
from xiaobao.model import Material

_HELP = """把文件读成带位置的段落，每个文件输出一行 JSON。

可读 txt、docx、pptx、xlsx、xls、csv、html、pdf、png、jpg、webp、tiff、bmp、gif 以及它们的 zip。
扫描页和图片经文字识别读取；读不出的内容列在 issues 里。

\b
示例：
  xiaobao read 海报.png 合同.pdf
  xiaobao read 材料.zip --output 段落.jsonl
  echo '{"id":"1","path":"海报.png"}' | xiaobao read --input -
"""


def as_line(material: Material) -> dict[str, Any]:
    """Return the interface shape of a material without its id."""
    passages = []
    for passage in material.passages:
        item: dict[str, Any] = {"text": passage.text, **passage.anchor.as_dict(), "confidence": passage.confidence}
        if passage.size is not None:
            item["size"] = round(passage.size, 1)
        if passage.marks:
            item["marks"] = sorted(passage.marks)
        passages.append(item)
    out: dict[str, Any] = {"media_type": material.media_type, "passages": passages}
    if material.issues:
        out["issues"] = [
            {
                "code": issue.code,
                "message": issue.message,
                **({"anchor": found} if (found := issue.anchor.as_dict()) else {}),
            }
            for issue in material.issues
        ]
    return out


@click.command("read", help=_HELP)
@click.argument("files", nargs=-1, type=click.Path())
@click.option("--input", "source", help='JSON Lines 文件，每行 {"id","path"}；- 为标准输入')
@click.option("--output", "target", default="-", show_default=True, help="写到哪里；- 为标准输出")
@click.option("--no-ocr", is_flag=True, help="不识别图片和扫描页中的文字")
@click.option("--ocr-cache", type=click.Path(path_type=Path), help="保存文字识别结果的文件夹，再次读取时不必重做")
def read_command(files: tuple[str, ...], source: str | None, target: str, no_ocr: bool, ocr_cache: Path | None) -> None:
    """Read files into passages, a line a file; exit with 1 where a file could not be read."""
    if bool(files) == (source is not None):
        raise UsageError("请给出要读的文件，或用 --input 给出 JSON Lines，二者取一")
    work = worker(not no_ocr, ocr_cache)
    known = {"id", "path"}
    if source is not None:
        raise SystemExit(batch.run(source, target, work, keep_extra=known))
    with ExitStack() as stack:
        fp = _opened(target, files, stack)
        raise SystemExit(batch.process(_lines(files), fp, lambda objects: [work(obj) for obj in objects], chunk=1))


def worker(ocr: bool, cache: Path | None) -> batch.Work:
    """Return what reads {"path"} into the interface shape."""
    from xiaobao.ocr import CachedEngine, OcrEngine
    from xiaobao.readers.reading import engine_of, read

    engine: OcrEngine | Literal["default"] | None = engine_of("default") if ocr else None
    if engine is not None and cache is not None:
        engine = CachedEngine(cast(OcrEngine, engine), cache)

    def work(obj: dict[str, Any]) -> dict[str, Any]:
        return as_line(read(batch.text_field(obj, "path"), ocr=engine))

    return work


def _lines(files: tuple[str, ...]) -> Iterator[batch.Line]:
    for number, path in enumerate(files, 1):
        yield number, path, {"id": path, "path": path}


def _opened(target: str, files: tuple[str, ...], stack: ExitStack) -> IO[bytes]:
    if target == "-":
        return batch.standard_output()
    for path in files:
        batch.refuse_same_file(path, target)
    try:
        return stack.enter_context(Path(target).open("wb"))
    except OSError as error:
        raise UsageError(f"无法写入输出文件 {target}：{batch.reason(error)}", code="usage.output") from error
