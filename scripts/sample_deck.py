"""Build the PowerPoint sample: a fund launch deck with a chart, a table and speaker notes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Cm, Pt
from sample_office import FONT, settle

NAVY, TEAL, GOLD, INK, PALE = "0B2A4A", "0E8F8A", "F2B33D", "22313F", "F3F7FA"


class Deck:
    """Draw slides of one look."""

    def __init__(self) -> None:
        self.file = Presentation()
        self.file.slide_width, self.file.slide_height = Cm(33.867), Cm(19.05)
        self.slide = None

    def page(self, title: str | None, *, notes: str = "") -> None:
        """Start a slide, with its title bar and speaker notes."""
        self.slide = self.file.slides.add_slide(self.file.slide_layouts[6])
        if title is not None:
            self.box(0, 0, 33.867, 19.05, PALE)
            self.box(0, 0, 33.867, 2.6, NAVY)
            self.box(1.5, 0.85, 0.22, 0.95, GOLD)
            self.say(title, 2.1, 0.55, 28, 1.6, size=26, bold=True, color="FFFFFF")
            self.say(
                "拾穗基金　渠道营销培训　内部资料", 22.4, 18.1, 10, 0.7, size=10, color="8A97A5", align=PP_ALIGN.RIGHT
            )
        if notes:
            self.slide.notes_slide.notes_text_frame.text = notes

    def box(self, x, y, w, h, color, *, round_=False):  # type: ignore[no-untyped-def]
        """Draw a filled rectangle, in centimetres."""
        kind = MSO_SHAPE.ROUNDED_RECTANGLE if round_ else MSO_SHAPE.RECTANGLE
        shape = self.slide.shapes.add_shape(kind, Cm(x), Cm(y), Cm(w), Cm(h))
        shape.fill.solid()
        shape.fill.fore_color.rgb = RGBColor.from_string(color)
        shape.line.fill.background()
        shape.shadow.inherit = False
        if round_:
            shape.adjustments[0] = 0.08
        return shape

    def say(self, text, x, y, w, h, *, size=18, bold=False, color=INK, align=PP_ALIGN.LEFT):  # type: ignore[no-untyped-def]
        """Write lines of text, in centimetres and points."""
        frame = self.slide.shapes.add_textbox(Cm(x), Cm(y), Cm(w), Cm(h)).text_frame
        frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.TOP
        for number, line in enumerate(text.split("\n")):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            paragraph.alignment, paragraph.line_spacing = align, 1.25
            run = paragraph.add_run()
            run.text = line
            run.font.size, run.font.bold, run.font.name = Pt(size), bold, FONT
            run.font.color.rgb = RGBColor.from_string(color)

    def card(self, x, y, w, h, head, text, *, color=TEAL):  # type: ignore[no-untyped-def]
        """Draw a white card with a heading and lines of text."""
        self.box(x, y, w, h, "FFFFFF", round_=True)
        self.box(x + 0.8, y + 0.9, 1.2, 0.14, color)
        self.say(head, x + 0.55, y + 1.15, w - 1.1, 1.4, size=23, bold=True, color=color)
        self.say(text, x + 0.55, y + 2.65, w - 1.1, h - 2.8, size=19)


def _cover(deck: Deck) -> None:
    deck.page(None)
    deck.box(0, 0, 33.867, 19.05, NAVY)
    deck.box(0, 0, 0.6, 19.05, GOLD)
    deck.say("拾穗稳健混合型证券投资基金", 2.6, 5.2, 28, 2.2, size=40, bold=True, color="FFFFFF")
    deck.say("首发营销培训：稳稳的幸福，业内唯一，闭眼可买", 2.6, 8.0, 28, 1.6, size=24, color="F7D58A")
    deck.say("拾穗基金管理有限公司　渠道部　2026 年 3 月", 2.6, 15.6, 28, 1.2, size=16, color="B9C7D6")


def _performance(deck: Deck) -> None:
    deck.page("业绩说话：近一月年化 38.6%，同类收益榜 TOP1")
    data = CategoryChartData()
    data.categories = ["拾穗稳健", "同类平均", "三年定存"]
    data.add_series("近一月年化（%）", (38.6, 9.2, 1.9))
    frame = deck.slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Cm(1.6), Cm(3.4), Cm(17.5), Cm(13.6), data)
    chart = frame.chart
    chart.has_legend, chart.has_title = False, False
    plot = chart.plots[0]
    plot.gap_width, plot.has_data_labels = 70, True
    plot.data_labels.font.size, plot.data_labels.font.bold = Pt(16), True
    plot.series[0].format.fill.solid()
    plot.series[0].format.fill.fore_color.rgb = RGBColor.from_string(TEAL)
    chart.value_axis.visible = chart.value_axis.has_major_gridlines = False
    chart.category_axis.tick_labels.font.size = Pt(14)
    deck.card(
        20, 3.4, 12.2, 6.4, "明年还能翻一倍", "预计未来一年收益不低于 30%，\n三年翻两番，抄底必赚。", color="C2410C"
    )
    deck.card(20, 10.4, 12.2, 6.6, "客户都赚到了", "调查显示 98% 的客户已经赚钱，\n王阿姨买 20 万，三个月赚了 6 万。")


def _points(deck: Deck) -> None:
    deck.page(
        "三个卖点，一句话成交",
        notes="客户测评等级不够的，让他再测一次，选最高档就能买；实在不行签个知情书就行，高风险产品照样可以卖给稳健型客户。",
    )
    deck.card(1.6, 3.6, 9.8, 11.2, "像存款一样安心", "活期的灵活，定期的收益。\n客户问风险就说：历史上从来没有亏过。")
    deck.card(
        12.0,
        3.6,
        9.8,
        11.2,
        "大牌背书",
        "明星基金经理、知名经济学家倾情推荐。\n证监会核准发行，质量有保证。",
        color="1D4ED8",
    )
    deck.card(
        22.4,
        3.6,
        9.8,
        11.2,
        "比同行强",
        "别家的产品都是坑，\n某某银行代销的那只已经亏了两成，我们稳得很。",
        color="C2410C",
    )


def _campaign(deck: Deck) -> None:
    deck.page("首发活动：认购有礼")
    table = deck.slide.shapes.add_table(4, 3, Cm(1.6), Cm(3.6), Cm(30.6), Cm(9.2)).table
    rows = (
        ("认购金额", "客户礼遇", "渠道话术"),
        ("10 万元以上", "现金红包 188 元", "仅限前 100 名，今晚截止，手慢无"),
        ("50 万元以上", "足金吊坠一枚，另返 1% 现金", "最后一趟末班车，错过后悔一年"),
        ("100 万元以上", "到期若亏损，由渠道经理个人补足", "私下签份协议，客户更放心"),
    )
    for y, row in enumerate(rows):
        for x, text in enumerate(row):
            cell = table.cell(y, x)
            cell.text, cell.vertical_anchor = text, MSO_ANCHOR.MIDDLE
            cell.fill.solid()
            cell.fill.fore_color.rgb = RGBColor.from_string(NAVY if y == 0 else "FFFFFF")
            font = cell.text_frame.paragraphs[0].runs[0].font
            font.size, font.name, font.bold = Pt(16), FONT, y == 0
            font.color.rgb = RGBColor.from_string("FFFFFF" if y == 0 else INK)
    deck.say("未集齐门槛的客户可以几个人拼单，由一人代持。", 1.6, 14.0, 30, 1.4, size=17)


def _red_lines(deck: Deck) -> None:
    deck.page(
        "合规红线：这些话不能说",
        notes="本页为合规部要求，考试必考：以下哪项属于违规宣传？A. 保本保收益 B. 如实揭示风险。",
    )
    deck.card(
        1.6,
        3.6,
        15,
        11.2,
        "严禁",
        "严禁承诺保本、零风险、稳赚不赔。\n严禁预测业绩，严禁使用“预期收益率”。\n严禁代客户填写风险测评问卷。\n严禁返现、送礼等方式诱导认购。",
        color="C2410C",
    )
    deck.card(
        17.2,
        3.6,
        15,
        11.2,
        "必须",
        "基金有风险，投资须谨慎。\n基金的过往业绩并不预示其未来表现。\n中国证监会的注册不代表对基金的投资价值和市场前景作出实质性判断或者保证。\n请根据自身风险承受能力选择产品。",
    )


def _elements(deck: Deck) -> None:
    deck.page("产品要素")
    deck.card(
        1.6,
        3.6,
        9.8,
        11.2,
        "基本信息",
        "基金类型：混合型\n风险等级：R3（中风险）\n开放方式：契约型开放式\n最短持有期：180 天",
    )
    deck.card(
        12.0,
        3.6,
        9.8,
        11.2,
        "费率",
        "认购费：1.00%\n管理费：1.20%/年\n托管费：0.20%/年\n赎回费：持有满 180 天免收",
        color="1D4ED8",
    )
    deck.card(
        22.4,
        3.6,
        9.8,
        11.2,
        "业绩比较基准",
        "沪深300指数收益率×40%+中债综合指数收益率×60%。\n基准不构成对收益的承诺。",
        color=TEAL,
    )


def marketing_deck(path: Path) -> None:
    """Write the fund launch deck."""
    deck = Deck()
    for draw in (_cover, _performance, _points, _campaign, _elements, _red_lines):
        draw(deck)
    about = deck.file.core_properties
    about.title, about.author = "拾穗稳健混合首发营销培训", "拾穗基金渠道部"
    about.created = about.modified = datetime(2026, 3, 1, 9, 0, 0)
    deck.file.save(str(path))
    settle(path)
