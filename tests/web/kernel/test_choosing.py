"""A choice that cannot be taken is told in our own voice, in forms that were made when the platform came up."""

from __future__ import annotations

import pytest
from django.urls import reverse

from xiaobao_web.complaints.forms.entry import RegisterForm
from xiaobao_web.kernel.choosing import SAID

DJANGO = ("选择一个有效的选项", "Select a valid choice", "输入一个列表")


@pytest.mark.parametrize("kind", SAID)
def test_every_kind_of_choice_speaks(kind):
    made = kind(queryset=None) if "Model" in kind.__name__ else kind()
    for name in SAID[kind]:
        assert not str(made.error_messages[name]).startswith(DJANGO)
        assert "选择" in str(made.error_messages[name])


@pytest.mark.django_db
def test_a_form_made_at_the_start_speaks(bank):
    form = RegisterForm({"text": "退费", "channel": "call", "kind": "wat", "urgency": "normal", "demands": ["请客"]})
    assert not form.is_valid()
    assert form.errors["kind"] == ["“wat”不在可选的内容里，请从列表中重新选择。"]
    assert form.errors["demands"] == ["“请客”不在可选的内容里，请从列表中重新选择。"]


@pytest.mark.django_db
def test_a_person_who_left_is_told_so(bank, client_of):
    from xiaobao_web.complaints import services

    case = services.open_directly(channel="call", text="乱收费，请退费", by=bank["liaison"], unit=bank.units["branch"])
    services.accept(case, by=bank["complaints"])
    url = reverse("complaint_step", args=[case.pk, "assign"])
    answer = client_of("complaints").post(url, {"handler": "999999"})
    assert answer.status_code == 422
    assert "请刷新后重新选择" in "".join(answer.context["form"].errors["handler"])
