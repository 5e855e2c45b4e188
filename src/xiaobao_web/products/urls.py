"""The addresses of products."""

from __future__ import annotations

from django.urls import URLPattern, path

from xiaobao_web.products import views
from xiaobao_web.products.tables import ProductList

PREFIX = "products/"

urlpatterns: list[URLPattern] = [
    ProductList.at(""),
    path("<int:number>/", views.show, name="product"),
    path("import/", views.import_table, name="products_import"),
    path("import/confirm/", views.confirm, name="products_import_confirm"),
    path("import/<int:number>/", views.imported, name="products_import_shown"),
]
