"""Risk flags: what the customer threatens, is or suffers; collectors' words, negated and borrowed ones are left."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from xiaobao.intake import ages, danger
from xiaobao.intake.alarms import Alarm
from xiaobao.intake.found import Found
from xiaobao.intake.narrative import Narrative
from xiaobao.intake.ticket import RISK_FLAGS

Place = tuple[int, int]

_NOT = re.compile(r"(?:不想|不会|不敢|没有?|不是|未|别|不要|不愿|并非|不打算|无意)[^,，。!！?？;；\n]{0,6}$")
_REGULATOR = re.compile(
    r"12378|12363|银?保?金?监(?:局|会|总局|分局|管局|管部门|管机构|管总局)|银保监|金融监管"
    r"|国家金融监督管理|监管(?:局|部门|投诉|那边|机构|单位)|人民银行|中国人民银行|人行|央行|金融办"
    r"|金管局|人民银行征信中心"
)
_COMPLAIN = re.compile(
    r"投诉|举报|反映|告|打|找|拨|捅|上报|申诉|向|到|去|走|写信|来信|信访|提交|等着|见|电话|反馈|登记|发给|寄给|抄送"
    r"|递交|回执|异议|问过|说过|管不管|受理|材料"
)
_NOT_REGULATOR = re.compile(
    r"^.{0,4}(?:征信|规定|要求|政策|文件|批准|通知|明确|禁止|利率|LPR|牌照|备案|办法|令|查询|报告"
    r"|指导)(?!中心)"
)
_SUE = re.compile(
    r"起诉|打官司|诉讼(?!权利|时效)|走法律|法律途径|法律程序|法律手段|法律武器|诉诸法律|上法庭|法庭见|法院(?:见|告"
    r"|起诉|去|立案)|告上法|去法院|到法院|告到法院|找律师|请律师|委托律师|仲裁|追究.{0,6}法律责任|起诉状|走司法"
    r"|司法途径|诉至法院|法院起诉|要告(?:你|他)们|告你们|我(?:就|要|去|会|一定|非|只好)?告(?!诉|知|别|一段)"
)
_MEDIA = re.compile(
    r"(?:找|联系|请|叫|告诉|打给|发给|约)[^,，。]{0,6}(?:记者|媒体|电视台|报社|电台)|曝光|上热搜"
    r"|(?:发|挂|传|放|捅)(?:到|上|布|在)?[^,，。]{0,4}(?:抖音|小红书|微博|网上|快手|朋友圈|黑猫|视频号"
    r"|头条|b站|B站|知乎)|记者.{0,6}(?:联系|采访|朋友)|(?:抖音|小红书|微博|快手)(?:上)?(?:发|曝|说|见"
    r"|等着|挂|直播)|媒体见|拍(?:视频|成视频)发|(?:省|市|电视)?台(?:的)?(?:帮忙|栏目|记者)|帮忙栏目|新闻单位"
    r"|新闻媒体|自媒体|联系(?:了)?[^,，。]{0,4}媒体|都市报|晚报|民生栏目|发(?:到)?网上|网上曝|热线栏目"
)
_PETITION = re.compile(
    r"上访|信访局|拉横幅|打横幅|横幅|静坐|聚集|堵(?:你们?|银行|支行|门口|大门)|围(?:堵|了你|住你"
    r"|你们)|集体(?:去|到|上)|(?:一起|带人|喊人|叫人|组织|全村|一村|大家|喊起"
    r"|带着?)[^。!！]{0,14}(?:去|到|上|找)[^。!！]{0,10}(?:政府|门口|银行|支行|行里|总行|监管|市里"
    r"|县里|省里|北京|大厅)|举牌|一同到行|一起到行|到(?:贵行|你行|银行|总行)[^,，。]{0,6}(?:集合|聚|静坐|讨说法)"
    r"|(?:一道|一起|集中|一块儿?|大家|[户家人])[^,，。]{0,8}(?:到|去|上)[^,，。]{0,2}(?:市里|县里|省里|总行|分行"
    r"|支行)[^,，。]{0,4}(?:讲|反映|讨|等|说)"
    r"|(?:到|去|上)(?:你们|贵行|你行|分行|支行|总行|公司|营业厅)[^,，。]{0,5}门口[^,，。]{0,3}(?:坐|等|站|睡|讨|蹲|跪)"
    r"|去你们(?:总行|行里|门口)[^,，。]{0,6}(?:坐|站|等|讨)|抬到|睡在?(?:你们|大厅|门口)|坐在?(?:你们|大厅"
    r"|门口)不走|去(?:市|县"
    r"|区|省)政府"
)
_GROUP = re.compile(
    r"(?:[几数]?[十百千]几?|几|多|好多|很多|许多|上百|数百|成百|两百|三百|一百|\d{1,4}"
    r"|[一二三四五六七八九]?十[几多来]?)(?:多|几|余|来)?(?:个|名|位|户|家)?(?:储户|业主|投资人|投资者"
    r"|受害者|受害人|商户|家长|同事|村民|客户|人|老人|用户|邻居|老乡|车主|持卡人|学员|住户"
    r"|老百姓|购房人|持有人|持卡人|家长|摊主|店主|邻居|同事|亲戚|业户|农户|人家|参保人)[^,，。]{0,8}(?:都|一起|一同"
    r"|联名|集体|联合|的(?:钱|存款|遭遇)|被|受|遇|在|推举|推我|委托|同到|来访|签|交了|跟我|也是|反映)"
    r"|(?:共|一共|共计|共有|我们(?:是|有|这)?[^,，。]{0,12})(?:十[几多余]"
    r"|[二三四五六七八九]?十[一二三四五六七八九几多余]?|[一二两三四五六七八九]百[^,，。]{0,4}|[7-9]|\d{2,4}"
    r"|[七八九])(?:多|余)?(?:户|家|人|名|位)(?!工|民币|次|月|年|岁)"
    r"|(?:七|八|九|十[几多来]?|[一二三四五六七八九]?十[一二三四五六七八九几多余]|\d{2,3}|[7-9])(?:多|余)?(?:户|名"
    r"|位)(?:的)?(?:业主|购房|储户|农户|村民|商户|持卡|客户|家长|老人|投资|受害|都|人家|,|，|。|\s)"
    r"|好几个人也|还有(?:好几|[五六七八九十]|十几|几十|\d+)个人(?:也|跟我|都)|推(?:举)?我(?:来|出面|执笔|做代表)"
    r"|建了(?:个)?群"
    r"|我们[^,，。]{0,6}(?:十几|几十|多|\d{2,}|上百|[一二三四五六七八九]十)[^,，。]{0,3}(?:个|名|位|户"
    r"|家|人)|维权群|受害者群|联名(?!卡|信用|借记|的?[一-龥]{0,3}卡)|集体(?:投诉|维权|诉讼)|群里[^,，。]{0,6}(?:都"
    r"|几十|上百|\d{2,})"
    r"|不止我一个|一大批|同一批[^,，。]{0,6}[户人]|(?:[七八九]|十[一二三四五六七八九几多]?"
    r"|[二三四五六七八九]十[一二三四五六七八九几余多]*|\d{2,3})[多余]?(?:个|户|名|位)?(?:人|老人|同学|工友|农户"
    r"|养殖户)(?:都|明天|拟|一道|一样)|涉及[^,，。]{0,6}(?:多人|几十人|上百|众多|多名|\d{2,}[人户名])|全(?:村"
    r"|小区)(?![^,，。]{0,2}(?:知道|晓得|看|传|笑))"
)
_CRIME = re.compile(
    r"(?<!反)(?<!防)诈骗(?!分子冒用)|骗子|被骗|骗走|骗了(?:我|[\d一二两三四五六七八九十几])|骗取|盗刷|被盗|盗取|盗用"
    r"|偷(?:走|了我|刷|转|用我)|冒用|冒名|假冒"
    r"|伪造|假章|假公章|假传票|假文件|私刻|代签|挪用|侵占|卷款|跑路了|携款|套路贷|洗钱|泼油漆|复制卡"
    r"|克隆卡|远程控制|屏幕共享|冒充(?:[一-龥]{2,4}局|公检法|法院|公安|警察|客服|银行|律师)|飞单|倒卖|赌资|好处费"
    r"|吃回扣|私(?:下|自)(?:收取?|要)(?:了)?|(?:签名|签字|手印)[^,，。]{0,4}不是(?:我|他|她|本人)"
    r"|(?:信息|资料|号码|电话|数据)[^,，。]{0,8}卖给(?:了)?(?:别人|中介|第三方|骗子|贷款)|泄露(?:给|我)|被转走"
    r"|被人转|被划走|不翼而飞"
    r"|非法(?:集资|吸收|放贷|拘禁|获取)|萝卜章|章是假|假的章|盖的假|没有这(?:个|款)(?:产品|项目|保单)|人(?:也"
    r"|都)?找不到了|监守自盗|私自以我|内鬼|偷拍|敲诈|勒索|P(?:图|了)|AB贷|ab贷"
)
_POLICE = re.compile(r"报警|报案|派出所|公安|警察|民警|经侦|立案")
_AGAIN = re.compile(
    r"(?:之前|上次|以前|前面|前期|曾|曾经|已经?|先前|此前|前几天|上周|上个?月|年初|上回|头次|早就"
    r"|昨天|前天|号|日|月)[^。!！]{0,16}(?:投诉过|反映过|投诉了|反映了|讲过|说过一次|打过.{0,6}(?:电话"
    r"|客服)投诉|投诉[^,，。]{0,6}(?:没|无|不)|提交过投诉|来投诉|已投诉|申诉过|举报过)"
    r"|第[二三四五六七八九2-9]次(?:投诉|反映|打|来|致电|要求|写|转办|申请|提|寄)|首次转办|前(?:[两几三四]"
    r"|后[两几三四])(?:封|次|遍|回)"
    r"|(?:寄信?|反映|投诉|交涉|申诉|致电|重开|去函|写信)(?:过|了)?(?:[两三四五六七八九几]|[2-9])(?:次|遍|封)"
    r"|(?:[两三四五六七八九几]|[2-9])次(?:寄信|写信|反映|投诉|致电|去函|来函)|石沉大海|上次也(?:说|讲|是)"
    r"|再次(?:投诉|反映|来电|致电|来信)"
    r"|又(?:来)?投诉|多次(?:投诉|反映|致电|沟通|打电话|联系)|投诉(?:了|过)?(?:[两三四五六七八九几多好]"
    r"|\d+)[几]?(?:次|遍|回)|(?:两|三|四|五|好几|几|多)次投诉|首次投诉|重复投诉|工单[^,，。]{0,8}(?:关"
    r"|结|没|无)|投诉[^,，。]{0,8}(?:石沉大海|没下文|没结果|无果|没人理|没人管)|跟.{0,6}投诉过"
    r"|投诉过(?:你们|一次|两次|好几次|多次|客服)?|又来了|第[二三四五六七八九]次(?:来函|写信|致函|发邮件|找你们|问)"
    r"|写第[二三四五六]遍|第[二三四五六七八九]个(?:专员|客服|坐席|工单)"
    r"|(?:再|又)次(?:来函|写信|提交|申诉|举报)|(?:答复|回函|回复)[^,，。]{0,12}(?:不满意|不认可|不服|不接受)"
    r"|原(?:投诉|工单)|前次(?:投诉|答复)|上(?:一)?次(?:投诉|工单|答复|回复)"
    r"|(?:月|号|日|周)[^,，。]{0,8}(?:就)?投诉了|投诉(?:编号|单号|工单)|已(?:经)?(?:结案|关单"
    r"|办结)[^,，。]{0,12}(?:但|可|没|又|还)"
)
_EARLIER = re.compile(
    r"(?:打|找|问|说|讲|联系|沟通|催|跑|去|来|反映|交涉|申诉|协商)(?:了|过)(?:你们|客服|银行|支行"
    r"|柜台|电话|网点)?[^,，。]{0,4}(?:[两三四五六七八九几多好]|好几|无数|\d+)(?:次|遍|趟|回|个电话|通)"
    r"|(?:之前|前几天|上次|上个?月|上周|早就|曾经?|已经?)[^,，。!！?？\n]{0,14}(?:打|找|问|讲|联系"
    r"|沟通|反映|咨询|申诉|交涉)过|(?:之前|上次)[^,，。]{0,8}(?:答应|承诺|说好)[^。]{0,16}(?:没|还是"
    r"|又|结果)"
    r"|(?:客服|你们|银行|平台|支行)(?:说|答应|承诺|让我)[^。!！?？\n]{0,20}(?:至今|到现在|还是|仍|也)(?:没|无|不)"
    r"|(?:一直|至今|到现在|迟迟)(?:都|也|还)?(?:没有?|无|未|不)(?:人|给|见"
    r"|得到)?(?:我)?(?:任何)?(?:回复|答复|处理|联系|解决|结果|回音|说法|反馈)"
)
_AGENT = re.compile(
    r"只与(?:本人|我)?(?:的)?代理人|(?:与|联系)(?:我的|本人)?代理人(?:联系|沟通|对接)?|代理人(?:电话"
    r"|联系|全权|微信)|全权(?:委托|代理|处理|负责)|委托.{0,8}(?:公司|机构|法务|团队)(?:处理|代|全权)"
    r"|法务(?:部|团队|公司|老师)|债务(?:优化|重组|规划)|征信修复|反催收|停息挂账(?:公司|团队)|代理投诉"
    r"|不要(?:直接)?联系本人|勿联系本人|书面函件|投诉模板|法务老师|【?范本】?|消费者权益代理人|只能与其联系"
    r"|不得联系(?:持卡人|本人|借款人)|统一格式(?:的)?委托书|受[^,，。]{0,8}委托[^,，。]{0,12}(?:停息|分期|协商|减免)"
)
_TEMPLATE = re.compile(
    r"根据《[^》]{4,40}》第|依据《|违反了?《?[^,，。]{4,24}(?:条例|办法|法》?|规定)第|郑重(?:要求"
    r"|声明|函告)|贵行应当?|特此(?:函告|投诉|申诉)|要求贵(?:行|司|公司).{0,20}(?:日内|工作日)"
    r"|保留.{0,10}权利|申诉函|法律意见|依法(?:要求|申请|维权)"
)
_DISABLED = re.compile(
    r"残疾|残障|盲人|视障|失明|看不见|听障|听力|聋哑?人?|哑巴|轮椅|肢体残|智障|智力障碍|低视力|手语"
    r"|截肢|瘫痪|偏瘫|瘫了|自闭症|唐氏|植皮|精神[一二三四]级|残联|残废|看不见字|导盲|轮椅|渐冻|脑瘫"
)
_UNSEEN = re.compile(
    r"(?:保单|余额|app|页面|界面|记录|数据|明细|条款|按钮|入口|扣款|利率|账单|额度|信息|系统|钱|全|都)[^,，。]{0,6}$"
)
"""What before 看不见 makes it a thing that is not shown."""
_OLD = re.compile(
    r"老太太?|老太婆|老婆婆|老头子?|老爷子|老人家?|老年人|老奶奶|奶奶|爷爷|外婆|外公|姥姥|姥爷|老汉"
    r"|老大爷|老伯|大爷|养老金|养老钱|棺材本|高龄|年迈|[六七八九]旬|古稀|耄耋|老伴|(?:年纪|岁数)大了"
    r"|退休金|大字不识"
)
_NOT_OLD = re.compile(r"^(?:版|模式|大学|卡|公寓|服务|机|餐|年金|保险|理财|目标|产品|账户)")
_OTHERS_ELDER = re.compile(r"(?:有|撞|碰|见|旁边)(?:了|到)?[一个位]*$")
"""What before 老太太 makes her somebody met on the way."""
_GONE = re.compile(r"[^,，。]{0,4}(?:走了|去世|过世|不在了|没了|灵堂|遗物|遗像|抚恤|已故|头七|忌日|坟)")
"""What behind 爷爷 tells that he is dead."""
_MINOR = re.compile(
    r"未成年|小学生|初中生|中学生|高中生|还在(?:上|读)(?:小学|初中|高中)|(?:上|读)(?:小学|初中|高中)"
    r"|[一二三四五六]年级|幼儿园(?!老师|教师|园长|阿姨)|(?<!月)(?<!大年)(?<!过年)初[一二三](?!个|月|次|级)|高[一二三](?!个|月|次)|小学"
    r"|孩子[^,，。]{0,6}(?:压岁钱"
    r"|户口本)"
)
_YOUNG_VICTIM = re.compile(
    r"用我|充|打赏|游戏|借|贷|骗|班级|同学|学校|不敢上学|身份证|推广|办卡|刷|孩子的?(?:钱|压岁|信息"
    r"|照片)|给孩子买|吓|压岁|办(?:个)?卡|开(?:个)?户|一个人在家|监护人|扫脸|直播|皮肤"
)

_ALARMED = {"life": "自伤自杀", "theft": "涉嫌违法犯罪线索"}
"""The flag that each kind of alarm tells; treatment held up has none."""


def find(narrative: Narrative, *, cause: str | None, alarm: Alarm | None = None) -> Found[tuple[str, ...]] | None:
    """Return the flags of a case in the order of the closed set; None where there are none.

    A case of stolen money or fraud is a lead to a crime by its cause alone, a raised alarm tells its own flag.
    """
    places: dict[str, tuple[Place, ...]] = {}
    for flag in RISK_FLAGS:
        met = tuple(_FINDERS[flag](narrative))
        if met:
            places[flag] = met[:3]
    if narrative.channel == "regulator_transfer":
        places.setdefault("监管投诉", ())
    if alarm is not None and alarm.is_raised and alarm.kind in _ALARMED:
        places.setdefault(_ALARMED[alarm.kind], (alarm.place,))
    if cause == "资金被盗/欺诈":
        places.setdefault("涉嫌违法犯罪线索", ())
    if not places:
        return None
    flags = tuple(flag for flag in RISK_FLAGS if flag in places)
    return Found(flags, tuple(p for flag in flags for p in places[flag]), 0.8)


def _own(narrative: Narrative, pattern: re.Pattern[str], *, barred: re.Pattern[str] | None = None) -> Iterator[Place]:
    """Yield the places the customer's side says a thing, not negated, nor told of others where `barred` is given."""
    text = narrative.own
    for match in pattern.finditer(text):
        before = text[max(0, match.start() - 14) : match.start()]
        if _NOT.search(before) or (barred is not None and barred.search(before)):
            continue
        yield match.span()


