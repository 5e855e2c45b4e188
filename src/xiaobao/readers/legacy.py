"""Old binary office files: xls through calamine; doc, ppt and encrypted packages are named and refused."""

from __future__ import annotations

import io
from typing import Any

from xiaobao.errors import UnreadableFile
from xiaobao.model import Anchor
from xiaobao.readers.draft import Draft
from xiaobao.readers.package import OLE
from xiaobao.readers.registry import reader
from xiaobao.readers.tables import cell_name, header_of, summary

_KINDS = (
    ("EncryptedPackage", "文件已加密，需要密码才能打开；请另存为不加密的文件后再读取", "input.encrypted"),
    ("WordDocument", "这是旧版 Word 文件（.doc），请另存为 .docx 后再读取", "input.unreadable"),
    ("PowerPoint Document", "这是旧版 PowerPoint 文件（.ppt），请另存为 .pptx 后再读取", "input.unreadable"),
)


@reader
class OldOfficeReader:
    """Read xls; say of other old office files what to do."""

    media_types = ("application/vnd.ms-excel",)
    suffixes = (".xls",)

    def score(self, data: bytes, name: str) -> float:
        """Return how surely the content is a compound file."""
        return 0.9 if data.startswith(OLE) else 0.0

    def read(self, data: bytes, draft: Draft) -> None:
        """Put the cells of an xls into the draft; raise UnreadableFile for other kinds."""
        for stream, sentence, code in _KINDS:
            if stream.encode("utf-16-le") in data:
                raise UnreadableFile(sentence, code=code)
        workbook = _opened(data)
        draft.facts["sheets"] = {}
        for item in workbook.sheets_metadata:
            hidden = "visible" not in str(item.visible).lower() or "hidden" in str(item.visible).lower()
            with draft.step("read.sheet_failed", f"工作表“{item.name}”", Anchor(sheet=item.name)):
                _sheet(workbook.get_sheet_by_name(item.name), item.name, hidden, draft)


def _opened(data: bytes) -> Any:
    from python_calamine import CalamineWorkbook

    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except MemoryError:
        raise
    except BaseException as error:
        # A panic of the library arrives outside Exception; what a person does to stop us must pass.
        if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit):
            raise
        raise UnreadableFile("不是有效的旧版 Office 文件，或文件已损坏") from error


def _sheet(sheet: Any, name: str, hidden: bool, draft: Draft) -> None:
    header: list[str] = []
    top, left = sheet.start or (0, 0)
    rows = columns = 0
    for number, row in enumerate(sheet.iter_rows(), top + 1):
        draft.tick()
        texts = [_text(value) for value in row]
        header = header or header_of(texts)
        for offset, text in enumerate(texts):
            if text:
                column = left + offset + 1
                rows, columns = number, max(columns, column)
                anchor = Anchor(sheet=name, cell=cell_name(number, column), part="hidden" if hidden else None)
                draft.add(text, anchor, marks={"hidden"} if hidden else ())
    draft.facts["sheets"][name] = summary(rows, columns, header, hidden)


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.15g}"
    return "" if value is None else str(value)
