"""The REST interface's frame: sign-in by session or token, errors of one shape, lists walked by cursors.

Every error reads {"error": {"code", "message", "fields"}}. A query key or a body field that nobody declared is refused,
so that a misspelt filter never returns everything.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import orjson
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from ninja.security import APIKeyCookie, HttpBearer
from pydantic import ConfigDict, Field

from xiaobao.errors import InputError
from xiaobao_web.kernel import faults, tokens
from xiaobao_web.kernel.errors import BadValue, Hidden, PlatformError, TooMany
from xiaobao_web.kernel.lists import keyset

M = TypeVar("M", bound=models.Model)
Text = str | Promise
LIMIT, MOST = 50, 200
MESSAGES: dict[int, tuple[str, Text]] = {
    401: ("unauthenticated", gettext_lazy("请先登录，或在 Authorization 头中给出有效的令牌。")),
    403: ("forbidden", gettext_lazy("请求未通过安全校验，请带上 X-CSRFToken。")),
    404: ("not_found", gettext_lazy("没有这个接口或对象，或它不在您的查看范围内。")),
    405: ("method_not_allowed", gettext_lazy("这个地址不支持这种请求方法。")),
    429: ("too_many", gettext_lazy("请求过于频繁，请稍后再试。")),
}


class Strict(Schema):
    """A request body: fields nobody declared are refused."""

    model_config = ConfigDict(extra="forbid")


class Paged(Strict):
    """Where in a list one is: at most how many rows, and the cursor that the page before gave as `next`."""

    limit: int = Field(LIMIT, ge=1, le=MOST)
    cursor: str = Field("", max_length=500)


class Body(Parser):
    """Bodies as JSON in proper Unicode: no database holds half a character (a lone surrogate) or Infinity."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the body; raises ValueError, which is answered as a wrong request."""
        return orjson.loads(request.body)


class ErrorDetail(Schema):
    """What went wrong: a stable code, a sentence, and for wrong values a sentence a field."""

    code: str
    message: str
    fields: dict[str, str] = Field(default_factory=dict)


class ErrorAnswer(Schema):
    """The shape of every error."""

    error: ErrorDetail


class Bearer(HttpBearer):
    """Sign-in by token: `Authorization: Bearer xb_…`."""

    openapi_name = "Bearer"

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Return the token's person; raises AuthenticationError, also when a session is there."""
        person = tokens.person_of(token)
        if person is None:
            raise AuthenticationError
        request.user = person
        return person


class Session(APIKeyCookie):
    """Sign-in by the browser's session; what changes something needs the CSRF token."""

    param_name = "sessionid"
    openapi_name = "Session"

    def __call__(self, request: HttpRequest) -> Any:
        """Return the person of the session, None without one; raises HttpError when the CSRF token is missing."""
        if not request.user.is_authenticated:
            return None
        self._get_key(request)
        return request.user

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """Return the person of the session."""
        return request.user if request.user.is_authenticated else None


class Interface(NinjaAPI):
    """NinjaAPI whose description names the one error shape for every operation."""

    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> OpenAPISchema:
        """Return the OpenAPI document."""
        document = super().get_openapi_schema(*args, **kwargs)
        shapes = document["components"].setdefault("schemas", {})
        for shape in (ErrorAnswer, ErrorDetail):
            described = shape.model_json_schema(ref_template="#/components/schemas/{model}")
            described.pop("$defs", None)
            shapes[shape.__name__] = described
        reference = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorAnswer"}}}
        for methods in document["paths"].values():
            for operation in methods.values():
                for status in ("401", "403", "404", "409", "422", "429"):
                    answer = {
                        "description": str(MESSAGES.get(int(status), ("", _("不能这样做，原因见 message。")))[1]),
                        "content": reference,
                    }
                    operation["responses"].setdefault(status, answer)
        return document