_BORROWED = re.compile(
    r"(?:客服|经理|柜员|主任|行长|工作人员|坐席|业务员|催收员?|专员|对方|他们?|她)[^。!！?？“”\"「」]{0,14}(?:说|称|回|怼|骂|讲|喊|叫)[^。“”\"「」]{0,6}"
    r"[“\"「](?P<words>[^”\"」]*)"
)
"""What the other side said, quoted: nobody threatens with it."""
_DARED = re.compile(r"(?:你(?:尽管|爱|有本事)?去|随便?你|有本事)[^,，。!！?？;；]{0,4}$")
"""By what the other side dares a customer to do something."""
_WILL_NOT = re.compile(
    r"(?<!再)(?:不想|不会|不打算|不愿|没想|没打算|无意|不至于|不是(?:要|想))[^,，。!！?？;；就]{0,8}$"
)


def _threats(narrative: Narrative, places: Iterator[Place]) -> Iterator[Place]:
    """Yield the places that are the customer's own words, not what somebody said to them."""
    text = narrative.own
    borrowed = [found.span("words") for found in _BORROWED.finditer(text)]
    for start, end in places:
        if any(first <= start and end <= last for first, last in borrowed) or _DARED.search(text, 0, start):
            continue
        yield start, end


def _regulator(narrative: Narrative) -> Iterator[Place]:
    text = narrative.own
    for match in _REGULATOR.finditer(text):
        if _NOT_REGULATOR.match(text[match.end() : match.end() + 10]):
            continue
        clause = re.split(r"[,，。!！?？;；\n]", text[max(0, match.start() - 24) : match.start()])[-1]
        after = re.split(r"[,，。!！?？;；\n]", text[match.end() : match.end() + 16])[0]
        theirs = re.search(r"催收|催债|对方|骗子|自称|冒充|威胁|他(?:们)?说|说再不还|说(?:要|我)", clause) or re.match(
            r"[^,，。]{0,4}(?:告我|抓我|查我)", after
        )
        if theirs or _WILL_NOT.search(clause) or not _COMPLAIN.search(clause + match[0] + after):
            continue
        yield match.span()


