"""The kernel's own pages in the navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.nav import entry

entry("system", _("我的导出"), "exports", None, "file-export", 10)
entry("system", _("接口令牌"), "tokens", "kernel.tokens", "key", 80)
entry("system", _("后台任务"), "jobs", "kernel.jobs", "activity", 60)
entry("system", _("事件推送"), "webhooks", "kernel.webhooks", "webhook", 70)
entry("system", _("留痕"), "journal", "kernel.journal", "timeline", 50)
entry("system", _("未放行的文件"), "unreleased_files", "kernel.files", "shield-exclamation", 62)
