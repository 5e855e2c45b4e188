"""The lists of rules, laws, drafts and allow-list entries."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from xiaobao.report.words import CATEGORY_WORDS, SCENARIO_WORDS
from xiaobao.rulebook.model import CATEGORIES, SCENARIOS
from xiaobao_web.kernel.lists import Column, ListPage, Tab, choice, custom, everything, flag, mine, state_in, unit
from xiaobao_web.knowledge import mirror
from xiaobao_web.knowledge.models import (
    AllowEntry,
    AllowState,
    DraftState,
    NormEntry,
    Reconsideration,
    ReconsiderState,
    RuleDraft,
    RuleEntry,
)

DOMAINS: dict[str, str | Promise] = {
    "card": _("信用卡"), "collection": _("催收"), "complaint": _("投诉"), "contract": _("合同条款"),
    "deposit": _("存款"), "fraud": _("诈骗与非法中介"), "fund": _("基金"), "insurance": _("保险"), "loan": _("贷款"),
    "meaning": _("语义"), "people": _("特殊群体"), "privacy": _("个人信息"), "service": _("服务"),
    "wealth": _("理财"),
}  # fmt: skip
NOTHING_WEAK = _("没有准确率低于 60% 的规则（至少 10 次处理）。")
CONFIDENCE = {"T": _("条文已核对"), "Q": _("据可靠引文"), "S": _("据二手资料"), "M": _("条文待核")}


def domain_of(name: str) -> str:
    """Return what people call a domain of rules, its own name where it has no other."""
    return str(DOMAINS.get(name, name))


def _norm_choices() -> list[tuple[str, str]]:
    return [(key, f"{title}") for key, title in NormEntry.objects.filter(rules__gt=0).values_list("key", "title")]


def _barred(rows: QuerySet[Any], name: str, word: str) -> QuerySet[Any]:
    """Keep the rules of a norm, or those that apply to a medium (which those without any do everywhere)."""
    wanted = Q(**{f"{name}__contains": f"|{word}|"})
    return rows.filter(wanted | Q(media="") if name == "media" else wanted)


def _picked(label: Any, choices: Any, **values: Any) -> django_filters.ChoiceFilter:
    empty = _("%(what)s：全部") % {"what": label}
    return django_filters.ChoiceFilter(label=label, choices=choices, empty_label=empty, **values)


class RuleList(ListPage):
    """The rulebook in use, with how often each rule hit and how often reviewers agreed."""

    name = "rules"
    title = _("规则库")
    subtitle = _("机器审查依据的全部规则；命中与准确率取自审查人员的处理，每 20 分钟更新。")
    noun = _("条")
    model = RuleEntry
    permission = "knowledge.view"
    order = "rule"
    size = 60
    search = ("title", "rule", "message", "laws", "owner")
    search_hint = _("违规、编号、说明、条文")
    columns = (
        Column("title", _("违规"), link=True, fixed=True, sort=True),
        Column("domain", _("领域"), value=lambda row: domain_of(row.domain), sort="domain"),
        Column("category", _("类别"), value=lambda row: CATEGORY_WORDS.get(row.category, row.category)),
        Column("severity", _("严重程度"), kind="severity"),
        Column("state", _("状态"), kind="state"),
        Column("hits", _("命中"), kind="number", sort=True),
        Column("precision", _("准确率"), kind="percent", sort=True),
        Column("decided", _("已处理"), value=lambda row: row.accepted + row.dismissed, kind="number"),
        Column("weak", _("偏低"), kind="flag", off=True),
        Column("laws", _("依据"), value=lambda row: row.laws.replace("\n", "、")),
        Column("version", _("版本"), kind="number", off=True),
        Column("local", _("本机构发布"), kind="flag", off=True),
        Column("owner", _("负责人"), off=True),
        Column("last_hit_at", _("最近命中"), kind="moment", off=True),
        Column("rule", _("编号"), off=True, sort=True),
    )
    filters = (
        custom("domain", _picked(_("领域"), list(DOMAINS.items()))),
        custom("category", _picked(_("类别"), [(name, CATEGORY_WORDS[name]) for name in CATEGORIES])),
        choice("severity"),
        custom("media", _picked(_("场景"), [(s, SCENARIO_WORDS[s]) for s in SCENARIOS], method=_barred)),
        custom("norms", _picked(_("法规"), _norm_choices, method=_barred)),
        choice("state"),
        flag("local"),
    )
    tabs = (
        Tab("used", _("生效"), lambda _user, _model: Q(state="published")),
        Tab("weak", _("准确率偏低"), lambda _user, _model: Q(weak=True), NOTHING_WEAK),
        Tab("local", _("本机构发布"), lambda _user, _model: Q(local=True), _("还没有在这里发布过规则。")),
        Tab("retired", _("停用"), lambda _user, _model: Q(state="retired"), _("没有停用的规则。")),
        everything(),
    )
    primary = (_("起草规则"), "rule_draft_new", "knowledge.draft")

    def rows(self, user: Any) -> QuerySet[Any]:
        """Return the rules of the rulebook in use."""
        mirror.fresh()
        return super().rows(user)


def standing(row: NormEntry) -> str:
    """Return whether a norm is in force today."""
    today = timezone.localdate()
    if row.in_force_until is not None and row.in_force_until < today:
        return str(_("已失效"))
    if row.in_force_from is not None and row.in_force_from > today:
        return str(_("尚未施行"))
    return str(_("施行中"))


def _over() -> Q:
    return Q(in_force_until__lt=timezone.localdate())


def _coming() -> Q:
    return Q(in_force_from__gt=timezone.localdate()) & ~_over()


class LawList(ListPage):
    """The register of norms."""

    name = "laws"
    title = _("法规")
    subtitle = _("规则所依据的法律、规章与规范；大意为本平台撰写，原文由本机构导入，以公布的文本为准。")
    noun = _("部")
    model = NormEntry
    permission = "knowledge.view"
    order = "key"
    size = 100
    search = ("title", "key", "number", "issuer", "aliases", "entries__paraphrase")
    search_hint = _("名称、文号、机关、条文大意")
    columns = (
        Column("title", _("名称"), link=True, fixed=True, sort=True),
        Column("key", _("简称"), sort=True),
        Column("number", _("文号")),
        Column("issuer", _("发布机关")),
        Column("in_force_from", _("施行日"), kind="day", sort=True),
        Column("in_force_until", _("失效日"), kind="day", off=True),
        Column("standing", _("效力"), value=standing),
        Column("confidence", _("可信程度"), value=lambda row: str(CONFIDENCE.get(row.confidence, row.confidence))),
        Column("articles", _("登记条数"), kind="number", sort=True),
        Column("rules", _("规则数"), kind="number", sort=True),
        Column("has_text", _("已导入原文"), kind="flag"),
    )
    filters = (custom("confidence", _picked(_("可信程度"), list(CONFIDENCE.items()))), flag("has_text"))
    tabs = (
        Tab("force", _("施行中"), lambda _user, _model: ~_over() & ~Q(in_force_from__gt=timezone.localdate())),
        Tab("coming", _("尚未施行"), lambda _user, _model: _coming(), _("没有等待施行的法规。")),
        Tab("over", _("已失效"), lambda _user, _model: _over(), _("没有已失效的法规。")),
        everything(),
    )
    primary = (_("导入官方文本"), "law_texts", "knowledge.import_texts")
    primary_icon = "upload"

    def rows(self, user: Any) -> QuerySet[Any]:
        """Return the norms of the register."""
        mirror.fresh()
        return super().rows(user)

    def find(self, rows: QuerySet[Any], words: list[str]) -> QuerySet[Any]:
        """Return the norms that contain every word, each once."""
        return rows.filter(pk__in=super().find(rows, words).values("pk"))


class DraftList(ListPage):
    """Drafts of rules."""

    name = "rule_drafts"
    title = _("规则草稿")
    subtitle = _("起草、回测、试运行、批准发布；起草人不能批准自己的规则。")
    noun = _("份")
    model = RuleDraft
    permission = "knowledge.drafts"
    select = ("created_by__unit",)
    search = ("number", "title", "rule", "note")
    search_hint = _("编号、违规、理由")
    columns = (
        Column("number", _("编号"), link=True, fixed=True),
        Column("title", _("违规"), link=True),
        Column("kind", _("类型"), kind="choice"),
        Column("rule", _("规则"), off=True),
        Column("state", _("状态"), kind="state", sort=True),
        Column("created_by", _("起草人"), kind="person"),
        Column("changed_at", _("修改时间"), kind="moment"),
        Column("decided_at", _("发布时间"), kind="moment", off=True),
    )
    filters = (choice("kind"), choice("state"))
    tabs = (
        state_in("open", _("在办"), *(s.value for s in (DraftState.DRAFT, DraftState.PROPOSED, DraftState.SHADOW))),
        state_in("waiting", _("待批准"), DraftState.PROPOSED.value, DraftState.SHADOW.value),
        mine("created_by"),
        state_in("published", _("已发布"), DraftState.PUBLISHED.value),
        everything(),
    )
    primary = (_("起草规则"), "rule_draft_new", "knowledge.draft")
    empty_hint = _("从规则页点“修改”，或新起草一条；测试和回测都不影响正在进行的审查。")


def covers(row: AllowEntry) -> str:
    """Return which rule or category an entry is for."""
    return row.rule or CATEGORY_WORDS.get(row.category, row.category)


class ReconsiderationList(ListPage):
    """Proposals to look again at approved material."""

    name = "reconsiderations"
    title = _("回溯提议")
    subtitle = _("规则或条文变化后，哪些在用的批准材料要重新看；由消保办确认，不自动发起。")
    noun = _("份")
    model = Reconsideration
    permission = "knowledge.reconsiderations"
    select = ("created_by__unit", "decided_by__unit")
    search = ("number", "title", "reference", "note")
    search_hint = _("编号、规则、条文")
    columns = (
        Column("number", _("编号"), link=True, fixed=True),
        Column("title", _("变化"), link=True),
        Column("cause", _("起因"), kind="choice"),
        Column("state", _("状态"), kind="state", sort=True),
        Column("created_by", _("提出人"), kind="person"),
        Column("created_at", _("提出时间"), kind="moment", sort=True),
        Column("decided_by", _("确认人"), kind="person"),
        Column("decided_at", _("确认时间"), kind="moment", off=True),
    )
    filters = (choice("cause"), choice("state"))
    tabs = (state_in("open", _("待确认"), ReconsiderState.OPEN.value), everything())
    empty_hint = _("规则发布、停用，或条文变化时，依据它审查过的在用材料会列在这里。")


class AllowList(ListPage):
    """Phrases that are in order here, until a day."""

    name = "allow_list"
    title = _("白名单")
    subtitle = _("经双人批准、在期限内放行的固定说法；放行的发现仍然列出，并写明白名单与到期日。")
    noun = _("条")
    model = AllowEntry
    permission = "knowledge.view"
    select = ("unit", "product", "created_by__unit", "approved_by__unit")
    search = ("phrase", "reason", "rule")
    search_hint = _("短语、理由")
    columns = (
        Column("phrase", _("短语"), link=True, fixed=True),
        Column("covers", _("适用规则或类别"), value=covers),
        Column("unit", _("适用机构"), value=lambda row: row.unit.name if row.unit else str(_("全行"))),
        Column("product", _("适用产品"), value="product.name", off=True),
        Column("state", _("状态"), kind="state", sort=True),
        Column("expires_on", _("到期"), kind="day", sort=True),
        Column("used", _("放行次数"), kind="number", sort=True),
        Column("reason", _("理由")),
        Column("created_by", _("申请人"), kind="person", off=True),
        Column("approved_by", _("批准人"), kind="person", off=True),
    )
    filters = (choice("state"), unit("unit"))
    tabs = (
        state_in("active", _("有效"), AllowState.ACTIVE.value),
        state_in("waiting", _("待批准"), AllowState.PROPOSED.value),
        mine("created_by"),
        everything(),
    )
    primary = (_("申请白名单"), "allow_new", "knowledge.allow")
    empty_hint = _("反复误报的固定说法，可以申请在期限内放行；到期前会提醒。")
