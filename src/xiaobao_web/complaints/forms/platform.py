"""The settings of a payment platform, and the answer that goes through it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from xiaobao_web.complaints.forms.fields import StepForm, line, text, unit
from xiaobao_web.complaints.models import Platform
from xiaobao_web.complaints.platforms import wechatpay
from xiaobao_web.complaints.platforms.http import FIELDS, Options
from xiaobao_web.complaints.services.platforms import MOST_WORDS, SECRETS

DEFAULTS: dict[str, Any] = Options.model_validate({"base": ""}).model_dump()
OWN = ("code", "name", "unit", "active")
OPEN_SECRETS = ("key", "callback")
SECRET = forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"})


def _path(label: Any, **more: Any) -> forms.CharField:
    return line(label, most=200, **more)


class PlatformForm(forms.Form):
    """How a platform is fetched, answered and recognised; a secret is never shown, an empty one stays as it is."""

    name = line(_("名称"), most=60)
    code = forms.SlugField(label=_("代码"), max_length=30, help_text=_("英文，定下后不改；来件编号和回调地址用它。"))
    unit = unit(_("登记机构"), help_text=_("来件先登记到这里。"))
    active = forms.BooleanField(label=_("启用"), required=False)
    base = line(_("接口地址"), most=300, help_text=_("如 https://api.example.com/v1；内部网段需在配置中放行。"))
    key = forms.CharField(label=_("访问密钥"), max_length=500, required=False, widget=SECRET)
    key_header = line(_("密钥所在的请求头"), most=60)
    key_prefix = line(_("密钥前缀"), most=30, required=False, strip=False)
    list_path = _path(_("投诉列表路径"))
    cursor_name = line(_("游标参数"), most=60)
    size_name = line(_("每页件数参数"), most=60, required=False)
    size = forms.IntegerField(label=_("每页件数"), min_value=1, max_value=200)
    items = _path(_("列表在回答中的位置"), required=False, help_text=_("用点分开，如 data.items。"))
    next_cursor = _path(_("下一个游标的位置"))
    more = _path(_("“还有更多”的位置"), required=False, help_text=_("留空：有新游标且本页不空就继续。"))
    fields_of = text(
        _("字段对应"), 8, most=2000, help_text=_("每行一个：%s = 平台字段的位置。number 必填。") % "、".join(FIELDS)
    )
    time_format = forms.ChoiceField(
        label=_("时间写法"),
        choices=[("iso", "2026-03-02T10:00:00+08:00"), ("seconds", _("秒")), ("milliseconds", _("毫秒"))],
    )
    amount_unit = forms.ChoiceField(label=_("金额单位"), choices=[("yuan", _("元")), ("fen", _("分"))])
    reply_path = _path(_("回复路径"), help_text=_("{number} 换成平台的投诉编号。"))
    reply_name = line(_("回复内容的字段"), most=60)
    callback_style = forms.ChoiceField(
        label=_("回调签名"),
        choices=[("standard", _("Standard Webhooks")), ("hmac", _("HMAC-SHA256（时间、换行、正文），十六进制"))],
    )
    callback = forms.CharField(label=_("回调签名密钥"), max_length=500, required=False, widget=SECRET)
    callback_items = _path(_("投诉在回调中的位置"), required=False, help_text=_("留空：整个正文是一件投诉。"))
    signature_header = line(_("签名所在的请求头"), most=60, required=False, help_text=_("仅 HMAC 写法用到。"))
    time_header = line(_("时间所在的请求头"), most=60, required=False, help_text=_("仅 HMAC 写法用到，单位为秒。"))

    def __init__(self, data: Any = None, *, platform: Platform | None = None) -> None:
        said = {**DEFAULTS, **(platform.options if platform else {})}
        lines = "\n".join(f"{name} = {path}" for name, path in said.pop("fields").items())
        own = {name: getattr(platform, name) for name in OWN} if platform else {}
        super().__init__(data, initial={**said, "fields_of": lines, **own})
        if platform is not None:
            self.fields["code"].disabled = True
            for name in OPEN_SECRETS:
                kept = _g("已设置，留空不改。") if platform.sealed.get(name) else _g("还没有设置。")
                self.fields[name].help_text = kept

    def clean_fields_of(self) -> dict[str, str]:
        """Return which field of ours stands where in the platform's."""
        found: dict[str, str] = {}
        for row in self.cleaned_data["fields_of"].splitlines():
            name, equals, path = (part.strip() for part in row.partition("="))
            if row.strip() and (not equals or name not in FIELDS or not path):
                raise forms.ValidationError(_g("读不懂这一行：%s") % row.strip()[:60])
            if row.strip():
                found[name] = path
        return found

    def values(self) -> dict[str, Any]:
        """Return what the service takes: own values, the adapter's options, secrets."""
        given = self.cleaned_data
        options = {name: given[name] for name in DEFAULTS if name in given}
        for name in ("signature_header", "time_header"):
            options[name] = options[name] or DEFAULTS[name]
        own = {name: given[name] for name in OWN}
        secrets = {name: given[name] for name in OPEN_SECRETS}
        return {**own, "options": {**options, "fields": given["fields_of"]}, "secrets": secrets}


