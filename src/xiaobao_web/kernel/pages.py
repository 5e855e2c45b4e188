"""What every page shares: its frame, and the pages that say what went wrong."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from xiaobao_web.kernel import nav

TITLES = {
    400: _("请求不完整"),
    403: _("您不能这样做"),
    404: _("没有找到"),
    405: _("不支持这种操作"),
    409: _("现在还不能这样做"),
    413: _("一次提交的内容太多"),
    422: _("填写的内容需要更正"),
    500: _("系统出了问题"),
}


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return what the frame of every page needs: institution, navigation, inbox count."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"institution": settings.INSTITUTION, "demo": settings.DEMO}
    return {
        "institution": settings.INSTITUTION,
        "demo": settings.DEMO,
        "navigation": nav.for_user(user, request.path),
        "inbox_count": nav.inbox_count(user),
    }


def error_page(request: HttpRequest, status: int, message: str, *, number: str = "") -> HttpResponse:
    """Return a page that says what went wrong and what to do next: the view's own `error_page`, else everybody's."""
    context = {"status": status, "title": TITLES.get(status, TITLES[400]), "message": message, "number": number}
    own = _own_page(request)
    if own:
        large = "large" in (request.GET.get("size"), request.COOKIES.get("type_size"))
        context |= {"institution": settings.INSTITUTION, "hotline": settings.HOTLINE, "large": large}
    return render(request, own or "errors/error.html", context, status=status)


def _own_page(request: HttpRequest) -> str:
    """Return the template of the addressed view's own error page, "" where it has none."""
    try:
        match = request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return ""
    return str(getattr(match.func, "error_page", ""))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that cannot be read, or that holds more than a form may."""
    if isinstance(exception, RequestDataTooBig):
        most = (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) >> 20
        told = _("一次提交的文字不能超过 %d MB。请返回上一页，把文字存成文件上传，或分几次提交。") % most
        return error_page(request, 413, told)
    if isinstance(exception, (TooManyFieldsSent, TooManyFilesSent)):
        return error_page(request, 413, _("一次提交的项目太多，请返回上一页，分几次提交。"))
    return error_page(request, 400, _("浏览器发来的请求不完整，请返回上一页重试。"))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request whose form has expired or that is not allowed."""
    return error_page(request, 403, _("页面停留太久，安全校验已失效。请刷新页面后重新提交；已填写的内容会保留在本机。"))


def expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose security mark does not hold any more, or whose sender keeps no cookies."""
    if not _own_page(request):
        return render(request, "403_csrf.html", status=403)
    told = _("页面停留太久，或者浏览器不允许保存 Cookie，这一步没有收下。请返回上一页，刷新后再提交。")
    return error_page(request, 403, told)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request for something that is not there, or not for this person."""
    return error_page(request, 404, _("没有找到这一页，或它不在您的查看范围内。"))


def not_allowed(request: HttpRequest) -> HttpResponse:
    """Answer a form's address that was opened like a page, or a page that was sent a form."""
    return error_page(request, 405, _("这个地址只在页面上点按钮时使用，不能直接打开。请回到原来的页面再操作。"))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer after a mistake of ours, with a number one can quote; nothing of the request is shown."""
    number = secrets.token_hex(3).upper()
    told = _("刚才的操作没有完成，已保存的内容不受影响。请稍后重试；如仍不行，请报错误号。")
    return error_page(request, 500, told, number=number)
