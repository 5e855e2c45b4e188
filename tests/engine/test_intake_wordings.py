"""Values and flags in wordings that were once misread: names behind roles, banks only of nouns, urgent cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from xiaobao.errors import ModelUnavailable
from xiaobao.intake import Ticket, classes, fill
from xiaobao.intake.train_wishes import is_held_out


def web(text: str) -> Ticket:
    return fill(channel="web", received_at="2025-05-06", text=text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("本人陈思琪系贵行信用卡客户，因年费问题投诉。", "陈思琪"),
        ("我是石桥村村民农世昌，卡被冻结了用不了。", "农世昌"),
        ("卡主是孔令辉，我是他儿子，卡被冻结了。", "孔令辉"),
        ("年费乱扣，请退还，谢谢。梁秋实敬上", "梁秋实"),
        ("消费者沈默然（电话13800138001）反映催收不当。", "沈默然"),
        ("手续费一期150多，每期都扣。", None),
        ("查系统，2019年存的5万没有利息。", None),
        ("我妈年交3万，交了两年。", None),
    ],
)
def test_whose_name(text: str, name: str | None) -> None:
    assert web(text).customer_name == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("注销银行卡才知道还有欠费。", None),
        ("是不是没单位的人不能有银行卡。", None),
        ("医药检查费620元要银行出。", None),
        ("糊里糊涂念了验证码，是商城分期业务。", None),
        ("我在观澜银行存了定期，被扣管理费。", "观澜银行"),
        ("望都银行客服说查不到记录。", "望都银行"),
    ],
)
def test_no_institution_of_words(text: str, name: str | None) -> None:
    assert web(text).institution_branch == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("在银行买了“安享长青”护理保险，现在要退。", "安享长青"),
        ("合同写的“还款满三年提前结清免收补偿金”，还是扣了。", None),
        ("让我签“信用保证保险”才放款。", None),
    ],
)
def test_quoted_product(text: str, name: str | None) -> None:
    assert web(text).product_name == name


@pytest.mark.parametrize(
    ("text", "flag", "counts"),
    [
        ("我们一共十四户持有人推举我来反映理财亏损。", "群体性", True),
        ("我爸七十八，手机银行被降级，转不了账。", "老年人", True),
        ("我儿子十三，一个人在家，催收上门拍照。", "未成年人", True),
        ("我把视频发给12378了，让保安道歉。", "监管投诉", True),
        ("药都攒好了，绳子也挂上了，你们满意了吧。", "自伤自杀", True),
        ("退休工资买药用的，求求解冻。", "自伤自杀", False),
    ],
)
def test_flag(text: str, flag: str, counts: bool) -> None:
    assert (flag in web(text).risk_flags) is counts


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("大额存单取不出来，我爸心梗要手术，医院催交押金，手术排在下周二。", "critical"),
        ("刚才有人骗我装软件，屏幕自己在动，正在转钱，快把我账户锁了！", "critical"),
        ("眼睛做过双眼皮手术，人脸识别总不过，登不上手机银行。", "normal"),
        ("催收骂我怎么不去死，我不会去死，我要告你们，别再打我电话。", "normal"),
    ],
)
def test_critical_is_what_cannot_wait(text: str, urgency: str) -> None:
    assert (web(text).urgency == "critical") is (urgency == "critical")


def test_held_out_rows_are_never_trained_on() -> None:
    assert [is_held_out("w1.jsonl", name) for name in ("p001", "p004", "p010", "p018")] == [False, True, True, True]
    assert not is_held_out("building.jsonl", "a004")


def test_a_model_of_another_version_is_refused(tmp_path: Path) -> None:
    import numpy as np

    with np.load(classes.PACKAGED) as file:
        arrays = {name: file[name] for name in file.files}
    arrays["slot"] = arrays["slot"][:-1]
    np.savez(tmp_path / "other.npz", **arrays)
    with pytest.raises(ModelUnavailable, match="版本不一致"):
        classes.load(tmp_path / "other.npz")
