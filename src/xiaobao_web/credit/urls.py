"""The addresses of loan costs: the staff's under credit/, everybody's under public/credit."""

from __future__ import annotations

from django.urls import URLPattern, path

from xiaobao_web.credit import views, views_costings, views_public
from xiaobao_web.credit.tables import CostingList

PREFIX = ""

urlpatterns: list[URLPattern] = [
    path("credit/", views.calculator, name="credit"),
    path("credit/row/", views.row, name="credit_row"),
    path("credit/schedule/", views.schedule_part, name="credit_schedule"),
    path("credit/schedule.xlsx", views.schedule_xlsx, name="credit_schedule_sheet"),
    path("credit/statement/", views.statement, name="credit_statement"),
    path("credit/statement.pdf", views.statement_pdf, name="credit_statement_pdf"),
    path("credit/compare/", views.compare, name="credit_compare"),
    path("credit/convert/", views.convert, name="credit_convert"),
    CostingList.at("credit/costings/"),
    path("credit/costings/keep/", views_costings.keep, name="costing_keep"),
    path("credit/costings/<int:number>/", views_costings.show, name="costing"),
    path("credit/costings/<int:number>/revise/", views_costings.revise, name="costing_revise"),
    path("public/credit", views_public.calculator, name="public_credit"),
    path("public/credit/quote", views_public.convert, name="public_credit_quote"),
]
