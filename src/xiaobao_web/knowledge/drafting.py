"""Draft, propose, try, publish and retire rules; who publishes is never who wrote it."""

from __future__ import annotations

import re
from typing import Any

import yaml
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from xiaobao_web.kernel import journal, search, states
from xiaobao_web.kernel.access import holders, require
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.kernel.notifications import notify
from xiaobao_web.kernel.numbers import next_number
from xiaobao_web.knowledge import proving, reconsidering, rulebook
from xiaobao_web.knowledge.models import Backtest, DraftKind, DraftState, RuleDraft, RuleVersion
from xiaobao_web.knowledge.models.trial import VALID_DAYS

NOTE_LENGTH = 2000
OPEN = (DraftState.DRAFT.value, DraftState.PROPOSED.value, DraftState.SHADOW.value)
STARTER = """title: 用一句话说出违规
version: 1
category: other
severity: medium
basis: ["广告法#28"]
when:
  words: [在这里写词语, 至少两个字]
message: 为什么不妥，会让消费者误解什么。
remedy: 可以直接替换的写法。
examples:
  hit: []
  no_hit: []
"""


def version_in_force(rule: str) -> int:
    """Return the version of a rule in force, 0 where there is no such rule."""
    row = RuleVersion.objects.filter(rule=rule, current=True).first()
    text = rulebook.packaged_text(rule)
    packaged = _number(text) if text else 0
    return max(row.version, packaged) if row is not None else packaged


def _number(text: str) -> int:
    found = re.search(r"^version:\s*(\d+)\s*$", text, re.M)
    return int(found[1]) if found else 0


def begin_text(rule: str) -> str:
    """Return the text a draft of a rule starts from: the one in force, its version one higher."""
    text = rulebook.text_of(rule).yaml
    text = re.sub(r"^lifecycle:.*\n", "", text, flags=re.M)
    return re.sub(r"^version:\s*\d+\s*$", f"version: {version_in_force(rule) + 1}", text, count=1, flags=re.M)


@transaction.atomic
def start(rule: str, *, text: str, note: str, by: Any) -> RuleDraft:
    """Start a draft of a rule, new or in force; its text may still be wrong.

    Raises Forbidden, BadValue for a wrong id or a missing note, Refused while another draft of the rule is open.
    """
    require(by, "knowledge.draft")
    rule = rule.strip()
    if not rulebook.RULE_ID.fullmatch(rule):
        raise BadValue(
            _("编号应写作 领域/违规，用小写字母、数字与下划线，例如 wealth/principal_guarantee。"),
            fields={"rule": _("写法不对")},
        )
    if rule.startswith(f"{proving.LEARNED_DOMAIN}/"):
        raise Refused(_("meaning 领域的规则由语境判断模型判断，随引擎更新；可以停用，不能在这里修改。"))
    base = version_in_force(rule)
    return _made(rule, DraftKind.CHANGE if base else DraftKind.NEW, base, text, note, by)


@transaction.atomic
def ask_to_retire(rule: str, *, reason: str, by: Any) -> RuleDraft:
    """Ask to put a rule out of force for a reason; another person approves. Raises Hidden, Refused."""
    require(by, "knowledge.draft")
    told = rulebook.text_of(rule)
    if told.retired:
        raise Refused(_("这条规则已经停用。"))
    draft = _made(rule, DraftKind.RETIRE, version_in_force(rule), told.yaml, reason, by)
    return propose(draft, by=by)


def _made(rule: str, kind: DraftKind, base: int, text: str, note: str, by: Any) -> RuleDraft:
    note = _checked_note(note)
    text = _checked_text(text)
    other = RuleDraft.objects.filter(rule=rule, state__in=OPEN).first()
    if other is not None:
        told = _("这条规则已有一份在办的草稿 %(number)s，请在那份草稿上修改，或先放弃它。")
        raise Refused(told % {"number": other.number})
    draft = RuleDraft.objects.create(
        number=next_number("GZ"), rule=rule, title=_title(text, rule), kind=kind, base_version=base, yaml=text,
        digest=rulebook.digest_of(text), note=note, created_by=by, changed_by=by,
    )  # fmt: skip
    journal.record("knowledge.drafted", by=by, on=draft, facts={"rule": rule, "kind": kind.label, "note": note})
    search.index(draft)
    return draft