def _sue(narrative: Narrative) -> Iterator[Place]:
    for start, end in _own(narrative, _SUE):
        clause = re.split(r"[,，。!！?？;；\n]", narrative.own[max(0, start - 20) : start])[-1]
        after = narrative.own[end : end + 4]
        mine = re.search(r"我(?:们|方|会|要|将|也|就|只|必|准备|打算|保留|已|一定|直接|再)", clause)
        theirs = re.search(
            r"催收|对方|他们?|她|银行(?:要|说|会)|律所|律师函|冒充|发.{0,6}函|威胁|恐吓|吓唬|说(?:要|再)"
            r"|你们(?:要|说|还)|被|短信|平台",
            clause,
        )
        if (theirs and not mine) or re.match(r"我|离婚|过|[^,，。]{0,3}(?:传票|状)", after):
            continue
        yield start, end


_SUSPECTED = re.compile(r"(?:疑似|涉嫌|怀疑我?|以为我?|当成?|说我|告我|是不是|像个?|防|反)[^,，。]{0,3}$")
"""What before a crime makes it a suspicion against the customer, or a figure of speech."""


def _crime(narrative: Narrative) -> Iterator[Place]:
    yield from _own(narrative, _CRIME, barred=_SUSPECTED)
    yield from _own(
        narrative,
        _POLICE,
        barred=re.compile(r"(?:去|要|到|让我|开|等|自行|被)[^,，。]{0,4}$|(?:说|自称|冒充)[^,，。]{0,6}$"),
    )


