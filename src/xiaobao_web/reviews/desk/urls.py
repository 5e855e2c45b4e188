"""The addresses of the reading desk."""

from __future__ import annotations

from django.urls import URLPattern, path

from xiaobao_web.reviews.desk import views, views_compare

urlpatterns: list[URLPattern] = [
    path("desk/laws/", views.find_laws, name="review_desk_laws"),
    path("<int:pk>/desk/", views.desk, name="review_desk"),
    path("<int:pk>/desk/time/", views.spend, name="review_desk_time"),
    path("<int:pk>/desk/take/", views.take, name="review_desk_take"),
    path("<int:pk>/desk/finish/", views.finish, name="review_desk_finish"),
    path("<int:pk>/desk/<int:entry>/parts/", views.parts, name="review_desk_parts"),
    path("<int:pk>/desk/<int:entry>/add/", views.add, name="review_desk_add"),
    path("<int:pk>/desk/<int:entry>/rest/", views.accept_rest, name="review_desk_rest"),
    path("<int:pk>/desk/<int:entry>/compare/", views_compare.compare, name="review_desk_compare"),
    path("<int:pk>/desk/<int:entry>/compare/<int:page>/", views_compare.regions, name="review_desk_regions"),
    path("<int:pk>/desk/findings/<int:finding>/", views.decide, name="review_desk_decide"),
    path("<int:pk>/desk/findings/<int:finding>/remark/", views.remark, name="review_desk_remark"),
    path("<int:pk>/desk/versions/<int:version>/file/", views.version_file, name="review_desk_file"),
    path("<int:pk>/desk/versions/<int:version>/pages/<int:page>.png", views.page_image, name="review_desk_page"),
    path("<int:pk>/desk/versions/<int:version>/pages/<int:page>/", views.page_lines, name="review_desk_lines"),
]
