"""What the watch remembers between looks, so that each look reads what is new; what changed meanwhile is heard again.

Of the texts it keeps features as numbers and keys of contacts. Contacts registered late, or gone, make the count of
their six hours another than it was: the watch then goes back to before them, or begins anew.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.apps import apps
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from xiaobao.errors import InputError
from xiaobao.insight import Text, Trends
from xiaobao.insight.memory import BINS_A_DAY, DAYS, bin_of
from xiaobao_web.complaints.hearing import Heard, heard
from xiaobao_web.insights.models import WatchPart

WATCHED = timedelta(days=79)
"""42 days that trends remember, 30 for which a topic told stays told, 7 to warm up: read where nothing is kept."""
HEADS = 15 * BINS_A_DAY
"""Six hours from whose beginning the watch can go on; later changes make it begin anew."""
_EPOCH = datetime(2000, 1, 1)
_BIN = timedelta(hours=24 // BINS_A_DAY)
_AT_ONCE = 500


def aware(at: datetime) -> datetime:
    """Return Beijing time with its zone."""
    return timezone.make_aware(at, timezone.get_default_timezone())


def local(at: datetime) -> datetime:
    """Return Beijing time without a zone, as the engine counts."""
    return timezone.localtime(at).replace(tzinfo=None)


def begins(index: int) -> datetime:
    """Return when six hours begin."""
    return aware(_EPOCH + index * _BIN)


class Memory:
    """One look's watch, from where the last one left off, and what it will keep."""

    def __init__(self, until: datetime) -> None:
        """Find from where to go on; `watch` then takes the contacts from `since` on."""
        self.until, self.read, self.watch = until, 0, Trends(turned=self._turned)
        self.since, self._from = until - WATCHED, 0
        self._counts = Counter[int]()
        self._heads: dict[int, bytes] = {}
        self._packed: dict[int, bytes] = {}
        last = _last_unchanged(until)
        if last is not None and self._go_on(last):
            self.since, self._from = begins(last), last

    def _go_on(self, index: int) -> bool:
        bins = WatchPart.objects.filter(bin__lt=index, bin__gte=index - DAYS * BINS_A_DAY - BINS_A_DAY).order_by("bin")
        head = WatchPart.objects.values_list("head", flat=True).get(bin=index)
        try:
            packed = [(n, bytes(data)) for n, data in bins.values_list("bin", "packed") if data]
            self.watch.go_on(orjson.loads(zlib.decompress(head)), packed, self._words)
        except (InputError, zlib.error, ValueError, KeyError):
            self.watch = Trends(turned=self._turned)
            return False
        self._heads[index] = bytes(head)
        return True

    def _words(self, ids: Sequence[str]) -> Mapping[str, Text]:
        found: dict[str, Text] = {}
        for start in range(0, len(ids), _AT_ONCE):
            keys = [int(identity) for identity in ids[start : start + _AT_ONCE]]
            rows = heard(self.until - WATCHED, self.until, pk__in=keys)
            found |= {str(row.pk): text_of(row) for row in rows}
        return found

    def texts(self) -> Iterator[Text]:
        """Yield the texts that are to be heard now."""
        for row in heard(self.since, self.until):
            self.read += 1
            text = text_of(row)
            self._counts[bin_of(text.at)] += 1
            yield text

    def _turned(self, watch: Trends) -> None:
        newest = watch.newest()
        if newest is not None:
            self._packed[newest[0]] = newest[1]
        self._heads[watch.bin] = zlib.compress(orjson.dumps(watch.head()), 1)
        for old in [n for n in self._heads if n <= watch.bin - HEADS]:
            del self._heads[old]
        for old in [n for n in self._packed if n <= watch.bin - DAYS * BINS_A_DAY]:
            del self._packed[old]

    @transaction.atomic
    def keep(self) -> int:
        """Keep what the next look goes on from and return how many texts count in it."""
        WatchPart.objects.filter(bin__gte=self._from).delete()
        bins = sorted({*self._heads, *self._packed})
        WatchPart.objects.bulk_create([
            WatchPart(bin=n, count=self._counts[n], packed=self._packed.get(n, b""), head=self._heads.get(n, b""),
                      resumes=n in self._heads) for n in bins
        ])  # fmt: skip
        newest = self.watch.bin
        WatchPart.objects.filter(bin__lte=newest - DAYS * BINS_A_DAY - BINS_A_DAY).delete()
        WatchPart.objects.filter(bin__lte=newest - HEADS, resumes=True).update(head=b"", resumes=False)
        counted: int = WatchPart.objects.aggregate(n=Sum("count"))["n"] or 0
        return counted


def text_of(row: Heard) -> Text:
    """Return a contact as the engine takes it."""
    return Text(str(row.pk), local(row.at), row.text, row.channel, row.author)


def _last_unchanged(until: datetime) -> int | None:
    """Return the last six hours, begun before a moment, up to which everything was heard as it stands now."""
    parts = list(WatchPart.objects.order_by("bin").values_list("bin", "count", "resumes"))
    heads = [n for n, _count, resumes in parts if resumes and begins(n) <= until]
    if not heads:
        return None
    last, known = heads[-1], {n: count for n, count, _resumes in parts if n < heads[-1]}
    contacts: Any = apps.get_model("complaints", "Contact").objects
    if not known:
        return last
    rows = contacts.filter(received_at__gte=begins(min(known)), received_at__lt=begins(last))
    if rows.count() == sum(known.values()):
        return last
    now = Counter(bin_of(local(at)) for at in rows.order_by().values_list("received_at", flat=True).iterator())
    first = min(n for n in {*now, *known} if now[n] != known.get(n, 0))
    return max((n for n in heads if n <= first), default=None)
