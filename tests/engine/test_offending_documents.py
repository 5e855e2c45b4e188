"""Documents that offend line by line: each offence is named at its line, and their lawful lines are left alone."""

from __future__ import annotations

import pytest

from xiaobao.errors import ModelUnavailable
from xiaobao.judge.model import default_judge
from xiaobao.model import Anchor, Material, Passage
from xiaobao.screening.screen import Screener

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DOCUMENTS: dict[str, tuple[set[str], tuple[str, ...], str]] = {
    "consent-form": (
        {
            "privacy/blanket_consent",
            "privacy/sensitive_without_necessity",
            "privacy/shared_without_consent",
            "privacy/take_it_or_leave_it",
            "privacy/withdrawal_barrier",
            "contract/liability_excluded",
            "contract/unilateral_change",
        },
        (
            "采用加密存储",
            "可以拨打客服电话",
        ),
        """
云槎商城用户信息授权协议
一、您登录即表示同意本协议及后续更新的全部内容。
二、我们收集您的通讯录、相册、短信记录和位置，用于为您提供更好的服务。
三、您同意我们将您的消费记录、手机号提供给集团成员及商业伙伴，用于产品推广。
四、如您关闭个性化推送，我们将无法为您继续提供借款服务。
五、本授权一经作出，不得撤销。注销账户须本人到线下门店提交书面申请。
六、我们会妥善保管您的信息，采用加密存储。
七、因黑客攻击导致信息泄露的，平台概不负责。
八、平台有权单方调整会员费用，自公布之日起生效，不再另行通知。
九、您可以拨打客服电话400-000-1234咨询。
""",
    ),
    "weekly-post": (
        {
            "wealth/yield_ranking",
            "wealth/cherry_picked_performance",
            "wealth/no_risk",
            "wealth/scarcity_pressure",
            "wealth/gift_inducement",
            "wealth/expected_yield",
            "wealth/risk_warning_missing",
        },
        ("成立于2015年",),
        """
云槎财富周报：这只固收+为什么被疯抢
本周我们上线了稳稳赢5号，成立以来年化6.8%，同类排名第一。
产品由国资背景的管理人运作，安全系数堪比银行存款。
不少老客户把到期的定期都转了过来，大家都赚到了。
产品额度只剩最后两千万，手慢无。
现在认购满5万元送500元京东卡。
公司简介：云槎财富成立于2015年，总部位于澄江市。
想参与的朋友扫码添加理财经理微信，测评不够的我们帮您调整。
预计下季度收益还会继续上涨，早买早赚。
""",
    ),
    "call-manual": (
        {
            "collection/third_party_pressure",
            "collection/impersonation",
            "complaint/obstructed_complaint",
            "collection/bombardment_threat",
        },
        (
            "本次通话将被录音",
            "不得要求客户转账",
            "不得辱骂",
        ),
        """
贷后管理部外呼话术手册（内部使用）
开场：您好，这里是知禾消费金融，本次通话将被录音。
M1阶段：提醒客户还款日期和金额，告知还款渠道。
M2阶段：可以告知客户再不还就通知其单位领导和家人。
M3阶段：可以自称法务部或者公安协查人员，告知已经立案。
客户提出异议的，先要求还款再说。
客户要投诉的，告知投诉没有用，还会影响征信。
对态度恶劣的客户，可以每天拨打三十次以上。
还款只能通过官方客户端，不得要求客户转账到个人账户。
不得辱骂、威胁客户。
""",
    ),
}


@pytest.fixture(scope="module")
def screener() -> Screener:
    try:
        return Screener(judge=default_judge())
    except ModelUnavailable as error:
        pytest.skip(f"JUDGE MISSING, documents not screened: {error}")


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_each_offence_is_named_and_lawful_lines_are_not(screener: Screener, name: str) -> None:
    wanted, lawful, text = DOCUMENTS[name]
    lines = text.strip().split("\n")
    passages = tuple(Passage(line, Anchor(paragraph=i)) for i, line in enumerate(lines))
    seen = screener.screen(Material(name, passages, DOCX))
    assert seen.verdict == "violation"
    missed = wanted - {f.rule for f in seen.findings}
    assert len(missed) <= 1, missed
    assert [f.text for f in seen.findings if any(words in f.text for words in lawful)] == []
    assert len(seen.findings) <= len(wanted) + 6
