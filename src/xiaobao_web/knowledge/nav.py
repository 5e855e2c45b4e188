"""Where rules and laws stand in the navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.nav import entry

entry("before", _("规则库"), "rules", "knowledge.view", "books", 20)
entry("before", _("法规"), "laws", "knowledge.view", "scale", 21)
entry("before", _("规则草稿"), "rule_drafts", "knowledge.drafts", "git-branch", 22)
entry("before", _("回溯提议"), "reconsiderations", "knowledge.reconsiderations", "history", 24)
entry("before", _("白名单"), "allow_list", "knowledge.view", "shield-check", 23)