class Hidden(forms.Textarea):
    """Lines that are typed in and never shown again."""

    def format_value(self, value: Any) -> str | None:
        """Return nothing, whatever the value."""
        return None


def _pem(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=8000, required=False, widget=Hidden(attrs={"rows": 4}))


class WechatPayForm(forms.Form):
    """Who we are to WeChat Pay, and the keys of both sides; what is set is never shown, an empty one stays as it is."""

    name = line(_("名称"), most=60, initial=_("微信支付"))
    code = forms.SlugField(label=_("代码"), max_length=30, help_text=_("英文，定下后不改；来件编号和回调地址用它。"))
    unit = unit(_("登记机构"), help_text=_("来件先登记到这里。"))
    active = forms.BooleanField(label=_("启用"), required=False)
    base = line(_("接口地址"), most=300, help_text=_("一般不用改；内部网段的代理需在配置中放行。"))
    merchant = line(_("商户号"), most=64)
    serial = line(_("商户 API 证书序列号"), most=64)
    key = _pem(_("商户 API 证书私钥"))
    certificate = _pem(_("微信支付平台证书或公钥"))
    platform_serial = line(_("微信支付公钥编号"), most=100, required=False,
                           help_text=_("填平台证书的不用填；填公钥的必填，形如 PUB_KEY_ID_…。"))  # fmt: skip
    callback = forms.CharField(label=_("APIv3 密钥"), max_length=100, required=False, widget=SECRET)
    size = forms.IntegerField(label=_("每页件数"), min_value=1, max_value=50)

    def __init__(self, data: Any = None, *, platform: Platform | None = None) -> None:
        said = {**wechatpay.Options.model_construct().model_dump(), **(platform.options if platform else {})}
        own = {name: getattr(platform, name) for name in OWN} if platform else {}
        super().__init__(data, initial={**said, **own})
        for name in SECRETS:
            kept = platform is not None and name in platform.sealed
            if platform is not None:
                self.fields[name].help_text = _g("已设置，留空不改。") if kept else _g("还没有设置。")
            else:
                self.fields[name].required = True
            if platform is None and name != "callback":
                self.fields[name].help_text = _g("粘贴 PEM 文件的全部内容。")
        if platform is not None:
            self.fields["code"].disabled = True

    def values(self) -> dict[str, Any]:
        """Return what the service takes: own values, the adapter's options, secrets."""
        given = self.cleaned_data
        options = {name: given[name] for name in wechatpay.Options.model_fields}
        secrets = {name: given[name].strip() for name in SECRETS}
        own = {name: given[name] for name in OWN}
        return {**own, "adapter": "wechatpay", "options": options, "secrets": secrets}


FORMS: dict[str, type[PlatformForm] | type[WechatPayForm]] = {"http": PlatformForm, "wechatpay": WechatPayForm}


class ReplyForm(StepForm):
    """An answer that goes through the platform."""

    text = text(_("回复内容"), 6, most=MOST_WORDS, help_text=_("会原样显示给客户；请不要写个人信息和内部意见。"))
