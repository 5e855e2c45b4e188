"""Word templates of the institution: rendered in a sandbox, read for the placeholders they name."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from xiaobao_web.kernel import files
from xiaobao_web.kernel.errors import BadUpload
from xiaobao_web.kernel.models import StoredFile

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def taken(upload: Any, check: Callable[[bytes], None], *, by: Any) -> StoredFile:
    """Keep an uploaded template that passes its check; raises BadUpload that says what is wrong with it."""
    check(upload.read())
    upload.seek(0)
    stored = files.store(upload, name=upload.name, by=by)
    if stored.media_type != DOCX:
        raise BadUpload(_("模板须是 docx 文件。"))
    return stored


def content_of(template: Any, otherwise: Callable[[], bytes]) -> bytes:
    """Return the bytes of the template in use, a row with `stored`; without one those packaged."""
    if template is None:
        return otherwise()
    with files.open_stored(template.stored) as file:
        return file.read()


def _sandbox() -> Any:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(autoescape=True)


def render(template: bytes, context: dict[str, Any]) -> bytes:
    """Return the document of a template and its values; the template can call nothing."""
    from docxtpl import DocxTemplate

    document = DocxTemplate(io.BytesIO(template))
    document.render(context, jinja_env=_sandbox(), autoescape=True)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def syntax_of(template: bytes) -> Any:
    """Return a template's syntax tree (jinja2.nodes.Template); raises BadUpload where it is no Word file or broken."""
    from docxtpl import DocxTemplate
    from jinja2 import TemplateError

    try:
        document = DocxTemplate(io.BytesIO(template))
        document.init_docx()
        return _sandbox().parse(document.patch_xml(document.get_xml()))
    except TemplateError as error:
        raise BadUpload(_("模板的占位符写错了：%s。花括号要成对，循环要有结束标记。") % error) from error
    except Exception as error:
        raise BadUpload(_("打不开这个 Word 文件，请另存为 docx 后重试。")) from error
