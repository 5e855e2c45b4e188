"""Masking: styles, placeholders that turn back, names and addresses, the command, the vectors, the pace."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from xiaobao.errors import UsageError
from xiaobao.privacy import KINDS, mask, recognise, unmask
from xiaobao.privacy.commands import mask_command
from xiaobao.privacy.entities import registered
from xiaobao.privacy.recognise import MODULES

TEXT = "我叫欧阳明慧，电话13812345678，身份证11010519491231002X，住北京市朝阳区建国路88号院3号楼2单元"


def test_every_kind_has_one_module() -> None:
    assert {module.__name__.rsplit(".", 1)[1] for module in MODULES} == set(KINDS) == set(registered())


def test_partial_shows_head_and_tail_only() -> None:
    text = mask(TEXT).text
    assert text == "我叫欧阳**，电话138****5678，身份证110105********002X，住北京市朝阳区****"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("姓名：张三", "姓名：张*"),
        ("请找陈先生", "请找*先生"),
        ("手机138-1234-5678", "手机138-****-5678"),
        ("手机+86 13812345678", "手机+86 138****5678"),
        ("卡4111 1111 1111 1111", "卡4111 **** **** 1111"),
        ("邮箱zhang.san@example.com", "邮箱z***@example.com"),
        ("车牌京A12345", "车牌京A***45"),
    ],
)
def test_partial_by_kind(text: str, masked: str) -> None:
    assert mask(text).text == masked


def test_labels() -> None:
    assert mask("姓名：张三，手机13812345678", style="label").text == "姓名：【姓名】，手机【手机号】"


def test_placeholders_turn_back_and_avoid_those_already_there() -> None:
    text = "⟦MOBILE_1⟧是占位；手机13812345678、13987654321，再打13812345678"
    masked = mask(text, style="placeholder")
    assert masked.text == "⟦MOBILE_1⟧是占位；手机⟦MOBILE_2⟧、⟦MOBILE_3⟧，再打⟦MOBILE_2⟧"
    assert unmask(masked.text, masked.mapping) == text
    assert unmask("请回拨⟦MOBILE_3⟧和⟦MOBILE_9⟧", masked.mapping) == "请回拨13987654321和⟦MOBILE_9⟧"


@given(
    st.lists(
        st.sampled_from([TEXT, "⟦PERSON_1⟧", "李明", "\n", "手机13812345678", "😀", "\x00", "ａ＠ｂ．ｃｏｍ"]),
        max_size=6,
    )
)
def test_unmask_is_the_inverse_of_placeholders(parts: list[str]) -> None:
    text = "".join(parts)
    masked = mask(text, style="placeholder")
    assert unmask(masked.text, masked.mapping) == text


def test_amounts_are_off_by_default_and_kinds_choose() -> None:
    assert recognise("退我1200元") == []
    assert [e.text for e in recognise("退我1200元", ["amount"])] == ["1200元"]
    assert [e.kind for e in recognise(TEXT, ["mobile"])] == ["mobile"]
    with pytest.raises(UsageError, match="可选"):
        recognise(TEXT, ["phone"])
    with pytest.raises(UsageError, match="遮盖方式"):
        mask(TEXT, style="black")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("客户王小丽女士反映", ["王小丽"]),
        ("姓名：阿不都热依木·艾买提 手机", ["阿不都热依木·艾买提"]),
        ("阿依古丽·买买提来网点说钱没到账", ["阿依古丽·买买提"]),
        ("上周约翰•史密斯和热依汗・库尔班一起来投诉", ["约翰•史密斯", "热依汗・库尔班"]),
        ("土耳其·伊斯坦布尔分行、海尔·卡萨帝、万科·金域蓝湾、阿里·巴巴", []),
        ("理财经理约翰·李说过保证收益。", ["约翰·李"]),
        ("客户迪丽热巴·迪力木拉提投诉。", ["迪丽热巴·迪力木拉提"]),
        ("经办人阿迪力·吐尔逊说本金不会亏", ["阿迪力·吐尔逊"]),
        ("我叫古丽娜·阿不都热依木,卡号在后面", ["古丽娜·阿不都热依木"]),
        ("买买提·吐尔逊·艾力诉称", ["买买提·吐尔逊·艾力"]),
        ("姓　名：方  圆", ["方  圆"]),
        ("让你们朱经理接电话", ["朱"]),
        ("于大爷78岁了", ["于"]),
        ("持卡人：WANG XIAOMING", ["WANG XIAOMING"]),
        ("客服：您贵姓？\n客户：免贵姓胡", ["胡"]),
        ("请尽快退款。宓思嘉 13812345678", ["宓思嘉"]),
        ("高利贷害人，余额不足，万能险，安全保障，常见问题", []),
        ("被保险人因意外身故，投保人应当如实告知", []),
        ("我是贵行老客户，我叫不到人工", []),
        ("安全经理、业务经理、总经理都不管", []),
        ("张某某与李某", []),
    ],
)
def test_names(text: str, names: list[str]) -> None:
    assert [e.text for e in recognise(text, ["person"])] == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("昨天在安娜·苏专柜刷卡买了香水", []),
        ("克里斯汀·迪奥口红积分兑换，路易·威登店里刷了三万", []),
        ("保罗·史密斯围巾满减，雅诗•兰黛礼盒限量", []),
        ("客户乔治·阿玛尼门店消费三千元", []),
        ("买了一瓶安娜·苏，发票还没开", []),
        ("肯德基·必胜客联名卡怎么办理", []),
        ("我叫安娜，买了安娜·苏香水", ["安娜"]),
        ("沃伦·巴菲特说，别人恐惧时我贪婪", ["沃伦·巴菲特"]),
        ("史蒂夫·乔布斯讲过的话，乔布斯的书", ["史蒂夫·乔布斯", "乔布斯"]),
        ("彼得·林奇的选股方法，让·雅克·卢梭的书", ["彼得·林奇", "让·雅克·卢梭"]),
        ("卡尔・马克思在书里写道", ["卡尔・马克思"]),
        ("史蒂夫·王先生来电", ["史蒂夫·王"]),
        ("户名：安娜·苏，香水店店主", ["安娜·苏"]),
        ("张三·李四联名账户", ["张三", "李四"]),
        ("张伟·客户经理", ["张伟"]),
        ("·安娜·", ["安娜"]),
        ("埃隆·马斯克的公司，比尔·盖茨谈慈善", ["埃隆·马斯克", "比尔·盖茨"]),
        ("归入话术库·安抚一类", []),
        ("投保阳光·安康保", []),
        ("平安·福满分、稳健·安泰系列", []),
    ],
)
def test_a_joined_name_is_found_whole_and_a_brand_not_at_all(text: str, names: list[str]) -> None:
    assert [e.text for e in recognise(text, ["person"])] == names


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("寄到广东省深圳市南山区科技园南路18号，谢谢", ["广东省深圳市南山区科技园南路18号"]),
        ("通讯地址：湖北省武汉市洪山区珞喻路\n1037号", ["湖北省武汉市洪山区珞喻路\n1037号"]),
        ("我住幸福里小区6栋2单元301", ["幸福里小区6栋2单元301"]),
        ("北京市民反映上海市的银行乱收费", []),
        ("广州分行排队两小时，高新支行也一样", []),
    ],
)
def test_addresses(text: str, places: list[str]) -> None:
    assert [e.text for e in recognise(text, ["address"])] == places


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("我在江澜银行股份有限公司中山路支行开户", ["江澜银行股份有限公司中山路支行"]),
        ("委托合肥讯捷外包服务有限公司催收", ["合肥讯捷外包服务有限公司"]),
        ("如何更换绑定银行卡，银行怎么没给我打款", []),
        ("申请设立保险公司，应当向国务院银行业监督管理机构提交", []),
        ("手机银行、网上银行、其他银行都不行", []),
        ("你们公司欺骗消费者，本公司员工不得，物业公司不管", []),
    ],
)
def test_organisations(text: str, names: list[str]) -> None:
    assert [e.text for e in recognise(text, ["organisation"])] == names


def test_command_drops_unknown_keys_and_goes_on(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    lines = [{"id": "a", "text": "电话13812345678", "secret": "张三"}, {"id": "b"}, {"id": "c", "text": "好"}]
    source.write_bytes(b"\n".join(orjson.dumps(line) for line in lines))
    result = CliRunner().invoke(mask_command, ["--input", str(source), "--output", str(target)])
    out = [orjson.loads(line) for line in target.read_bytes().splitlines()]
    assert result.exit_code == 1
    assert out[0] == {
        "id": "a",
        "text": "电话138****5678",
        "entities": [{"kind": "mobile", "start": 2, "end": 13, "text": "13812345678", "valid": None}],
    }
    assert out[1]["error"]["line"] == 2
    assert out[2] == {"id": "c", "text": "好", "entities": []}


def test_command_refuses_an_unknown_kind() -> None:
    result = CliRunner().invoke(mask_command, ["--kinds", "phone"])
    assert result.exit_code == 2
    assert "可选" in result.output


def _evaluation() -> Any:
    path = Path(__file__).parents[2] / "evaluation" / "mask.py"
    spec = importlib.util.spec_from_file_location("evaluation_mask", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_vectors_are_met() -> None:
    result = _evaluation().evaluate()
    assert result["lines"] >= 300
    assert result["overall"]["f1"] >= 0.97
    assert result["exact"]["f1"] >= 0.93
    assert result["valid_flags"] == 1.0
    assert all(scores["recall"] >= 0.9 for scores in result["kinds"].values())


@pytest.mark.parametrize(
    "unit", [TEXT + "\n", "1 ", "1234567890-", "张", "a.", "中国银行", "地址：", "北京市朝阳区", "A1", "@a."]
)
def test_long_texts_take_time_in_proportion(unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        began = time.process_time()
        recognise(text, KINDS)
        return time.process_time() - began

    seconds(2_000)
    assert seconds(80_000) < 12 * seconds(20_000) + 0.5