def known_keys_only(run: Callable[..., Any]) -> Callable[..., Any]:
    """Let an operation refuse query keys that it does not declare, once its caller is known."""
    operation: Any = inspect.unwrap(run).__self__
    known = {
        key
        for model in operation.models
        if model.__ninja_param_source__ == "query"
        for key in model.__ninja_flatten_map__
    }
    read = operation._get_values

    def strict(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        unknown = sorted(set(request.GET) - known)
        if unknown:
            told = _("不认识的参数：%(unknown)s；可用的参数：%(known)s。") % {
                "unknown": "、".join(unknown),
                "known": "、".join(sorted(known)) or _("无"),
            }
            raise BadValue(told, code="unknown_parameter", fields=dict.fromkeys(unknown, _("没有这个参数")))
        return read(request, *args, **kwargs)

    operation._get_values = strict
    return run


api = Interface(
    title="消保平台接口",
    version="1",
    description="每个错误都是 {error: {code, message, fields}}；列表用 limit 与 cursor 翻页；未声明的参数一律拒绝。",
    urls_namespace="api",
    auth=[Bearer(), Session()],
    docs_decorator=login_required,
    parser=Body(),
)
api.add_decorator(known_keys_only, mode="view")


def _answer(
    request: HttpRequest, status: int, code: str, message: Text, fields: dict[str, str] | None = None
) -> HttpResponse:
    return api.create_response(
        request, {"error": {"code": code, "message": str(message), "fields": fields or {}}}, status=status
    )


@api.exception_handler(PlatformError)
def platform_error(request: HttpRequest, error: PlatformError) -> HttpResponse:
    """Answer with the error's code and sentence."""
    answer = _answer(request, error.status, error.code, error.message, getattr(error, "fields", None))
    if isinstance(error, TooMany):
        answer["Retry-After"] = str(error.seconds)
    return answer


@api.exception_handler(InputError)
def unreadable(request: HttpRequest, error: InputError) -> HttpResponse:
    """Answer with the engine's sentence on an input that it cannot take."""
    return _answer(request, BadValue.status, BadValue.code, error.message)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer with a sentence a field."""
    fields: dict[str, str] = {}
    for item in error.errors:
        where = item["loc"][1:] if item["loc"][0] == "file" else item["loc"]
        place = [str(part) for part in where if part not in ("body", "query", "path", "payload", "form")]
        fields[".".join(place) or "body"] = faults.sentence(item)
    return _answer(
        request,
        422,
        "invalid",
        _("有 %(n)d 处填写不符合要求：%(fields)s。") % {"n": len(fields), "fields": "、".join(fields)},
        fields,
    )


@api.exception_handler(RawPostDataException)
def no_json(request: HttpRequest, error: RawPostDataException) -> HttpResponse:
    """Answer a form sent where JSON is taken."""
    told = _("这个接口只接收 JSON：请求头写 Content-Type: application/json，内容写成 JSON，不要用表单。")
    return _answer(request, 422, "invalid", told)


@api.exception_handler(RequestDataTooBig)
def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    """Answer a body that holds more than is read at once."""
    most = (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) >> 20
    told = _("一次提交的内容不能超过 %d MB（文件不在此限）；请把文字存成文件上传，或分几次提交。") % most
    return _answer(request, 413, "too_big", told)


@api.exception_handler(MultiPartParserError)
@api.exception_handler(TooManyFieldsSent)
@api.exception_handler(TooManyFilesSent)
def unreadable_form(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer a form that cannot be taken apart, or that has too many parts."""
    return _answer(request, 400, "invalid", _("表单读不出来，或项目太多：请按接口文档写成 multipart/form-data。"))


@api.exception_handler(AuthenticationError)
def unauthenticated(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """Answer who has not signed in."""
    answer = _answer(request, 401, *MESSAGES[401])
    answer["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(Http404)
def missing(request: HttpRequest, error: Http404) -> HttpResponse:
    """Answer that there is no such thing."""
    return _answer(request, 404, *MESSAGES[404])


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer an error of the frame: a broken body, a missing CSRF token."""
    code, message = MESSAGES.get(error.status_code, ("bad_request", _("请求无法读懂：请检查 JSON 格式与编码。")))
    return _answer(request, error.status_code, code, message)


def unknown_address(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer an address under /api/ that does not exist."""
    return _answer(request, 404, *MESSAGES[404])


def not_allowed(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Return a 405 of the frame in the one error shape."""
    told = _answer(request, 405, *MESSAGES[405])
    told["Allow"] = answer.get("Allow", "")
    return told


def page_of(
    rows: models.QuerySet[M],
    *,
    limit: int = LIMIT,
    cursor: str = "",
    order: str = "-pk",
    show: Callable[[M], Any] | None = None,
) -> dict[str, Any]:
    """Return one page of rows as {"items", "next"}: `next` is the cursor of the page after, null at the end.

    Raises BadValue for a cursor that does not belong to this list.
    """
    by = keyset.Order(order.lstrip("-"), order.startswith("-"))
    place = keyset.decode(cursor, by, rows) if cursor else None
    if cursor and place is None:
        raise BadValue(_("cursor 无效，请从第一页重新开始。"), fields={"cursor": _("无效")})
    found = keyset.window(rows, by, place, max(1, min(limit, MOST)))
    items: Sequence[Any] = [show(row) for row in found.rows] if show else found.rows
    return {"items": items, "next": found.next}


def find(rows: models.QuerySet[M], **lookup: Any) -> M:
    """Return the one row of a queryset; raises Hidden."""
    try:
        row = rows.filter(**lookup).first()
    except (OverflowError, ValueError):
        row = None
    if row is None:
        raise Hidden(str(MESSAGES[404][1]))
    return row
