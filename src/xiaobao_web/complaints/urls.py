"""The addresses of complaints."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from xiaobao_web.complaints.agent_list import AgentGroupList
from xiaobao_web.complaints.channels.urls import CITIZENS, STAFF
from xiaobao_web.complaints.tables import ComplaintList, ContactList, TaskList, TransferInList
from xiaobao_web.complaints.views import agents, asked, cases, letters, registering, settings, transfers

PREFIX = ""

CASES: list[URLPattern | URLResolver] = [
    ComplaintList.at(""),
    path("register/", registering.register, name="complaint_register"),
    ContactList.at("contacts/"),
    path("contacts/<int:pk>/", registering.contact, name="complaint_contact"),
    path("contacts/<int:pk>/asked/<str:field>/", asked.decide, name="complaint_asked"),
    AgentGroupList.at("agents/"),
    path("agents/<int:pk>/", agents.group, name="complaint_agent_group"),
    path("agents/<int:pk>/judge/", agents.judge, name="complaint_agent_judge"),
    path("agents/<int:pk>/contacts.xlsx", agents.sheet, name="complaint_agent_sheet"),
    TaskList.at("tasks/"),
    path("tasks/<int:pk>/", cases.task, name="complaint_task"),
    TransferInList.at("transfers/"),
    path("transfers/new/", transfers.new, name="complaint_transfer_new"),
    path("transfers/<int:pk>/", transfers.transfer, name="complaint_transfer"),
    path("transfers/<int:pk>/document/", transfers.document, name="complaint_transfer_document"),
    path("transfers/<int:pk>/package/", transfers.package, name="complaint_transfer_package"),
    path("templates/", transfers.templates, name="complaint_templates"),
    path("templates/packaged/", transfers.packaged_template, name="complaint_template_packaged"),
    path("skills/", settings.skills, name="complaint_skills"),
    path("skills/<int:pk>/", settings.skill, name="complaint_skill"),
    path("codes/", settings.code_sheet, name="complaint_codes"),
    path("codes/table.xlsx", settings.code_table, name="complaint_code_table"),
    path("<int:pk>/", cases.case, name="complaint"),
    path("<int:pk>/do/<str:verb>/", cases.step, name="complaint_step"),
    path("<int:pk>/clocks/<int:place>/", cases.clock_days, name="complaint_clock"),
    path("<int:pk>/personal/", cases.personal, name="complaint_personal"),
    path("<int:pk>/correct/", cases.correct, name="complaint_correct"),
    path("<int:pk>/links/<int:link>/", cases.decide_link, name="complaint_link"),
    path("<int:pk>/letter/", letters.letter, name="complaint_letter"),
    path("<int:pk>/letter/check/", letters.check, name="complaint_letter_check"),
    path("<int:pk>/letter/<int:version>/document/", letters.document, name="complaint_letter_document"),
]
urlpatterns: list[URLPattern | URLResolver] = [path("complaints/", include([*CASES, *STAFF])), *CITIZENS]
