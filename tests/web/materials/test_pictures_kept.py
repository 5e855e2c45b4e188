"""Pictures of pages: purging leaves those that a version shows, and takes those of readings that none has any more."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone
from drawing import picture, upload

from xiaobao_web.kernel import blobs, files, retention
from xiaobao_web.kernel.models import StoredFile
from xiaobao_web.materials import reading, services
from xiaobao_web.materials.models import MaterialVersion, Reading

pytestmark = pytest.mark.django_db


@pytest.fixture
def shown(bank: Any) -> MaterialVersion:
    """Return a version of a poster that was read, with the picture of its page."""
    made = services.add_material(title="海报", kind="poster", unit=bank.units["retail"], by=bank["submitter"])
    version = services.add_version(made, by=bank["submitter"], upload=upload(picture()))
    reading.read(version)
    return version


def _page(version: MaterialVersion) -> StoredFile:
    assert version.reading is not None
    (page,) = version.reading.pages
    return StoredFile.objects.get(pk=page["file"])


def _attached_and_due(stored: StoredFile, version: MaterialVersion, by: Any) -> None:
    """Attach a picture elsewhere as well, until a day that is over."""
    files.attach(version.material, stored, name="截图.png", by=by, retain_until=date(2020, 1, 1))


def _purge(capture: Callable[..., Any]) -> dict[str, int]:
    with capture(execute=True):
        return retention.purge()


def test_a_picture_that_a_version_shows_is_not_purged(
    shown: MaterialVersion, bank: Any, django_capture_on_commit_callbacks: Any
) -> None:
    page = _page(shown)
    _attached_and_due(page, shown, bank["submitter"])
    assert _purge(django_capture_on_commit_callbacks)["附件"] == 1
    page.refresh_from_db()
    assert page.purged_at is None
    assert blobs.path_of(page.sha256).exists()


def test_pictures_of_a_reading_that_no_version_has_are_purged(
    shown: MaterialVersion, django_capture_on_commit_callbacks: Any
) -> None:
    page, old = _page(shown), shown.reading
    assert old is not None
    newer = Reading.objects.create(sha256=old.sha256, reader="newer")
    MaterialVersion.objects.filter(pk=shown.pk).update(reading=newer)
    assert _purge(django_capture_on_commit_callbacks)["不再使用的读取结果"] == 0
    Reading.objects.update(made_at=timezone.now() - timedelta(days=2))
    assert _purge(django_capture_on_commit_callbacks)["不再使用的读取结果"] == 1
    assert list(Reading.objects.all()) == [newer]
    page.refresh_from_db()
    assert page.purged_at is not None
    assert not blobs.path_of(page.sha256).exists()
    assert blobs.path_of(shown.sha256).exists()


@pytest.mark.parametrize("how", ["held", "attached", "shown"])
def test_a_picture_that_something_else_wants_outlives_its_reading(
    how: str, shown: MaterialVersion, bank: Any, django_capture_on_commit_callbacks: Any
) -> None:
    page, old = _page(shown), shown.reading
    assert old is not None
    newer = Reading.objects.create(sha256=old.sha256, reader="newer")
    MaterialVersion.objects.filter(pk=shown.pk).update(reading=newer)
    Reading.objects.update(made_at=timezone.now() - timedelta(days=2))
    if how == "held":
        StoredFile.objects.filter(pk=page.pk).update(hold_reason="诉讼")
    elif how == "attached":
        files.attach(shown.material, page, name="截图.png", by=bank["submitter"])
    else:
        newer.pictures.add(page)
    assert _purge(django_capture_on_commit_callbacks)["不再使用的读取结果"] == 1
    page.refresh_from_db()
    assert page.purged_at is None
    assert blobs.path_of(page.sha256).exists()


def test_pictures_of_before_are_named(shown: MaterialVersion) -> None:
    assert shown.reading is not None
    shown.reading.pictures.clear()
    Reading.objects.create(sha256="0" * 64, reader="x", pages=[{"page": 1, "file": 10**6}])
    importlib.import_module("xiaobao_web.materials.migrations.0007_pictures_named").name(apps, None)
    assert list(shown.reading.pictures.all()) == [_page(shown)]
    assert Reading.pictures.through.objects.count() == 1
