"""Who may look after the platform itself."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.access import Reach, declare, role_labels

declare("kernel.files", _("查看与重新检查未放行的文件"), {"admin": Reach.ALL, "office": Reach.ALL})
declare("kernel.release_files", _("放行或驳回被拦截的文件"), {"admin": Reach.ALL, "office": Reach.ALL})
declare("kernel.journal", _("查看全部留痕"), {"auditor": Reach.ALL})
declare("kernel.jobs", _("查看与重试后台任务"), {"admin": Reach.ALL})
declare("kernel.webhooks", _("管理事件推送"), {"admin": Reach.ALL})
declare("kernel.tokens", _("创建与撤销自己的接口令牌"), dict.fromkeys(role_labels(), Reach.OWN))
