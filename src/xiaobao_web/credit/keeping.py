"""Forms that keep a costing and that make out a statement."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xiaobao_web.credit.entering import Day, LoanForm
from xiaobao_web.products import queries as products
from xiaobao_web.reviews import queries as reviews


class KeepForm(LoanForm):
    """Under which name, and for what, a costing is kept."""

    title = forms.CharField(label=_("测算名称"), max_length=120)
    product: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        None, label=_("产品"), required=False, empty_label=_("不关联产品")
    )
    review = forms.CharField(
        label=_("审查编号"), required=False, max_length=40, help_text=_("如 SC2026-00001，填写后审查页面会显示这份测算")
    )
    note = forms.CharField(label=_("说明"), required=False, max_length=300)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        lending = products.products(user).filter(kind__in=("loan", "card")).order_by("name")
        chosen = self.initial.get("product")
        if chosen:
            lending = lending | products.products(user).filter(pk=chosen)
        self.fields["product"].queryset = lending  # type: ignore[attr-defined]
        if given := self.initial.get("review"):
            found = reviews.visible(user).filter(pk=given).first()
            self.initial["review"] = found.number if found is not None else ""

    def clean_review(self) -> Any:
        """Return the review of the number, None where none is given."""
        number = self.cleaned_data["review"].strip()
        if not number:
            return None
        found = reviews.visible(self.user).filter(number__iexact=number).first()
        if found is None:
            raise forms.ValidationError(_("没有这个审查编号，或它不在您的查看范围内"))
        return found


class StatementForm(LoanForm):
    """What a statement names besides the loan; kept nowhere."""

    borrower = forms.CharField(label=_("借款人"), required=False, max_length=40, help_text=_("只印在 PDF 上，不保存"))
    product = forms.CharField(label=_("产品名称"), required=False, max_length=80)
    on = Day(label=_("出具日期"), required=False)
