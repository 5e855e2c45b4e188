"""Groups of contacts behind which paid agents may stand: found by stored keys, seen by reach, judged once."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from xiaobao_web.complaints import services
from xiaobao_web.complaints.jobs import look_for_agents, look_for_agents_again
from xiaobao_web.complaints.models import AgentGroup, AgentMember, Contact, ContactKey
from xiaobao_web.complaints.services import agents
from xiaobao_web.complaints.services.judging import judge, may_judge
from xiaobao_web.kernel import retention
from xiaobao_web.kernel.models import Event
from xiaobao_web.people import services as people

pytestmark = pytest.mark.django_db
NAMES = ("韦志强", "庞丽娟", "洪文博", "柳春梅", "章伟明", "芦海燕")
LETTER = (
    "本人{name}，于贵行办理信用卡分期业务，办理时贵行工作人员未向本人充分披露息费标准，涉嫌侵害金融消费者的知情权和自主选择权，"
    "现要求贵行退还已收取的全部手续费{sum}元，调取当时的通话录音，并在十五日内书面答复，否则本人将向监管部门继续反映。"
)
OTHER = (
    "上周三我去滨江支行取钱，排队两个小时，柜台只开了一个窗口，保安还对我母亲大声说话，老人家站着腿都肿了，"
    "我希望支行经理给个说法，以后中午也多开一个窗口，给老人准备座椅，不要再让人这样站着等。"
)


def letter(name: str, n: int = 0, unit: Any = None, **details: Any) -> Contact:
    return services.register(
        channel="web", by=None, text=LETTER.format(name=name, sum=1300 + 271 * n), unit=unit,
        details={"customer_name": name, "phone": f"1390000{1000 + n}", **details},
    )  # fmt: skip


def told(name: str, phone: str, text: str, unit: Any = None, **values: Any) -> Contact:
    details = {"customer_name": name, "phone": phone}
    return services.register(channel="web", by=None, text=text, unit=unit, details=details, **values)


@pytest.fixture
def looked(flow):
    """Look at what came, once it has settled."""

    def look() -> int:
        flow.later(minutes=30)
        return look_for_agents()

    return look


def kinds() -> dict[str, int]:
    return dict(AgentGroup.objects.values_list("kind", "count"))


def test_one_wording_of_three_people_is_a_group_and_grows(flow, looked):
    for n, name in enumerate(NAMES[:3]):
        letter(name, n)
        flow.later(days=5)
    told("周可欣", "13811112222", OTHER)
    assert looked() == 4
    assert kinds() == {"wording": 3}
    group = AgentGroup.objects.get()
    assert (group.people, group.peak) == (3, 1)
    letter(NAMES[3], 3)
    assert looked() == 1
    group.refresh_from_db()
    assert (group.count, group.people) == (4, 4)
    assert looked() == 0, "nothing is looked at twice"


def test_letters_of_one_wording_that_come_within_three_days_are_a_mass(flow, looked):
    for n, name in enumerate(NAMES[:3]):
        letter(name, n)
        flow.later(hours=20)
    looked()
    assert kinds() == {"mass": 3}
    assert AgentGroup.objects.get().peak == 3


def test_the_same_person_three_times_is_no_group_nor_are_two_letters(flow, looked):
    for _n in range(4):
        letter(NAMES[0], 0)
    letter(NAMES[1], 1)
    looked()
    assert not AgentGroup.objects.exists()


def test_what_clerks_took_down_is_in_their_wording(flow, looked, bank):
    for n, name in enumerate(NAMES[:4]):
        flow.opened(text=LETTER.format(name=name, sum=n + 9), customer_name=name, phone=f"1390000{1000 + n}")
    looked()
    assert not AgentGroup.objects.exists()


def test_one_number_of_three_people_or_of_two_with_an_agent(flow, looked):
    told("韦志强", "13700001111", "信用卡年费没有告知，要求退。")
    told("庞丽娟", "137 0000 1111", "房贷利率太高，要求降。")
    looked()
    assert not AgentGroup.objects.exists(), "two who speak for themselves are mostly relatives"
    told("洪文博", "13700001111", "理财亏了，要求赔。")
    looked()
    assert kinds() == {"number": 3}
    assert AgentGroup.objects.get().shared == "1111"
    told("章伟明", "13500002222", "车贷收了担保费，要求退。")
    told("柳春梅", "13500002222", "保险退保金太少。已全权委托他人，请勿联系本人。")
    looked()
    assert AgentGroup.objects.filter(kind="number", shared="2222", count=2).exists()
    assert AgentGroup.objects.filter(kind="words", count=1, shared="2026-03").exists()


def test_a_number_that_many_quote_is_nobodys_own(flow, looked):
    for n, name in enumerate(NAMES):
        told(name, f"1380000{2000 + n}", f"我被 13700009999 这个号码催收骚扰了{n + 2}次，请核实。")
    looked()
    assert not AgentGroup.objects.exists()


def test_an_insurers_agent_is_no_paid_agent(flow, looked):
    told("韦志强", "13700001111", "保险代理人承诺保本，退保只退一半。我也咨询了贵行法务部。")
    looked()
    assert not AgentGroup.objects.exists()


def test_keys_that_were_not_stored_are_and_the_look_is_continued(flow):
    for n, name in enumerate(NAMES[:3]):
        letter(name, n)
    ContactKey.objects.all().delete()
    assert look_for_agents() == 0, "what came just now waits until its ticket is filled"
    flow.later(minutes=30)
    assert look_for_agents() == 3
    assert ContactKey.objects.exists()
    assert look_for_agents_again() == 0
    assert look_for_agents() == 3, "the last days are looked at again"
    assert AgentGroup.objects.get().count == 3


def test_who_turns_confidential_leaves_and_the_group_goes_with_them(flow, looked, bank, client_of):
    rows = [letter(name, n, bank.units["branch"]) for n, name in enumerate(NAMES[:3])]
    for row in rows:
        services.screen_kind(row, by=bank["complaints"], kind="complaint", reason="", unit=bank.units["branch"])
        row.refresh_from_db()
    looked()
    group = AgentGroup.objects.get()
    page = client_of("office").get(rows[0].case.get_absolute_url()).content.decode()
    assert "属于 3 件的一组" in page
    services.set_confidential(rows[1].case, by=bank["office"], confidential=True)
    assert not AgentGroup.objects.exists()
    assert client_of("office").get(group.get_absolute_url()).status_code == 404
    page = client_of("office").get(rows[0].case.get_absolute_url()).content.decode()
    assert "属于" not in page
    services.set_confidential(rows[1].case, by=bank["office"], confidential=False)
    assert AgentGroup.objects.get().count == 3


def test_confidential_contacts_are_never_in_a_group(flow, looked):
    letter(NAMES[0], 0)
    letter(NAMES[1], 1)
    services.register(channel="web", by=None, text=LETTER.format(name=NAMES[2], sum=7),
                      details={"customer_name": NAMES[2], "confidential": True})  # fmt: skip
    looked()
    assert not AgentGroup.objects.exists()
    assert not AgentMember.objects.exists()


def test_a_confidential_one_is_not_counted_even_before_it_is_taken_out(flow, looked, bank, client_of):
    rows = [letter(name, n) for n, name in enumerate(NAMES[:4])]
    looked()
    Contact.objects.filter(pk=rows[3].pk).update(confidential=True)
    page = client_of("office").get(AgentGroup.objects.get().get_absolute_url()).content.decode()
    assert "您可以查看的 3 件" in page
    assert rows[3].number not in page


def listed(client, **query: Any) -> str:
    return str(client.get(reverse("complaint_agent_groups"), {"view": "all", **query}).content.decode())


def test_a_branch_sees_its_own_part_alone(flow, looked, bank, client_of):
    own = letter(NAMES[0], 0, bank.units["branch"])
    others = [letter(name, n, bank.units["branch_two"]) for n, name in enumerate(NAMES[1:4], 1)]
    looked()
    group = AgentGroup.objects.get()
    page = client_of("liaison").get(group.get_absolute_url()).content.decode()
    assert "您可以查看的 1 件" in page
    assert own.number in page
    assert own.get_absolute_url() in page
    assert "海州分行" not in page
    assert not [row for row in others if row.number in page]
    assert "署名 4 人" not in page
    assert "不是不受理" in page
    assert "署名 4 人" in listed(client_of("office"))
    assert group.number in listed(client_of("liaison"))
    assert group.number not in listed(client_of("liaison"), unit=bank.units["branch_two"].pk)
    assert group.number in listed(client_of("office"), unit=bank.units["branch_two"].pk)
    assert group.number not in listed(client_of("office"), unit=bank.units["sub_branch"].pk)
    assert client_of("submitter").get(group.get_absolute_url()).status_code == 403
    elsewhere = others[0]
    assert "属于 1 件的一组" in client_of("liaison").get(own.get_absolute_url()).content.decode()
    assert "属于 4 件的一组" in client_of("complaints").get(elsewhere.get_absolute_url()).content.decode()
    assert "的一组" not in client_of("service").get(own.get_absolute_url()).content.decode()


def test_nobody_of_another_unit_finds_the_group(flow, looked, bank, client_of):
    for n, name in enumerate(NAMES[:3]):
        letter(name, n, bank.units["branch_two"])
    looked()
    group = AgentGroup.objects.get()
    assert client_of("liaison").get(group.get_absolute_url()).status_code == 404
    assert group.number not in listed(client_of("liaison"))
    post = client_of("liaison").post(reverse("complaint_agent_judge", args=[group.pk]), {"verdict": "normal"})
    assert post.status_code == 404


def test_filters_by_kind_period_and_what_waits(flow, looked, client_of):
    for n, name in enumerate(NAMES[:3]):
        letter(name, n)
    looked()
    group, office = AgentGroup.objects.get(), client_of("office")
    assert group.number in listed(office, kind="mass")
    assert group.number not in listed(office, kind="number")
    assert group.number in listed(office, received_from="2026-03-02", received_to="2026-03-02")
    assert group.number not in listed(office, received_from="2026-03-03")
    assert group.number not in listed(office, received_to="2026-03-01")
    assert group.number in listed(office, view="waiting")


def test_a_judgement_is_kept_with_its_reason_and_what_grows_comes_back(flow, looked, bank, client_of):
    rows = [letter(name, n, bank.units["branch"]) for n, name in enumerate(NAMES[:3])]
    looked()
    group, office = AgentGroup.objects.get(), client_of("office")
    url = reverse("complaint_agent_judge", args=[group.pk])
    bare = office.post(url, {"verdict": "watching", "reason": " "})
    assert bare.status_code == 422
    assert "请写明理由" in bare.content.decode()
    assert office.post(url, {"verdict": "open", "reason": "再看看"}).status_code == 422
    assert office.post(url, {"verdict": "watching", "reason": "三封信同一文稿，已电话核实两人。"}).status_code == 302
    page = office.get(group.get_absolute_url()).content.decode()
    assert "三封信同一文稿" in page
    event = Event.objects.get(type="complaints.agents_judged")
    assert event.actor_id == bank["office"].pk
    assert group.number not in listed(office, view="waiting")
    assert group.number in listed(office, view="watching")
    flow.later(days=1)
    letter(NAMES[3], 3, bank.units["branch"])
    looked()
    office = client_of("office")  # a day later
    assert group.number in listed(office, view="waiting")
    page = office.get(group.get_absolute_url()).content.decode()
    assert "判断后新增 1 件" in page
    office.post(url, {"verdict": "normal", "reason": "同一律师代写，各自的事实都属实。"})
    assert group.judgements.count() == 2
    for n in (4, 5):
        letter(NAMES[n], n, bank.units["branch"])
    looked()
    assert group.number not in listed(office, view="waiting"), "a normal one returns once it has doubled"
    for n, name in enumerate(("文思远", "贺佳怡"), 6):
        letter(name, n, bank.units["branch"])
    looked()
    assert group.number in listed(office, view="waiting")
    assert rows[0].number in page


def test_who_sees_a_part_does_not_judge_the_whole(flow, looked, bank, client_of):
    letter(NAMES[0], 0, bank.units["branch"])
    for n, name in enumerate(NAMES[1:3], 1):
        letter(name, n, bank.units["branch_two"])
    looked()
    group = AgentGroup.objects.get()
    assert not may_judge(bank["liaison"], group)
    people.appoint(person=bank["liaison"], role="complaints", organisation=bank.units["branch"], by=None)
    page = client_of("liaison").get(group.get_absolute_url()).content.decode()
    assert "由上级机构的消保办判断" in page
    post = client_of("liaison").post(
        reverse("complaint_agent_judge", args=[group.pk]), {"verdict": "normal", "reason": "看过"}
    )
    assert post.status_code == 409
    assert client_of("auditor").post(
        reverse("complaint_agent_judge", args=[group.pk]), {"verdict": "normal", "reason": "看过"}
    ).status_code == 403  # fmt: skip


def test_what_waits_to_be_judged_lies_on_the_desk_of_whom_all_of_it_is_within_reach(flow, looked, bank, client_of):
    letter(NAMES[0], 0, bank.units["branch"])
    for n, name in enumerate(NAMES[1:3], 1):
        letter(name, n, bank.units["branch_two"])
    looked()
    group = AgentGroup.objects.get()
    people.appoint(person=bank["liaison"], role="complaints", organisation=bank.units["branch"], by=None)
    assert group.number in client_of("office").get("/").content.decode()
    assert group.number not in client_of("liaison").get("/").content.decode(), "a superior unit judges it"
    assert group.number not in client_of("auditor").get("/").content.decode()
    judge(group, by=bank["office"], verdict="normal", reason="同一律师代写，各自的事实都属实。")
    assert group.number not in client_of("office").get("/").content.decode()


def test_pages_and_sheets_hold_neither_names_nor_numbers(flow, looked, client_of):
    for name in NAMES[:3]:
        told(name, "13700001111", f"我是{name}，电话13700001111，年费没有告知。")
    looked()
    group, office = AgentGroup.objects.get(), client_of("office")
    answer = office.get(reverse("complaint_agent_sheet", args=[group.pk]))
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/vnd.openxmlformats")
    assert Event.objects.filter(type="kernel.exported").exists()
    for page in (listed(office), office.get(group.get_absolute_url()).content.decode()):
        assert "尾号 1111" in page
        assert "13700001111" not in page
        assert not [name for name in NAMES if name in page]


def test_a_program_reads_and_judges_as_the_page_does(flow, looked, bank, client_of):
    own = letter(NAMES[0], 0, bank.units["branch"])
    for n, name in enumerate(NAMES[1:3], 1):
        letter(name, n, bank.units["branch_two"])
    looked()
    group = AgentGroup.objects.get()
    path = f"/api/complaints/agents/{group.pk}"
    told = client_of("liaison").get(path).json()
    assert (told["count"], [row["number"] for row in told["contacts"]]) == (1, [own.number])
    office = client_of("office")
    assert office.get(path).json()["people"] == 3
    body = {"verdict": "normal", "reason": "同一律师代写。"}
    assert client_of("auditor").post(f"{path}/judge", body, content_type="application/json").status_code == 403
    assert office.post(f"{path}/judge", {**body, "reason": ""}, content_type="application/json").status_code == 422
    done = office.post(f"{path}/judge", body, content_type="application/json").json()
    assert (done["verdict"], done["judgements"][0]["count"]) == ("normal", 3)
    assert office.get("/api/complaints/agents/99999999999999999999").status_code == 404


def test_old_groups_go_and_lost_contacts_are_counted_out(flow, looked):
    rows = [letter(name, n) for n, name in enumerate(NAMES[:4])]
    looked()
    AgentMember.objects.filter(contact=rows[3]).delete()
    assert look_for_agents_again() == 1
    group = AgentGroup.objects.get()
    assert group.count == 3
    assert group.seed_id in set(group.members.values_list("contact", flat=True))
    flow.later(days=1100)
    assert retention.purge()["过时的黑产线索"] == 1
    assert agents.purge_due() == 0


def test_the_list_asks_as_much_for_many_groups_as_for_one(flow, looked, client_of, django_assert_max_num_queries):
    def several(first: int, last: int) -> None:
        for n in range(first, last):
            for name in NAMES[:3]:
                told(name, f"1370000{1000 + n}", f"年费没有告知，第{n}件。")
        looked()

    several(0, 1)
    office = client_of("office")
    listed(office)
    with django_assert_max_num_queries(60) as one:
        listed(office)
    several(1, 8)
    with django_assert_max_num_queries(60) as many:
        listed(office)
    assert AgentGroup.objects.count() == 8
    assert len(many.captured_queries) == len(one.captured_queries)
