"""Names of companies, banks, schools, hospitals, firms: a proper part before a suffix that says what it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xiaobao.privacy.entities import Entity, recogniser
from xiaobao.privacy.regions import REGIONS
from xiaobao.privacy.source import Source

_SUFFIX = re.compile(
    r"(?:股份有限公司|有限责任公司|集团有限公司|有限公司|集团公司|集团|分公司|公司|信用卡中心|消费金融|农村商业银行|农商行|村镇银行|银行|信用社|律师事务所|会计师事务所|事务所"
    r"|人民医院|医院|卫生院|诊所|大学|学院|中学|小学|幼儿园|合作社|机械厂|工厂|厂|研究院|研究所|设计院|门诊部|养老院|超市|酒店)"
)
_BRANCH = re.compile(
    r"(?:股份)?有限(?:责任)?公司|[一-龥A-Za-z0-9]{0,8}?(?:支行|分行|营业部|营业厅|分理处|信用卡中心|分公司|营业所)|(?:附属)?(?:第[一二三四五六七八九十])?(?:附属)?(?:医院|中学|小学)"
)
_NAME = re.compile(r"[一-龥A-Za-z0-9()·&]{1,24}$")
_STOP = re.compile(
    r".*(?:[的了在是到去向被给由与和及从对叫找让跟把按经以即但而或如若因又就都我你您他她们这那某每各任何哪用不会请问往办月]|您好|你好|好(?!利来|孩子|未来)|前(?!海)|至(?!诚|臻)|一[个家张名]|写着|带至|反映|名下|挂失|下班|天下|委托|就职于|供职于|任职于|单位|名称|抬头|收款方?|付款方?|户名|企业|公司名|开户行?"
    r"|收到|来自|起诉|投诉|举报|联系|要求|通过|位于|关于|贵|该|本|银行卡|称|有|住|致|发票|客户|用户|申请|办理|购买|欠|还|打|说|去年|今年|前往|凭|代理人|等)"
)
_KEEP = re.compile(r"(?:和|本|有|经|在|与|向|以|如|还|各|打|等)(?=[一-龥])")
_GENERIC = re.compile(
    r"^(?:总|母|子|分|大|小|新|老|原|两家|一家|三家|多家|几家|家|个|外包|电力|燃气|自来水|水务|公交|地铁|发函|实验|孩子|XX|外地|催收|贷款|小额贷款|小贷|担保|保险|财险|寿险|人寿|物业|信托|证券|基金|金融|网贷|第三方|合作|委外|融资|资产管理|资管|商业|股份制|股份|国有"
    r"|地方|民营|外资|投资|农商|村镇|网上|手机|电子|开户|发卡|收单|贷款人|人民|中心|三甲|公立|私立|专科|综合|附近|当地|本地|上市|科技|互联网|网络|支付|快递|物流|汽车|租赁|装修|中介|开发|建筑|旅游|航空|电信|通信|运营"
    r"|消费金融|消金|汽车金融|融资担保|养老|健康|关联|空壳|皮包|正规|理财|评估|律师|拍卖|教育|培训|政策性|中央|中国人民|全国性|五星级|连锁|大型|医科|有限|责任|集团|老年|重点|普通|[一二三四五六七八九十])+$"
)
_NO_BANK = re.compile("(?:手机|网上|电话|掌上|移动|个人|私人|投资|开户|发卡|中央|商业|正规|其他|别的|收单)$")
_NOT_BRANCH = re.compile(r"[的了在是到去把被让我你他不说]")


@recogniser("organisation")
def find(source: Source) -> Iterator[Entity]:
    """Yield names of organisations with a proper part; bare kinds of organisation and authorities are left."""
    text, done = source.folded, 0
    for match in _SUFFIX.finditer(text):
        if match.start() < done:
            continue
        start = _start(text, max(done, match.start() - 24), match.start())
        proper = text[start : match.start()]
        if (
            len(proper) < 2
            or set(proper) <= set("Xx某×*")
            or _GENERIC.match(proper)
            or (proper in REGIONS and match[0] in ("公司", "银行", "厂", "集团"))
        ):
            continue
        end = _end(text, match)
        if match[0] == "银行" and _NO_BANK.search(proper):
            continue
        if match[0] in ("厂", "超市", "酒店") and len(proper) < 4:
            continue
        done = end
        yield Entity("organisation", start, end, source.text[start:end], None, 0.7, f"以“{match[0]}”结尾的单位名称")


def _start(text: str, low: int, end: int) -> int:
    """Return where the name before a suffix begins: after the last word that belongs to no name."""
    run = _NAME.search(text[low:end])
    if run is None:
        return end
    part = run[0]
    if part.startswith(")") or (")" in part and "(" not in part):
        part = part[part.rindex(")") + 1 :]
    stop = _STOP.match(part)
    cut = stop.end() if stop else 0
    name = re.sub(r"^[0-9]+(?:年|月|日|号)+|^[0-9]+(?![A-Za-z])", "", part[cut:])
    for region in (r for length in (3, 2) for r in _regions_in(part[:cut] + name, length)):
        at = part.rfind(region)
        if at >= 0 and at >= cut:
            return end - len(part) + at if at - cut > 0 and at - cut <= 6 else end - len(name)
    return end - len(name.removeprefix("行"))


def _regions_in(part: str, length: int) -> list[str]:
    return [part[i : i + length] for i in range(len(part) - length + 1) if part[i : i + length] in REGIONS]


def _end(text: str, match: re.Match[str]) -> int:
    """Return where the name ends: after its branch, where one follows directly."""
    end = match.end()
    while (branch := _BRANCH.match(text, end)) and not _NOT_BRANCH.search(branch[0]):
        end = branch.end()
    return end
