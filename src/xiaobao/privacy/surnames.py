"""Chinese family names, the compound ones, and the words that only look like a person's name."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

COMMON: Final = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛"
    "闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文施洪季殷倪翁樊童申颜宁柯章焦耿岳鲁聂欧辛管兰俞关左游梅裴甘骆包祝柴路阮霍齐葛安伍喻邢涂詹凌"
    "柳翟房费纪卞柏靳符冉解尚宫舒穆盛缪桑屈牛岑鲍卓蓝连温庄瞿鞠艾祁麦庞简阎华荆鄢牟苗娄隋窦桂池臧冼佟古楚卜车项褚凤晏谷单车应成戚巫蒲邬傅萧毕滕郎奚虞屠芦查雍闻栗尉米伊鄂邸"
)
"""Names frequent enough to count without the help of a label."""

RARE: Final = COMMON | frozenset(
    "卫尤昌酆廉皮元平湛禹狄明计伏谈茅祝麻强路危刁支昝裘干解宗宣贲郁杭诸荣荀羊於惠甄曲封芮羿储汲邴糜松井富乌巴弓牧隗山"
    "宓蓬全郗班仰秋仲宁仇栾暴钭厉戎祖束幸司韶郜蓟薄印宿怀邰索咸籍蔺蒙阴胥苍双莘党贡劳逄姬扶堵宰郦郤璩濮寿边扈燕冀"
    "郏浦农别充慕茹习宦鱼容慎戈庾暨居衡步满弘匡文寇广禄阙东殳沃利蔚夔隆师巩晁勾敖融冷訾阚那饶毋沙乜养丰巢蒯红竺权逯盖益桓靖花水"
    "花师束滑逯谯宦计封仇商席邝占仲阚雍郁丛国皮饶苟蔺慕权敖党丰时习祖水云党米丘冷原原明元尤由曲支初甄楼乐仝晁邸晋栾苑幸匡展班闵阴籍储巴卫强昝沙门别干平和麻苍宗柯栗封景占修代邰隆"
    "訾胥嵇贲惠郎农巩蓬印宿怀从鄂索咸赖蔚越夔隗郗厍弘居衡步都满国空那简红鹿墨哈谯笪年阳佴第五伯亢逄揭操矫撒全诸葛暴况后有琴海缑归钭通边扈燕冀浦习宦艾鱼容"
    "羊於荀益桓公仉督卿勾敬嘉漆呼祥佘赫亓矣厉邴"
)
"""Also names that are mostly other words: they count only behind a label or before a title."""

COMPOUND: Final = frozenset(
    map(
        "".join,
        zip(
            *[
                iter(
                    "欧阳司马上官诸葛东方皇甫尉迟公孙慕容司徒令狐夏侯端木独孤南宫长孙宇文轩辕呼延东郭西门申屠澹台闻人"
                    "濮阳淳于单于太史公冶万俟赫连钟离拓跋百里第五公羊宗政鲜于仲孙闾丘谷梁乐正梁丘左丘东门南门"
                )
            ]
            * 2,
            strict=True,
        ),
    )
)

NOT_NAMES: Final = frozenset(files(__package__).joinpath("not_names.txt").read_text(encoding="utf-8").split())
"""Words that begin with a family name and are no names; taggers and titles meet them again and again."""

VERB_LIKE: Final = frozenset("由向从有都和别从步居解养充查空后全时支干任计付单成应容易那农国广强包管加连通步经")
"""Family names that are mostly verbs and particles: without a strong label they count only with other signs."""

PARTICLES: Final = frozenset("的了吗呢吧啊是称说诉")
"""Characters that end no given name even where the run of characters ends."""

SURNAME_LIKE_ENDS: Final = frozenset(
    "的了是在与和及或于从向被把给对因为说称打来去到将已也都又就还要会能不没请问等处们所"
)
"""Characters that rarely end a given name and often begin what follows it."""
