"""How evaders rewrite single characters: sounds alike, looks alike, taken apart, signs for words.

Curated from what spam and lending advertisements do. Whether a rewritten word is itself an ordinary word is decided
in `xiaobao.text.variants`, not here.
"""

from __future__ import annotations

_SOUNDS = """
    保宝葆堡褓煲 本苯笨奔 贷袋黛岱代戴 息熄希西夕析 利力莉俐丽立 赚撰转专 赔陪培 稳吻紊 钱浅潜 微薇威维溦
    信芯心鑫 加佳伽嘉 银吟寅 刚钢岗冈 兑对队 付负富 收手 益意亿义 返反犯 现线显 佣拥雍 炒吵抄 股谷骨古
    票漂飘 基鸡机 金斤今巾 债寨 花华 借介界 逾鱼 期欺齐 征争正睁 套淘 退腿蜕 代袋呆 理里李礼 维威唯 权全拳
    黑嘿 户沪互护 卡咔 洗喜 白百 裸落 校笑 高糕 低抵 刷唰 单丹 投头 资姿滋 私司丝 募幕慕 免勉 零玲灵
    无毋吴 风疯枫 险显 百佰 财才材裁 券劝 赌堵 博搏伯 码马玛 额鹅俄 度渡 费废 秒妙渺 批披 办伴 押压鸭
    盘磐 荐见建 购够 红虹鸿 彩菜采 群裙 联连 系细 电店 话画 客克 服福 注住 骗片 诈炸 催崔 讨套 黄皇
    币必毕 挖哇 矿况
"""

_LOOKS = """
    己已巳 口囗 日曰 士土 人入 千干 微徽 券卷 荐茬 贷货 险俭 拔拨 折析 免兔 冶治 兑兊 债侦 刷涮 赚嫌
    息恴媳 本木夲 保俣褓 收攸 款歀 信诣 钱线 佣俑 股骰 逾逧 稳隐 赔赂 套夽 币巾 汇沪 账贴 购构 财贩
    抵诋 押呷
"""

_PARTS = """
    贷:代贝,弋贝 钱:钅戋,金戋 息:自心 借:亻昔,人昔 利:禾刂,禾刀 保:亻呆,人呆 信:亻言,人言 好:女子
    银:钅艮,金艮 付:亻寸,人寸 债:亻责,人责 赚:贝兼 稳:禾急 股:月殳 现:王见 权:木又 期:其月 炒:火少
    加:力口 佣:亻用,人用 代:亻弋,人弋 理:王里 维:纟隹 征:彳正 赔:贝咅 刚:冈刂,冈刀 投:扌殳 码:石马
    转:车专 账:贝长 购:贝勾 财:贝才 红:纟工 彩:采彡 赌:贝者 洗:氵先,水先 黑:里灬 杠:木工 杆:木干
    低:亻氐,人氐 抵:扌氐 押:扌甲 校:木交 裸:衤果 职:耳只 额:客页 提:扌是 收:丩攵 款:士示欠 费:弗贝
    资:次贝 返:反辶 逾:俞辶 险:阝佥 补:衤卜 税:禾兑 刷:尸巾刂 套:大镸 群:君羊 联:耳关 话:讠舌
    诈:讠乍 骗:马扁 催:亻崔,人崔 讨:讠寸 招:扌召 拆:扌斥 批:扌比 秒:禾少 放:方攵 办:力八 扣:扌口
    推:扌隹 荐:艹存 花:艹化 证:讠正 户:丶尸 兼:䒑兼 肥:月巴 挖:扌穵 矿:石广
"""

_SIGNS = """
    加微信:加v,加vx,加wx,加薇,加徽,加威,加维信,加v信,加微x
    微信:vx,wx,v信,w信,微x,薇信,徽信,威芯,微❤,卫星号,绿泡泡 支付宝:zfb,支f宝,支付b
    扣扣:qq,q扣,叩叩,企鹅号 qq:扣扣,叩叩,q扣,球球号 人民币:rmb,软妹币
    信用卡:xyk,信y卡,信用咔 贷款:dk,贷kuan,d款,贷k 现金:xj,现j 花呗:花贝,花坝,hb呗
    借呗:借贝,jie呗 银行:银h,yin行,yh行 套现:t现,套x,tao现 电话:☎话,电📞,dian话,电h
    征信:征x,z信 逾期:逾q,y期 刷单:s单,刷d 钱:💰,¥ 零:0 一:1 二:2 三:3 四:4 五:5
    六:6 七:7 八:8 九:9 百分百:100%,百分之百,百分之一百 百分之百:100%,百分百
    第一:no.1,no1,top1,第1
"""

_REAL_WORDS = """
    专业 乾转 争信 人口 今银 介入 代付 代办 代换 代收 代款 代理 低押 余期 保显 保木 借前 免戏 全力
    全益 利力 利意 力本 反现 司人 头寸 头资 威信 宝息 宝收 宝本金 宝理 家信 家微 家金 对付 对现 带款
    带理 往贷 待付 待款 微心 微新 心款 心贷 户主 手付 手机 手款 手益 手续 护卡 收意 放宽 新信 新用
    新用卡 方款 无显 木息 木金 机构 机金 正信 渔期 稳转 立即 立息 立本 立率 线下 线金 西部 见证 货款
    贷代 贷前 转款 转账 转钱 还宽 逾七 里财 里里 限金 首付
"""


def _listed(table: str) -> dict[str, tuple[str, ...]]:
    pairs = (entry.split(":") for entry in table.split())
    return {key: tuple(values.split(",")) for key, values in pairs}


HOMOPHONES = {entry[0]: entry[1:] for entry in _SOUNDS.split()}
"""Character → characters that sound like it."""

LOOKALIKES = {entry[0]: entry[1:] for entry in _LOOKS.split()}
"""Character → characters that look like it."""

SPLITS = _listed(_PARTS)
"""Character → the ways it is written as its parts."""

SIGNS = _listed(_SIGNS)
"""Word → letters, digits and signs that stand for it."""

REAL_WORDS = frozenset(_REAL_WORDS.split())
"""Words that a rewriting would hit by chance and the segmenter's dictionary may lack."""
