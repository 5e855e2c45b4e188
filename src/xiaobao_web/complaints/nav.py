"""Complaints in the navigation, and what their files and comments need."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xiaobao_web.complaints import signs
from xiaobao_web.kernel.nav import entry

__all__ = ["signs"]

entry("after", _("投诉"), "complaints", "complaints.view", "message-report", 10)
entry("after", _("来件甄别"), "complaint_contacts", "complaints.contacts", "inbox", 12)
entry("after", _("智能填单"), "complaint_take_down", "complaints.register", "wand", 11)
entry("after", _("来信登记"), "complaint_scan_new", "complaints.register", "mail-opened", 11)
entry("after", _("填单准确率"), "complaint_intake_figures", "complaints.intake_figures", "target", 13)
entry("after", _("黑产线索"), "complaint_agent_groups", "complaints.agents", "users-group", 21)
entry("after", _("批量导入"), "complaint_import", "complaints.import", "file-import", 13)
entry("after", _("监管转办"), "complaint_transfers", "complaints.regulator", "building-bank", 14)
entry("after", _("协办任务"), "complaint_tasks", "complaints.tasks", "checklist", 16)
entry("after", _("经办专长"), "complaint_skills", "complaints.skills", "star", 17)
entry("system", _("官方分类编码"), "complaint_codes", "complaints.set_codes", "hash", 43)
entry("system", _("支付平台"), "complaint_platforms", "complaints.set_platform", "webhook", 44)
entry("system", _("反馈报告模板"), "complaint_templates", "complaints.set_template", "file-type-docx", 42)
