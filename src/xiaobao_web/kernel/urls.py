"""The kernel's addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from xiaobao_web.kernel import (
    styleguide,
    views_comments,
    views_exports,
    views_files,
    views_inbox,
    views_jobs,
    views_lists,
    views_search,
    views_tokens,
    views_webhooks,
)
from xiaobao_web.kernel.journal_list import JournalList

PREFIX = ""

urlpatterns: list[URLPattern] = [
    path("files/<int:number>/", views_files.open_file, name="open_file"),
    path("files/<int:number>/remove/", views_files.remove_file, name="remove_file"),
    path("files/of/<str:label>/<int:subject_id>/", views_files.list_files, name="files_of"),
    path("files/of/<str:label>/<int:subject_id>/add/", views_files.add_files, name="add_files"),
    JournalList.at("system/journal/"),
    path("system/files/", views_files.unreleased, name="unreleased_files"),
    path("system/files/<int:number>/scan/", views_files.scan_again, name="scan_again"),
    path("system/files/<int:number>/rule/", views_files.rule_on, name="rule_on_file"),
    path("search/", views_search.search_page, name="search"),
    path("search/quick", views_search.quick, name="search_quick"),
    path("lists/<str:name>/columns/", views_lists.columns, name="list_columns"),
    path("lists/<str:name>/views/", views_lists.add_view, name="saved_view_add"),
    path("views/<int:pk>/delete/", views_lists.delete_view, name="saved_view_delete"),
    path("lists/<str:name>/export/", views_exports.add, name="export_add"),
    path("exports/", views_exports.index, name="exports"),
    path("exports/<int:pk>/file/", views_exports.download, name="export_file"),
    path("exports/<int:pk>/delete/", views_exports.delete, name="export_delete"),
    path("inbox/", views_inbox.inbox, name="inbox"),
    path("inbox/count/", views_inbox.count, name="inbox_count"),
    path("inbox/read/", views_inbox.mark_all, name="inbox_mark_all"),
    path("inbox/mail/", views_inbox.mail_settings, name="inbox_mail"),
    path("inbox/<int:pk>/", views_inbox.open_notice, name="inbox_open"),
    path("inbox/<int:pk>/read/", views_inbox.mark, name="inbox_mark"),
    path("system/jobs/", views_jobs.backlog, name="jobs"),
    path("system/jobs/<int:pk>/retry/", views_jobs.retry_job, name="job_retry"),
    path("jobs/<int:pk>/", views_jobs.show_job, name="job"),
    path("comments/<str:label>/<int:pk>/", views_comments.comments_of, name="comments"),
    path("comments/<str:label>/<int:pk>/people/", views_comments.mentionable, name="mentionable"),
    path("comments/<int:pk>/withdraw/", views_comments.withdraw_comment, name="comment_withdraw"),
    path("system/webhooks/", views_webhooks.webhooks_page, name="webhooks"),
    path("system/webhooks/<int:pk>/", views_webhooks.webhook_page, name="webhook"),
    path("system/webhooks/<int:pk>/rotate/", views_webhooks.rotate_webhook, name="webhook_rotate"),
    path("system/webhooks/<int:pk>/ping/", views_webhooks.ping_webhook, name="webhook_ping"),
    path("system/webhooks/messages/<int:pk>/", views_webhooks.payload, name="webhook_payload"),
    path("system/webhooks/messages/<int:pk>/again/", views_webhooks.redeliver, name="webhook_redeliver"),
    path("tokens/", views_tokens.index, name="tokens"),
    path("tokens/<int:pk>/revoke/", views_tokens.revoke, name="token_revoke"),
    *styleguide.urlpatterns,
]
