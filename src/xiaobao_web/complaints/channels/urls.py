"""The addresses by which complaints come in: for citizens, for clerks, for other systems."""

from __future__ import annotations

from django.urls import URLPattern, path

from xiaobao_web.complaints.views import public

STAFF: list[URLPattern] = []
CITIZENS: list[URLPattern] = [
    path("public/complaints", public.begin, {"way": "complaint"}, name="public_complaint"),
    path("public/complaints/received", public.received, name="public_complaint_received"),
    path("public/complaints/progress", public.ask, name="public_progress"),
    path("public/complaints/new/<slug:step>", public.step, {"way": "complaint"}, name="public_complaint_step"),
    path("public/feedback", public.begin, {"way": "feedback"}, name="public_feedback"),
    path("public/feedback/new/<slug:step>", public.step, {"way": "feedback"}, name="public_feedback_step"),
]
