"""The register against the reference material it was written from; skipped where that is not at hand."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from xiaobao.errors import LawError
from xiaobao.laws import Register, load
from xiaobao.laws.importer import import_texts

BESIDE = Path(__file__).parents[3].glob("*/reference/expression-families.json")
REFERENCE = Path(os.environ.get("XIAOBAO_REFERENCE") or next((p.parent for p in BESIDE), "absent"))
FAMILIES = REFERENCE / "expression-families.json"
STATUTES = REFERENCE / "statutes"

DIFFERENT = {
    ("59号#13", "Q"): "only key points of this article are known, so it stays secondary",
    ("PBoC5#24", "M"): "the mark concerns an inference from the article, not its wording",
    ("316号#*", "M"): "the mark concerns the deposit notices named beside it",
}
RENUMBERED = {"治安法#42", "治安法#42(五)", "反不正当竞争法#10"}
_NOTE = re.compile(
    r"\((?!证\)|[一二三四五六七八九十]+\))[^()]*\)|cards: |AMAC24\(四\)\]$"
    r"|(?<=[\d)令]) ?(penalty|spirit|if fake|C3|录音≥2年|首问负责|坐享财富增长"
    r"|受尊重|预测未来业绩|限定损失|低利率|低门槛|欺诈)"
    r"| (no harassment|context|C3)|(?<=反不正当竞争法)2019"
)
_NAMED = re.compile(
    r"(?P<name>.*?)\s*(?:Art)?(?P<low>\d+)(?P<extra>之[一二三])?(?:–(?P<high>\d+))?(?P<items>(?:\([一二三四五六七八九十]+\))*)"
)
_WHOLE = re.compile(r".*号令?|GB/T 45251|JR/T 0171|NFRA 2024-12-24(?: risk notice)?|PBoC/CBIRC notices 2019–2021|\D+")


def citations_for(basis: str, name: str = "") -> list[tuple[str, str]]:
    """Return the (reference, mark) pairs of a basis string; name is the norm that a bare number belongs to."""
    if "AMAC24(四)" in basis:
        return [("AMAC#24(四)", "Q")]
    if basis.startswith("[M] "):
        return [(f"{basis[4:]}#*", "M")]
    found: list[tuple[str, str]] = []
    for part in re.finditer(r"([^\[]+)\[([TQSM])[^\]]*\]?", basis):
        topic = "(催收)" if "harassment" in part[1] else ""
        for piece in re.split(r"[,、]|/(?=存|个)", _NOTE.sub("", part[1])):
            named = _NAMED.fullmatch(piece.strip())
            whole = _WHOLE.fullmatch(piece.strip())
            if whole and piece.strip():
                found.append((f"{piece.strip()}#*{topic}", part[2]))
            elif named:
                name = named["name"] or name
                numbers = range(int(named["low"]), int(named["high"] or named["low"]) + 1)
                items = re.findall(r"\([^)]+\)", named["items"]) or [""]
                found += [(f"{name}#{n}{named['extra'] or ''}{i}", part[2]) for n in numbers for i in items]
    return found


def _families() -> list[tuple[str, str, str]]:
    out = []
    for family in json.loads(FAMILIES.read_text("utf-8")):
        name = ""
        for basis in family["basis"]:
            for reference, mark in citations_for(basis, name):
                name = reference.partition("#")[0]
                out.append((family["id"], reference, mark))
    return out


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Register:
    return load(texts=tmp_path_factory.mktemp("texts"))


@pytest.mark.parametrize(
    ("basis", "expected"),
    [
        ("PBoC5 Art23(四)[T]", [("PBoC5#23(四)", "T")]),
        ("保险法116(一),131(一)[T]", [("保险法#116(一)", "T"), ("保险法#131(一)", "T")]),
        ("刑法293,293之一[T]", [("刑法#293", "T"), ("刑法#293之一", "T")]),
        ("公告〔2021〕3号[S]", [("公告〔2021〕3号#*", "S")]),
        ("PBoC5 21(三)(四),19[T]", [("PBoC5#21(三)", "T"), ("PBoC5#21(四)", "T"), ("PBoC5#19", "T")]),
        ("民法典1024,1032–1034[T]", [(f"民法典#{n}", "T") for n in (1024, 1032, 1033, 1034)]),
        ("适当性29 (≤2/day, ≤8/12 months)[T], 13(一)[T]", [("适当性#29", "T"), ("适当性#13(一)", "T")]),
        ("消金办法 no harassment[S]", [("消金办法#*(催收)", "S")]),
        ("9号令 [S]", [("9号令#*", "S")]),
    ],
)
def test_a_basis_string_is_read(basis: str, expected: list[tuple[str, str]]) -> None:
    assert citations_for(basis) == expected


@pytest.mark.skipif(not FAMILIES.is_file(), reason="the expression families are not at hand")
def test_every_basis_of_the_families_resolves_with_its_mark(register: Register) -> None:
    wrong: list[str] = []
    met = _families()
    for family, reference, mark in met:
        try:
            confidence = register.resolve(reference).confidence
        except LawError as error:
            if reference not in RENUMBERED or "旧版条号不得引用" not in error.message:
                wrong.append(f"{family} {reference}: {error.message}")
            continue
        if confidence != mark and (reference, mark) not in DIFFERENT:
            wrong.append(f"{family} {reference}: {confidence}, not {mark}")
    assert wrong == []
    assert len(met) > 330
    assert {r for _, r, _ in met if r in RENUMBERED} == RENUMBERED
    assert {(r, m) for _, r, m in met if (r, m) in DIFFERENT} == set(DIFFERENT)


@pytest.mark.skipif(not FAMILIES.is_file(), reason="the expression families are not at hand")
def test_no_family_is_left_without_a_basis() -> None:
    named = {family for family, _, _ in _families()}
    assert named == {f["id"] for f in json.loads(FAMILIES.read_text("utf-8")) if any("[" in b for b in f["basis"])}


@pytest.mark.skipif(not STATUTES.is_dir(), reason="the official texts are not at hand")
def test_the_official_texts_import(tmp_path: Path) -> None:
    register = load(texts=tmp_path)
    reports = import_texts(STATUTES, register)
    assert {r.status for r in reports} <= {"imported", "not_wording", "unmatched"}
    assert [r.file for r in reports if r.status == "unmatched"] == ["README.md"]
    assert sum(r.status == "imported" for r in reports) >= 44
    assert all(
        not r.gaps for r in reports if r.status == "imported" and not re.search("节选|摘录|保险销售行为管理", r.file)
    )
    assert not any(r.duplicates for r in reports)
    for norm in register.norms():
        known = register.texts.record(norm.key).get("articles", {})
        for article in register.articles(norm.key):
            if known and article.confidence == "T" and article.number != "*":
                assert article.number in known, f"{norm.key}#{article.number}"
                missing = [
                    i for i in article.items if norm.key != "互联网保险办法" and i not in known[article.number]["items"]
                ]
                assert not missing, f"{norm.key}#{article.number}: {missing}"


@pytest.mark.skipif(not STATUTES.is_dir(), reason="the official texts are not at hand")
def test_paraphrases_are_in_our_own_words(register: Register) -> None:
    marks = re.compile(r"[\s，。；：、“”\"（）()《》〈〉—·,.;:]")
    texts = [marks.sub("", p.read_text("utf-8")) for p in STATUTES.glob("*.md") if p.name != "README.md"]
    runs = {text[i : i + 16] for text in texts for i in range(len(text) - 15)}
    copied = []
    for norm in register.norms():
        for article in norm.articles.values():
            for place in (article, *article.items.values()):
                words = marks.sub("", place.paraphrase)
                copied += [
                    f"{norm.key}: {words[i : i + 16]}" for i in range(len(words) - 15) if words[i : i + 16] in runs
                ]
    assert copied == []
