"""The kernel's own events."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.journal import event_type

event_type("kernel.personal_erased", _("{actor} 删除了留痕中的个人信息，理由：{reason}"))
event_type("kernel.signed_in", _("{actor} 登录"))
event_type("kernel.sign_in_failed", _("有人以 {account} 登录未成"), personal=("account",))
event_type("kernel.signed_out", _("{actor} 退出"))
event_type("kernel.file_attached", _("{actor} 为 {subject} 添加附件 {name}"), personal=("name",))
event_type("kernel.file_removed", _("{actor} 移除了 {subject} 的附件 {name}"), personal=("name",))
event_type("kernel.file_opened", _("{actor} 打开了 {subject} 含个人信息的附件 {name}"), personal=("name",))
event_type("kernel.file_blocked", _("文件被拦截或检查未完成：{reason}"))
event_type("kernel.file_released", _("{actor} 放行了被拦截的文件（{blocked_for}），理由：{reason}"))
event_type("kernel.file_rejected", _("{actor} 驳回了被拦截的文件（{blocked_for}），理由：{reason}"))
event_type("kernel.file_rescanned", _("{actor} 重新检查了文件：{state} {reason}"))
event_type("kernel.file_held", _("{actor} 冻结了 {subject} 的附件 {name}，事由：{reason}"), personal=("name",))
event_type("kernel.file_hold_lifted", _("{actor} 解除了 {subject} 的附件 {name} 的冻结"), personal=("name",))
event_type("kernel.file_purged", _("{subject} 的附件 {name} 保存期满，已销毁"), personal=("name",))
event_type("kernel.exported", _("{actor} 导出 {list}：{rows} 行，条件：{filters}"))
event_type("kernel.token_made", _("{actor} 创建接口令牌 {subject}，有效期至 {until}"))
event_type("kernel.token_revoked", _("{actor} 撤销接口令牌 {subject}"))
event_type("kernel.job_failed", _("后台任务 {subject} 失败 {times} 次后停止：{reason}"))
event_type("kernel.job_retried", _("{actor} 重试后台任务 {subject}"))
event_type("kernel.purged", _("保存期满的资料已清理：{told}"))
event_type("kernel.commented", _("{actor} 评论了 {subject}"), personal=("body",))
event_type("kernel.comment_withdrawn", _("{actor} 撤回了对 {subject} 的评论"))
event_type("kernel.webhook_made", _("{actor} 登记事件接收方 {subject}"))
event_type("kernel.webhook_changed", _("{actor} 修改事件接收方 {subject}"))
event_type("kernel.webhook_rotated", _("{actor} 更换了接收方 {subject} 的密钥"))
event_type("kernel.webhook_stopped", _("接收方 {subject} 已停用：{reason}"))
