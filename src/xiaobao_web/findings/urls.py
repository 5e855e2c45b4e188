"""The addresses of the ledger, its notices and figures, and of the machine's findings."""

from __future__ import annotations

from django.urls import URLPattern, path

from xiaobao_web.findings import tables, views, views_figures, views_importing, views_notices

PREFIX = "issues/"

urlpatterns: list[URLPattern] = [
    tables.IssueList.at(""),
    path("new/", views.new, name="issue_new"),
    path("import/", views_importing.import_table, name="issue_import"),
    path("import/confirm/", views_importing.confirm, name="issue_import_confirm"),
    path("figures/", views_figures.show, name="issue_figures"),
    path("figures/sheet/", views_figures.sheet, name="issue_figures_sheet"),
    tables.NoticeList.at("notices/"),
    path("notices/<int:pk>/", views_notices.show, name="issue_notice"),
    path("notices/<int:pk>/document/", views_notices.document, name="issue_notice_document"),
    path("notices/<int:pk>/receipt/", views_notices.receive, name="issue_notice_receive"),
    tables.FindingList.at("findings/"),
    path("<int:pk>/", views.case, name="issue"),
    path("<int:pk>/act/", views.act, name="issue_act"),
]
