"""Plain text in any Chinese encoding; transcripts and chat exports become turns."""

from __future__ import annotations

from collections.abc import Sequence

from xiaobao.errors import UnreadableFile
from xiaobao.model import Anchor
from xiaobao.readers.dialogue import turns_of
from xiaobao.readers.draft import Draft
from xiaobao.readers.encoding import Decoded, decode, encoding_of
from xiaobao.readers.registry import reader, suffix_of

DIALOGUE_LINES = 50_000


@reader
class TextReader:
    """Read plain text, a paragraph a line."""

    media_types = ("text/plain",)
    suffixes = (".txt", ".md", ".log", ".text")

    def score(self, data: bytes, name: str) -> float:
        """Return how surely the content is plain text."""
        if encoding_of(data) is None:
            return 0.0
        return 0.6 if suffix_of(name) in self.suffixes else 0.5

    def read(self, data: bytes, draft: Draft) -> None:
        """Put paragraphs or turns into the draft."""
        decoded = decoded_text(data, draft)
        text = decoded.text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
        add_lines(text.split("\n"), draft)


def decoded_text(data: bytes, draft: Draft, declared: str | None = None) -> Decoded:
    """Return the text of a file, no more of it than the limits keep; raise UnreadableFile where it is none."""
    decoded = decode(data[: draft.limits.max_chars * 4 + 4], declared)
    if decoded is None:
        raise UnreadableFile("不是文本文件，或编码无法识别")
    draft.facts["encoding"] = decoded.encoding
    if decoded.broken:
        draft.issue("read.encoding", f"有 {decoded.broken} 个字符按 {decoded.encoding} 编码无法还原，已用 � 代替")
    return decoded


def add_lines(lines: Sequence[str], draft: Draft) -> None:
    """Put lines into the draft: as turns where they are a conversation, else as paragraphs counted from 1."""
    turns = turns_of(lines) if len(lines) <= DIALOGUE_LINES else None
    if turns is None:
        number = 0
        for line in lines:
            if line and not line.isspace():
                number += 1
                draft.add(line, Anchor(paragraph=number))
        return
    for index, turn in enumerate(turns):
        anchor = Anchor(turn=index, speaker=turn.speaker, start=turn.start, end=turn.end, paragraph=turn.line + 1)
        draft.add(turn.text, anchor)
    draft.facts["labels"] = [turn.label for turn in turns]
