"""The lists of complaints: cases, contacts, tasks of business units, regulators' transfers."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from xiaobao_web.complaints import data, queries
from xiaobao_web.complaints.models import Case, CaseState, Contact, RegulatorTransfer, Task
from xiaobao_web.complaints.services import secret_numbers
from xiaobao_web.complaints.services.personal import shown
from xiaobao_web.kernel import grams
from xiaobao_web.kernel.access import scope
from xiaobao_web.kernel.among import Listed
from xiaobao_web.kernel.lists import (
    Batch,
    Column,
    ListPage,
    Tab,
    choice,
    custom,
    days,
    deadline_column,
    everything,
    flag,
    mine,
    overdue,
    own_unit,
    person,
    state_in,
    unit,
)
from xiaobao_web.kernel.lists.reading import FEW, containing, known

S = CaseState


def _waiting(user: Any, _model: Any) -> Q:
    return Q(pk__in=queries.waiting_for(user).values("pk"))


def _contacts_waiting(user: Any, _model: Any) -> Q:
    return Q(pk__in=queries.contacts_waiting(user).values("pk"))


def _tasks_waiting(user: Any, _model: Any) -> Q:
    return Q(pk__in=queries.tasks_of(user).values("pk"))


def _class_filter(field: str, label: Any, choices: Any) -> Any:
    return custom(
        field, django_filters.ChoiceFilter(field_name=field, label=label, choices=choices, empty_label=f"{label}：全部")
    )


def _accept(row: Case, *, by: Any, **values: Any) -> Any:
    from xiaobao_web.complaints import services

    return services.accept(row, by=by)


def _assign(row: Case, *, by: Any, **values: Any) -> Any:
    from xiaobao_web.complaints import services

    return services.assign(row, by=by)


def _number(word: str) -> bool:
    return len(word) >= 7 and word[:-1].isdigit()


def _holding(page: ComplaintList, rows: QuerySet[Any], words: list[str]) -> QuerySet[Any]:
    """Return the rows that hold every word: few are told by an index, many are met soon in the table."""
    keys = page.told(words)
    if keys is None:
        keys = queries.told_by_index(page.model, words)
    found = rows
    for word in words:
        found = found.filter(page.holding(word))
    if keys is not None and len(keys) > FEW and not scope(page.person, page.permission).everywhere:
        told = grams.condition(page.model, words)
        if told is not None:  # many anywhere may be few among what a branch sees
            near = found.filter(told)
            found = known(rows, near)
            page.often = found is near
        return found
    return page.among(rows, found, keys)


class ComplaintList(ListPage):
    """All cases one may see; complainants stand masked."""

    name = "complaints"
    title = _("投诉")
    noun = _("件")
    model = Case
    permission = "complaints.view"
    select = ("unit", "handler", "product")
    search = ("number", "title", "product_name")
    serials = ("number",)
    search_hint = _("投诉编号、事项、产品、完整的电话或证件号码")
    primary = (_("登记来件"), "complaint_register", "complaints.register")
    empty_title = _("还没有投诉")
    empty_hint = _("电话、来访、来信、网上和监管转来的投诉都在这里：期限自动推算，一件不漏。")
    columns = (
        Column("number", _("投诉编号"), link=True, fixed=True, sort=True),
        Column("title", _("投诉事项"), link=True, fixed=True),
        Column("customer", _("投诉人"), value=lambda row: shown(row)["customer_name"]),
        Column("business_type", _("业务类别"), sort=True),
        Column("cause", _("投诉原因"), sort=True),
        Column("unit", _("责任机构"), sort="unit__name"),
        Column("state", _("状态"), kind="state", sort=True),
        deadline_column(sort=False),
        Column("handler", _("经办人"), kind="person"),
        Column("channel", _("渠道"), kind="choice", off=True),
        Column("track", _("办理依据"), kind="choice", off=True),
        Column("urgency", _("紧急程度"), kind="choice", off=True),
        Column("level", _("等级"), kind="choice", off=True),
        Column("amount", _("涉及金额"), kind="money", off=True),
        Column("paid", _("补偿金额"), kind="money", off=True),
        Column("outcome", _("处理结果"), kind="choice", off=True),
        Column("satisfaction", _("满意度"), kind="number", off=True),
        Column("received_at", _("收到时间"), kind="moment", sort=True),
        Column("answered_at", _("告知时间"), kind="moment", off=True),
        Column("closed_at", _("办结时间"), kind="moment", off=True, sort=True),
    )
    filters = (
        choice("state"),
        choice("channel"),
        choice("track"),
        _class_filter("business_type", _("业务类别"), data.business_types()),
        _class_filter("cause", _("投诉原因"), data.causes()),
        unit("unit"),
        person("handler"),
        choice("urgency"),
        choice("level"),
        choice("outcome"),
        flag("confidential"),
        days("received_at"),
        days("closed_at"),
    )
    tabs = (
        Tab("waiting", _("待我办"), _waiting, _("现在没有等您办理的投诉。")),
        mine("handler", "registered_by", "leader"),
        own_unit(),
        overdue(),
        everything(),
        state_in("done", _("已了结"), S.CLOSED, S.WITHDRAWN, S.MERGED, S.DECLINED),
    )

    person: Any = None
    """Who reads the list."""
    journalled: frozenset[int] = frozenset()
    """Confidential cases of which the journal has that this person found them by a number."""

    def rows(self, user: Any) -> QuerySet[Any]:
        """Return all rows a person may see, unordered."""
        self.person = user
        return queries.listed(user)

    def find(self, rows: QuerySet[Any], words: list[str]) -> QuerySet[Any]:
        """Return the rows that hold every word; a whole telephone, document or account number finds its own cases.

        A number found would say whose complaint a confidential one is: it finds those of which the person may know.
        """
        numbers = [word for word in words if _number(word)]
        own = rows.filter(confidential=False)
        for word in numbers:
            own = own.filter(Q(phone=word) | Q(id_number=word) | Q(account=word))
        found = _holding(self, rows, words)
        if not numbers:
            return found
        rest = [word for word in words if word not in numbers]
        people = _holding(self, own, rest) if rest else own
        keys = list(people.order_by().values_list("pk", flat=True)[:FEW]) + self._secret(rows, numbers, rest)
        if not keys:
            return found
        told = list(found.order_by().values_list("pk", flat=True)[: FEW + 1])
        if len(told) > FEW:
            return rows.filter(Q(pk__in=keys) | Q(pk__in=found.order_by().values("pk")))
        return rows.filter(Listed(F("pk"), {*keys, *told}))

    def _secret(self, rows: QuerySet[Any], numbers: list[str], rest: list[str]) -> list[int]:
        """Return the confidential cases that have the numbers, as far as the person may know; the journal has it."""
        cases = secret_numbers.holding(rows, numbers, self.person)
        if cases and rest:
            kept = set(
                _holding(self, rows.filter(pk__in=[case.pk for case in cases]), rest).values_list("pk", flat=True)
            )
            cases = [case for case in cases if case.pk in kept]
        secret_numbers.tell([case for case in cases if case.pk not in self.journalled], by=self.person)
        self.journalled |= {case.pk for case in cases}
        return [case.pk for case in cases]

    def whole(self, words: list[str]) -> bool:
        """Tell whether no word is a whole number of a person."""
        return not any(_number(word) for word in words)

    batches = (
        Batch("accept", _("受理"), _accept, permission="complaints.accept"),
        Batch("assign", _("按规则派单"), _assign, permission="complaints.assign"),
    )


class ContactList(ListPage):
    """Every contact, before and after it was told apart."""

    name = "complaint_contacts"
    title = _("来件登记与甄别")
    noun = _("件")
    model = Contact
    permission = "complaints.contacts"
    select = ("unit", "registered_by", "kind_by", "case")
    search = ("number", "subject", "source_number")
    serials = ("number",)
    search_hint = _("登记号、标题、来源编号")
    primary = (_("登记来件"), "complaint_register", "complaints.register")
    empty_title = _("还没有来件")
    empty_hint = _("各渠道的来件先在这里登记，再甄别是投诉、咨询、建议、举报还是信访。")
    columns = (
        Column("number", _("登记号"), link=True, fixed=True, sort=True),
        Column("channel", _("渠道"), kind="choice"),
        Column("unit", _("机构"), sort="unit__name"),
        Column("kind_proposed", _("机器建议"), kind="choice"),
        Column("kind", _("甄别结果"), kind="choice"),
        Column("state", _("状态"), kind="state", sort=True),
        deadline_column(sort=False),
        Column("kind_by", _("甄别人"), kind="person"),
        Column("case", _("投诉"), value=lambda row: row.case.number if row.case else ""),
        Column("sampled", _("抽查"), kind="flag", off=True),
        Column("source_number", _("来源编号"), off=True),
        Column("received_at", _("收到时间"), kind="moment", sort=True),
    )
    filters = (choice("state"), choice("channel"), choice("kind"), unit("unit"), flag("sampled"), days("received_at"))

    def holding(self, word: str) -> Q:
        """Return the condition that a searched field contains a word; confidential ones have no words, only numbers."""
        numbers = ("number", "source_number") if word.upper().isascii() else ("source_number",)
        return (super().holding(word) & Q(confidential=False)) | containing(numbers, word)

    tabs = (
        Tab("waiting", _("待我办"), _contacts_waiting, _("没有待甄别的来件。")),
        mine("registered_by", "kind_by", "checked_by"),
        own_unit(),
        overdue(),
        everything(),
    )


class TaskList(ListPage):
    """What business units were asked."""

    name = "complaint_tasks"
    title = _("协办任务")
    noun = _("项")
    model = Task
    permission = "complaints.tasks"
    select = ("case", "unit", "assignee", "asked_by")
    search = ("case__number", "case__title")
    search_hint = _("投诉编号、事项")
    empty_title = _("没有协办任务")
    empty_hint = _("投诉经办人请业务单位核实情况时，任务出现在这里；回复经负责人审批后返回。")
    columns = (
        Column("case", _("投诉"), value="case.number", link=True, fixed=True),
        Column("title", _("事项"), link=True, fixed=True),
        Column("unit", _("协办单位"), sort="unit__name"),
        Column("assignee", _("协办人"), kind="person"),
        Column("state", _("状态"), kind="state", tone=lambda row: row.State(row.state).colour),
        Column("due_on", _("应回复"), kind="day", sort=True),
        Column("replied_at", _("回复时间"), kind="moment"),
        Column("returned", _("退回次数"), kind="number", off=True),
    )
    filters = (choice("state"), unit("unit"), days("due_on"))
    tabs = (
        Tab("waiting", _("待我办"), _tasks_waiting, _("没有等您办理的任务。")),
        mine("assignee", "asked_by"),
        own_unit(),
        overdue(),
        everything(),
    )


def _unreported(_user: Any, _model: Any) -> Q:
    return Q(reported_at__isnull=True)


class TransferInList(ListPage):
    """Regulators' transfers under their own numbers."""

    name = "complaint_transfers"
    title = _("监管转办件")
    noun = _("件")
    model = RegulatorTransfer
    permission = "complaints.view"
    select = ("case__unit", "case__handler")
    search = ("number", "bureau", "case__number")
    search_hint = _("转办编号、转办机构、投诉编号")
    primary = (_("登记转办件"), "complaint_transfer_new", "complaints.regulator")
    empty_title = _("没有转办件")
    empty_hint = _("12378、12363、12345 等转来的投诉保留原编号和反馈期限，在这里登记、督办、反馈。")
    columns = (
        Column("number", _("转办编号"), link=True, fixed=True, sort=True),
        Column("bureau", _("转办机构"), sort=True),
        Column("source", _("来源"), kind="choice"),
        Column("case", _("投诉编号"), value="case.number"),
        Column("unit", _("责任机构"), value="case.unit"),
        Column("handler", _("经办人"), value="case.handler", kind="person"),
        Column("due_on", _("要求反馈"), kind="day", sort=True),
        Column("urged", _("督办"), value=lambda row: len(row.urged), kind="number"),
        Column("sent_back", _("退回补正"), value=lambda row: len(row.sent_back), kind="number"),
        Column("reported_at", _("反馈时间"), kind="moment"),
        Column("received_at", _("收到转办"), kind="moment", sort=True),
    )
    filters = (
        choice("source"),
        unit("unit", field="case__unit", label=_("责任机构")),
        days("received_at"),
        days("due_on"),
    )
    tabs = (Tab("open", _("待反馈"), _unreported, _("没有待反馈的转办件。")), everything())

    def url(self, row: Any) -> str:
        """Return the page of the transfer."""
        return reverse("complaint_transfer", args=[row.pk])
