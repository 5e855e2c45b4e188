"""Words of lists told by an index of pairs: nothing that holds the words is missed, and rows change with writes."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Q
from django.http import QueryDict

from xiaobao_web.kernel import grams
from xiaobao_web.kernel.lists.page import LISTS, find_list
from xiaobao_web.kernel.lists.reading import Reading
from xiaobao_web.materials.models import Material
from xiaobao_web.reviews.models import Opinion, Review

pytestmark = pytest.mark.django_db
MARKS = "稳享安盈海报贷薪话术保本%_\\'\"-.,Aa1Bb2ÄäßſıİÇ０é\U00020000 "
postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL keeps the index")


def text(dice: random.Random, most: int) -> str:
    return "".join(dice.choice(MARKS) for _ in range(dice.randint(1, most)))


@pytest.fixture
def reviews(bank: Any) -> list[Review]:
    dice = random.Random(11)
    made = [
        Review(
            number=f"SC2026-{n:05d}", title=text(dice, 14), unit=bank["submitter"].unit, created_by=bank["submitter"],
            subject="marketing", external_ref=f"{text(dice, 6)}{n}" if n % 3 else None, reviewer=bank["reviewer"],
            opinion_numbers=f"YJ2026-{n:05d}" if n % 2 else "",
        )
        for n in range(150)
    ]  # fmt: skip
    rows = Review.objects.bulk_create(made)
    Opinion.objects.bulk_create(
        Opinion(review=row, round=1, number=f"YJ2026-{n:05d}", written_by=bank["reviewer"])
        for n, row in enumerate(rows)
        if n % 2
    )
    return rows


def plainly(words: list[str]) -> list[int]:
    """Return what a plain search finds."""
    rows = Review.objects.all()
    for word in words:
        own = Q(number__icontains=word) | Q(title__icontains=word) | Q(external_ref__icontains=word)
        rows = rows.filter(own | Q(pk__in=Opinion.objects.filter(number__icontains=word).values("review")))
    return sorted(rows.values_list("pk", flat=True))


def asked(user: Any, words: list[str], name: str = "reviews") -> list[int]:
    query = QueryDict(mutable=True)
    query.update({"view": "all", "q": " ".join(words)})
    return sorted(Reading(find_list(name), user, query).rows.values_list("pk", flat=True))


def test_finds_what_a_plain_search_finds(bank: Any, reviews: list[Review]) -> None:
    dice, found = random.Random(12), 0
    for _ in range(150):
        row = dice.choice(reviews)
        source = dice.choice((row.title, row.number, row.external_ref or "", text(dice, 4), "YJ2026-00007", "2026"))
        start = dice.randrange(max(1, len(source)))
        words = source[start : start + dice.randint(1, 6)].split()
        words += dice.choice(reviews).title[:2].split() if dice.random() < 0.2 else []
        words = words[:5]
        if words:
            expected = plainly(words)
            found += bool(expected)
            assert asked(bank["office"], words) == expected, words
    assert found > 60


def test_rows_are_found_by_what_they_hold_now(bank: Any, reviews: list[Review]) -> None:
    row = reviews[4]
    Review.objects.filter(pk=row.pk).update(title="鑫悦存单宣传")
    assert asked(bank["office"], ["存单宣"]) == [row.pk]
    Review.objects.filter(pk=row.pk).update(title="别的")
    assert asked(bank["office"], ["存单宣"]) == []
    Review.objects.filter(pk=reviews[1].pk).update(opinion_numbers="YJ2030-00001 YJ2031-00001")
    assert asked(bank["office"], ["YJ2031"]) == [reviews[1].pk]
    Review.objects.filter(pk=reviews[1].pk).update(opinion_numbers="")
    assert asked(bank["office"], ["YJ2031"]) == []


def test_many_are_found_as_well_as_few(bank: Any, reviews: list[Review], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xiaobao_web.kernel.lists.page.FEW", 3)
    for words in (["SC2026"], ["YJ2026", "0001"], ["YJ2026-0001"], ["稳"], ["SC2026", "稳"], ["无此词语"]):
        assert asked(bank["office"], words) == plainly(words), words


def test_only_what_one_may_see_is_found(bank: Any, reviews: list[Review]) -> None:
    assert asked(bank["stranger"], ["SC2026-00004"]) == []


def test_material_is_found_by_its_name(bank: Any) -> None:
    made = [
        Material.objects.create(title=title, kind="poster", unit=bank["submitter"].unit, created_by=bank["submitter"])
        for title in ("稳享海报", "薪易贷海报", "海边报纸")
    ]
    assert asked(bank["office"], ["海报"], "materials") == [made[0].pk, made[1].pk]


@postgresql
def test_every_model_that_names_its_columns_has_the_index() -> None:
    named = [model for model in apps.get_models() if getattr(model, "text_index", ())]
    assert {Review, Material} <= {*named}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for model in named:
            query = grams.holding(model, ["稳享A款"])
            assert query is not None
            cursor.execute(f"EXPLAIN {query.sql}", query.params)
            told = "\n".join(row[0] for row in cursor.fetchall())
            assert f"Index Scan on {model._meta.db_table}_grams" in told, told


@postgresql
def test_lists_look_in_what_the_index_of_their_model_knows() -> None:
    find_list("reviews")
    told = {name for name, page in LISTS.items() if {*page.search} <= {*grams.columns_of(page.model)}}
    assert {"reviews", "issues", "findings", "materials", "complaints", "complaint_contacts"} <= told


def test_words_too_short_for_a_pair_are_left_to_the_rows() -> None:
    assert grams.told(Review, ["稳", "a1"], 10) is None
    assert grams.told(get_user_model(), ["稳享"], 10) is None
