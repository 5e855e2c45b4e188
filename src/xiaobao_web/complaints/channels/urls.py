"""The addresses by which complaints come in: for citizens, for clerks, for other systems."""

from __future__ import annotations

from django.urls import URLPattern, path

from xiaobao_web.complaints.views import hooks, importing, platforms, public, scans, taking_down, transfer_tables

STAFF: list[URLPattern] = [
    path("take-down/", taking_down.take_down, name="complaint_take_down"),
    path("letters/new/", scans.upload, name="complaint_scan_new"),
    path("letters/<int:contact>/", scans.scan, name="complaint_scan"),
    path("letters/<int:contact>/pages/<int:place>.png", scans.picture, name="complaint_scan_page"),
    path("intake-figures/", taking_down.accuracy, name="complaint_intake_figures"),
    path("intake-figures/sheet/", taking_down.accuracy_sheet, name="complaint_intake_figures_sheet"),
    path("intake-figures/<slug:field>/", taking_down.accuracy_field, name="complaint_intake_field"),
    path("transfers/import/", transfer_tables.begin, name="complaint_transfer_import"),
    path("transfers/import/<int:pk>/", transfer_tables.shown, name="complaint_transfer_import_shown"),
    path("transfers/bureaus/", transfer_tables.bureaus, name="complaint_bureaus"),
    path("platforms/", platforms.listed, name="complaint_platforms"),
    path("platforms/new/", platforms.edit, name="complaint_platform_new"),
    path("platforms/<int:pk>/", platforms.edit, name="complaint_platform"),
    path("import/", importing.begin, name="complaint_import"),
    path("import/<int:pk>/", importing.shown, name="complaint_import_shown"),
    path("import/<int:pk>/written-back/", importing.written_back, name="complaint_import_written_back"),
]
CITIZENS: list[URLPattern] = [
    path("hooks/complaints/<slug:channel>", hooks.take, name="complaint_hook"),
    path("hooks/complaints/platforms/<slug:code>", hooks.take_platform, name="complaint_platform_hook"),
    path("public/complaints", public.begin, {"way": "complaint"}, name="public_complaint"),
    path("public/complaints/received", public.received, name="public_complaint_received"),
    path("public/complaints/progress", public.ask, name="public_progress"),
    path("public/complaints/new/<slug:step>", public.step, {"way": "complaint"}, name="public_complaint_step"),
    path("public/feedback", public.begin, {"way": "feedback"}, name="public_feedback"),
    path("public/feedback/new/<slug:step>", public.step, {"way": "feedback"}, name="public_feedback_step"),
]
