"""Questionnaires, guides, clocks, packs: complete for every subject, each citation resolves."""

from __future__ import annotations

from typing import Any

import pytest

from xiaobao.laws import load
from xiaobao_web.reviews import data
from xiaobao_web.reviews.models import Lane, Subject

SUBJECTS = [str(value) for value in Subject]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_citation_resolves(subject: str) -> None:
    register = load()
    references = [item for question in data.questionnaires()[subject].questions for item in question.basis]
    references += [item for risk in data.guides()[subject].risks for item in risk.basis]
    assert len(references) > 10
    for item in references:
        assert register.resolve(item).paraphrase
        assert data.clause(item)["label"].startswith("《")


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_subject_has_all(subject: str) -> None:
    questionnaire = data.questionnaires()[subject]
    ids = [question.id for question in questionnaire.questions]
    assert len(ids) == len(set(ids)) >= 8
    assert any(question.gate for question in questionnaire.questions)
    assert all(question.basis and question.evidence for question in questionnaire.questions)
    assert len(data.guides()[subject].risks) >= 5
    assert data.packs()[subject].domains


def test_packs_name_domains_of_the_rulebook() -> None:
    from pathlib import Path

    import xiaobao.rulebook

    known = {path.name for path in Path(xiaobao.rulebook.__file__).parent.iterdir() if path.is_dir()}
    assert all(set(pack.domains) <= known for pack in data.packs().values())


def test_clocks_for_every_lane() -> None:
    terms = data.clocks()
    for kind in terms.kinds:
        for lane in Lane:
            assert terms.days(kind, lane) >= 1
        assert terms.days(kind, Lane.URGENT) <= terms.days(kind, Lane.NORMAL)
    assert "本机构" in terms.basis


def test_return_reasons_have_stages() -> None:
    assert len({item.code for item in data.return_reasons()}) == len(data.return_reasons())
    assert data.return_label("gone") == "gone"


def test_question_applies_by_product(bank: Any) -> None:
    from xiaobao_web.reviews.models import Review

    question = next(item for item in data.questionnaires()["marketing"].questions if item.id == "annual_rate")
    review = Review(subject="marketing")
    assert question.applies(review)
    from xiaobao_web.products.models import Product

    review.product = Product.objects.create(code="D1", name="存款", kind="deposit", unit=bank.units["retail"])
    assert not question.applies(review)