def _old(narrative: Narrative) -> Iterator[Place]:
    text = narrative.own
    for place, age in ages.told(narrative):
        if age >= 60:
            yield place
    for match in ages.BORN.finditer(text):
        if ages.years_old(match, narrative.received) >= 60:
            yield match.span()
    for match in ages.BORN_IN.finditer(text):
        if narrative.received.year - int(match["year"] or match["after"]) > 60:
            yield match.span()
    for match in _OLD.finditer(text):
        after = text[match.end() : match.end() + 3]
        before = text[max(0, match.start() - 4) : match.start()]
        if _OTHERS_ELDER.search(before) or _GONE.match(text, match.end()):
            continue
        if not _NOT_OLD.match(after) and not (match[0] in ("老人", "老年人") and re.match("都会|也会|家属", after)):
            yield match.span()


def _minor(narrative: Narrative) -> Iterator[Place]:
    told = _YOUNG_VICTIM.search(narrative.own) is not None
    for place, age in ages.told(narrative):
        if age < 18 and told:
            yield place
    for match in ages.BORN.finditer(narrative.own):
        if ages.years_old(match, narrative.received) < 18:
            yield match.span()
    if told:
        yield from _own(narrative, _MINOR)


def _again(narrative: Narrative) -> Iterator[Place]:
    yield from _own(narrative, _AGAIN)
    for start, end in _own(narrative, _EARLIER):
        if not re.search(r"(?:催收|对方|骗子|他们)[^,，。]{0,8}$", narrative.own[max(0, start - 10) : start]):
            yield start, end


