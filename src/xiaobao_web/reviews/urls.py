"""The addresses of reviews."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from xiaobao_web.reviews.tables import ReevaluationList, ReviewList
from xiaobao_web.reviews.views import aftermath, cases, opinions, sending

PREFIX = "reviews/"

urlpatterns: list[URLPattern | URLResolver] = [
    ReviewList.at(""),
    path("new/", sending.new, name="review_new"),
    path("batch/", sending.batch, name="review_batch"),
    path("lookup/", cases.lookup, name="review_lookup"),
    path("guides/", aftermath.guides, name="review_guides"),
    path("guides/<str:subject>/", aftermath.guide, name="review_guide"),
    path("template/", aftermath.template, name="opinion_template"),
    path("template/file/", aftermath.template_file, name="opinion_template_file"),
    ReevaluationList.at("reevaluations/"),
    path("reevaluations/<int:pk>/", aftermath.reevaluation, name="reevaluation"),
    path("<int:pk>/", cases.case, name="reviews_case"),
    path("<int:pk>/materials/", cases.materials_part, name="review_materials"),
    path("<int:pk>/early/document/", cases.early_document, name="review_early_document"),
    path("<int:pk>/act/", cases.act, name="review_act"),
    path("<int:pk>/edit/", sending.edit, name="review_edit"),
    path("<int:pk>/edit/details/", sending.save_details, name="review_details"),
    path("<int:pk>/edit/materials/", sending.add_material, name="review_add_material"),
    path("<int:pk>/edit/materials/<int:entry>/", sending.replace_material, name="review_replace_material"),
    path("<int:pk>/edit/assessment/", sending.save_assessment, name="review_assessment"),
    path("<int:pk>/follow-up/", sending.follow_up, name="review_follow_up"),
    path("<int:pk>/opinion/", opinions.opinion, name="review_opinion"),
    path("<int:pk>/opinion/<int:round_number>/document/", opinions.document, name="review_document"),
    path("<int:pk>/answers/", opinions.answers, name="review_answers"),
    path("<int:pk>/refusals/", opinions.refusals, name="review_refusals"),
    path("<int:pk>/confirm/", opinions.confirm, name="review_confirm"),
    path("<int:pk>/verify/", aftermath.verify, name="review_verify"),
    path("<int:pk>/dossier/", aftermath.dossier, name="review_dossier"),
]
if find_spec("xiaobao_web.reviews.desk") and find_spec("xiaobao_web.reviews.desk.urls"):
    urlpatterns.append(path("", include("xiaobao_web.reviews.desk.urls")))