def _checked_note(note: str) -> str:
    note = note.strip()
    if not note:
        raise BadValue(_("请写明理由，批准人据此判断。"), fields={"note": _("必填")})
    if len(note) > NOTE_LENGTH:
        raise BadValue(_("理由不超过 %d 字。") % NOTE_LENGTH, fields={"note": _("过长")})
    return note


def _checked_text(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if len(text) > proving.LONGEST:
        raise BadValue(_("规则内容超过 %d 字，请拆成几条规则。") % proving.LONGEST, fields={"yaml": _("过长")})
    return text


def _title(text: str, rule: str) -> str:
    found = re.search(r"^title:\s*(.+?)\s*$", text, re.M)
    return (found[1].strip("\"'") if found else rule)[:160] or rule


@transaction.atomic
def save(draft: RuleDraft, *, text: str, note: str, seen: str, by: Any) -> RuleDraft:
    """Keep a draft's text; `seen` is the digest of the text it was changed from.

    Raises Refused where it is no longer a draft or somebody else changed it meanwhile.
    """
    require(by, "knowledge.draft")
    row = RuleDraft.objects.select_for_update().get(pk=draft.pk)
    if not row.editable:
        raise Refused(_("草稿已提交或已结束，不能再改；如需修改，请先退回。"))
    if seen and seen != row.digest:
        raise Refused(_("%(name)s 刚修改过这份草稿，请刷新后再改，您的内容仍在页面上。") % {"name": row.changed_by})
    text, note = _checked_text(text), _checked_note(note)
    if text == row.yaml and note == row.note:
        return row
    before = row.digest[:8]
    row.yaml, row.note, row.digest = text, note, rulebook.digest_of(text)
    row.title, row.changed_by, row.base_version = _title(text, row.rule), by, version_in_force(row.rule)
    row.save(update_fields=["yaml", "note", "digest", "title", "changed_by", "base_version", "changed_at"])
    journal.record("knowledge.changed", by=by, on=row, changes={"digest": [before, row.digest[:8]]})
    search.index(row)
    return row


def check(draft: RuleDraft) -> proving.Checked:
    """Return what is wrong with a draft's text and how its examples behave."""
    if draft.kind == DraftKind.RETIRE:
        return proving.Checked(None)
    return proving.check(draft.yaml, draft.rule, above=version_in_force(draft.rule))


def propose(draft: RuleDraft, *, by: Any) -> RuleDraft:
    """Ask others to try and publish a draft; raises BadValue that names what is wrong with it."""
    require(by, "knowledge.propose", draft)
    _require_sound(draft)
    if draft.kind == DraftKind.CHANGE and _says(draft.yaml) == _says(begin_text(draft.rule)):
        raise Refused(_("草稿与现行规则没有差别，无需发布；请修改后再提交，或作废草稿。"))
    moved = states.move(draft, "propose", by=by, facts={"digest": draft.digest[:8]})
    able = holders("knowledge.publish").exclude(pk__in=[draft.created_by_id, draft.changed_by_id, by.pk])
    title = _("规则“%(title)s”待批准：%(kind)s") % {"title": draft.title, "kind": draft.get_kind_display()}
    notify(able, "knowledge.proposed", title, on=draft, body=draft.note)
    search.index(moved)
    return moved


def _says(text: str) -> Any:
    """Return what a rule's text says, whatever its layout, comments and version."""
    told = yaml.safe_load(text)
    return {key: value for key, value in told.items() if key != "version"}


def _require_sound(draft: RuleDraft) -> None:
    told = check(draft).fatal
    if told:
        first = told[0]
        raise BadValue(
            _("还有 %(n)d 处必须修正，例如第 %(line)d 行：%(message)s")
            % {"n": len(told), "line": first.line, "message": first.message},
            fields={f"yaml.{fault.line}": fault.message for fault in told},
        )


def trial(draft: RuleDraft, *, by: Any) -> RuleDraft:
    """Let a proposed draft run with every screening, its hits kept apart; raises Refused for a retirement."""
    if draft.kind == DraftKind.RETIRE:
        raise Refused(_("停用不需要试运行，请看回测结果。"))
    require(by, "knowledge.trial", draft)
    _require_sound(draft)
    return states.move(draft, "trial", by=by)


def send_back(draft: RuleDraft, *, by: Any, reason: str) -> RuleDraft:
    """Give a draft back to its author for a reason."""
    reason = reason.strip()
    if not reason:
        raise BadValue(_("请写明退回原因。"), fields={"reason": _("必填")})
    moved = states.move(draft, "send_back", by=by, facts={"reason": reason[:300]}, reason=reason[:300])
    told = _("规则草稿“%(title)s”被退回") % {"title": draft.title}
    notify([draft.created_by], "knowledge.sent_back", told, on=draft, body=reason)
    return moved


def discard(draft: RuleDraft, *, by: Any) -> RuleDraft:
    """Give a draft up."""
    return states.move(draft, "discard", by=by)


def missing_backtest(draft: RuleDraft) -> str:
    """Return why a draft's comparison does not suffice to publish, empty when it does."""
    newest = draft.backtests.filter(digest=draft.digest, state=Backtest.State.DONE.value).order_by("-pk").first()
    if newest is None:
        return _("发布前须先回测现在的内容，看清会多命中和少命中什么。")
    if not newest.fresh:
        return _("回测结果已超过 %d 天，请重新回测。") % VALID_DAYS
    return ""


def publish(draft: RuleDraft, *, by: Any) -> RuleVersion:
    """Put a draft into force (or a rule out of it): from now on every screening uses it.

    Raises Forbidden for who wrote it, Refused without a fresh comparison or when the rule in force has changed since,
    BadValue for a text that no longer holds.
    """
    require(by, "knowledge.publish", draft)
    lacking = missing_backtest(draft)
    if lacking:
        raise Refused(lacking)
    _require_sound(draft)
    try:
        with transaction.atomic():
            row = _put_into_force(draft, by)
    except IntegrityError as error:
        raise Refused(_("这条规则刚由他人发布了另一版，请刷新后重新回测。")) from error
    from xiaobao_web.knowledge.tasks import follow_rulebook

    follow_rulebook.using(key=f"version:{row.pk}").enqueue()
    reconsidering.for_rule(row)
    told = _("规则“%(title)s”已%(verb)s") % {"title": draft.title, "verb": _("停用") if row.retired else _("发布")}
    notify([draft.created_by], "knowledge.published", told, on=draft)
    return row


def _put_into_force(draft: RuleDraft, by: Any) -> RuleVersion:
    old = RuleVersion.objects.select_for_update().filter(rule=draft.rule, current=True).first()
    retires = draft.kind == DraftKind.RETIRE
    if old is not None:
        old.current = False
        old.save(update_fields=["current"])
    version = draft.base_version if retires else rulebook.parsed(draft.yaml, draft.rule).version
    row = RuleVersion.objects.create(
        rule=draft.rule, version=version, title=draft.title, yaml=draft.yaml, digest=draft.digest, retired=retires,
        note=draft.note, draft=draft, author=draft.created_by, published_by=by,
    )  # fmt: skip
    facts = {"rulebook": rulebook.in_use().version, "rule": draft.rule, "version": version, "note": draft.note}
    states.move(draft, "publish", by=by, facts=facts)
    for former in RuleDraft.objects.filter(rule=draft.rule, state=DraftState.PUBLISHED.value).exclude(pk=draft.pk):
        reason = draft.note if retires else _("由 %(number)s 取代") % {"number": draft.number}
        states.move(former, "retire", by=None, facts={"reason": reason})
    return row