def _proxy(narrative: Narrative) -> Iterator[Place]:
    agents = list(_own(narrative, _AGENT))
    template = list(_own(narrative, _TEMPLATE))
    if agents or len(template) >= 3:
        yield from (*agents, *template)


def _simple(
    pattern: re.Pattern[str], *, barred: re.Pattern[str] | None = None
) -> Callable[[Narrative], Iterator[Place]]:
    return lambda narrative: _own(narrative, pattern, barred=barred)


_THEIRS = re.compile(r"(?:催收|他们?|对方|平台|威胁)[^,，。]{0,10}$")
_FINDERS: dict[str, Callable[[Narrative], Iterator[Place]]] = {
    "扬言上访/聚集": _simple(_PETITION, barred=re.compile(r"(?:催收|他们?|对方)[^,，。]{0,8}$")),
    "媒体曝光": lambda narrative: _threats(narrative, _own(narrative, _MEDIA, barred=_THEIRS)),
    "监管投诉": lambda narrative: _threats(narrative, _regulator(narrative)),
    "诉讼": lambda narrative: _threats(narrative, _sue(narrative)),
    "自伤自杀": lambda narrative: danger.suicidal(narrative.own),
    "老年人": _old,
    "残障": _simple(_DISABLED, barred=_UNSEEN),
    "未成年人": _minor,
    "群体性": _simple(_GROUP),
    "涉嫌违法犯罪线索": _crime,
    "重复投诉": _again,
    "疑似黑产代理投诉": _proxy,
}
