"""A poster from upload to archive by the people of a bank, each in a browser of their own; pictures for the manual.

XIAOBAO_PICTURES=docs/user keeps the pictures taken on the way.
"""

from __future__ import annotations

import io

import pytest
from journeys import PATIENCE, ROOT, VENDOR, Journey, journal_may_be_flushed, journey
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import FilePayload, Page, expect

__all__ = ["journal_may_be_flushed", "journey"]
POSTER = ROOT / "samples/wealth-poster.png"
FIXED = "本行稳享系列理财产品。理财非存款，产品有风险，投资须谨慎。业绩比较基准不代表实际收益。"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not VENDOR.is_dir(), reason="浏览器资源还没有取得：make assets"),
]


def confirmed(page: Page, button: str) -> None:
    """Press a button that asks whether one is sure, and say yes."""
    page.click(button)
    page.click("dialog[open] [data-confirm-ok]")


def state(page: Page, words: str) -> None:
    """Wait until the page shows a state."""
    expect(page.locator("main").first).to_contain_text(words, timeout=PATIENCE)


def decided(page: Page, *, dismiss_first: str = "") -> int:
    """Decide every open finding at the desk by keys: accept all, perhaps dismiss the first; return how many."""
    cards = page.locator(".finding[data-decision=open]")
    count = cards.count()
    for number in range(count):
        if dismiss_first and number == 0:
            page.keyboard.press("d")
            expect(page.locator(".finding[aria-current] .dismiss textarea")).to_be_focused()
            page.keyboard.type(dismiss_first)
            page.keyboard.press("Enter")
        else:
            page.keyboard.press("a")
        expect(cards).to_have_count(count - number - 1, timeout=PATIENCE)
        expect(page.locator(".is-sending")).to_have_count(0, timeout=PATIENCE)
    return count


def sent(journey: Journey) -> str:
    """Upload the poster, assess, have it signed and submit it; return the address of the review."""
    page = journey.at("submitter", "/")
    journey.picture(page, "desk-first-day")
    page = journey.at("submitter", "/reviews/new/")
    page.set_input_files("#file", str(POSTER))
    page.fill("[name=title]", "稳享理财网点海报")
    journey.picture(page, "send")
    page.click("form.sending button[type=submit]")
    page.wait_for_url("**/edit/")
    expect(page.locator("#materials")).to_contain_text("已读完", timeout=PATIENCE)
    assert page.locator(".found").count() > 3, "the machine found too little in the poster"
    journey.picture(page, "draft")
    return handed_on(journey, page)


def handed_on(journey: Journey, page: Page) -> str:
    """Say where it will be placed, assess with evidence, have it signed, submit; return the address of the review."""
    expect(page.locator("#channels")).to_contain_text("还没有选择投放渠道")
    page.check("#channels input[value=网点]")
    page.click("#step-details button[type=submit]")
    expect(page.locator("#channels")).not_to_contain_text("还没有选择", timeout=PATIENCE)
    for choice in page.locator("#step-assessment input[type=radio][value=yes]").all():
        choice.check()
    page.locator("#q-source .evidence summary").click()
    evidence = FilePayload(name="数据来源.txt", mimeType="text/plain", buffer="统计公报".encode())
    page.set_input_files("#q-source input[type=file]", files=[evidence])
    page.click("#step-assessment button[value=finish]")
    page.wait_for_url("**/reviews/*/")
    address = page.url.removeprefix(journey.url)
    state(page, "待部门签批")
    head = journey.at("sender_head", address)
    head.click("button[value=sign]")
    state(head, "待提交")
    page = journey.at("submitter", address)
    page.click("button[value=submit]")
    state(page, "初审中")
    return address


def reviewed(journey: Journey, address: str) -> None:
    """Take the review, decide every finding at the desk, finish; a second person agrees, the opinion is out."""
    page = journey.at("reviewer", "/reviews/?view=waiting")
    expect(page.locator("tbody")).to_contain_text("稳享理财网点海报")
    journey.picture(page, "reviews")
    page = journey.at("reviewer", address)
    page.click("button[value=take]")
    page = journey.at("reviewer", f"{address}desk/")
    expect(page.locator(".box-group").first).to_be_visible(timeout=PATIENCE)
    journey.picture(page, "reading-desk")
    assert decided(page, dismiss_first="页脚已有显著提示") > 3
    page.click("[data-finish]")
    page.check("#finish input[value=change]")
    journey.picture(page, "finish")
    page.click("#finish form .btn-primary")
    page.wait_for_url(f"**{address}")
    state(page, "复核中")
    second = journey.at("second_reviewer", address)
    second.click("button[value=agree]")
    state(second, "待答复意见")
    journey.picture(second, "case")
    link = second.locator("a[href*='/document/']").first.get_attribute("href")
    word = second.request.get(journey.url + str(link))
    assert word.ok
    assert word.body()[:2] == b"PK"


def answered(journey: Journey, address: str) -> None:
    """Put in a new version, refuse one point, adopt the others; the executive lets the refusal stand."""
    page = journey.at("submitter", f"{address}answers/")
    page.locator("form[action*='/materials/'] summary").first.click()
    page.locator("form[action*='/materials/'] textarea[name=text]").first.fill(FIXED)
    page.locator("form[action*='/materials/'] input[name=note]").first.fill("按意见改写")
    page.locator("form[action*='/materials/'] button[type=submit]").first.click()
    expect(page.locator("#materials")).to_contain_text("第 2 版", timeout=PATIENCE)
    expect(page.locator("#materials")).to_contain_text("已读完", timeout=PATIENCE)
    journey.picture(page, "answers")
    forms = page.locator("details[open] form[data-keep^=point-]")
    total = forms.count()
    assert total > 2
    for number in range(total):
        form = forms.first
        form.locator(f"input[name=adopted][value='{0 if number == 0 else 1}']").check()
        if number:
            form.locator("select[name=version]").select_option(index=1)
        form.locator("textarea[name=text]").fill("该表述有备案依据，申请保留" if number == 0 else "已按要求修改")
        form.locator("button[type=submit]").click()
        expect(page.locator("details[open] form[data-keep^=point-]")).to_have_count(
            total - number - 1, timeout=PATIENCE
        )
    page.click("button[value=hand_in_answers]")
    state(page, "待行领导审批")
    other = journey.at("line_executive", f"{address}refusals/")
    assert other.locator("button[name=approve]").count() == 0, "the executive over the sending line may not decide"
    page = journey.at("executive", f"{address}refusals/")
    journey.picture(page, "refusals")
    page.fill("textarea[name=note]", "依据充分，同意保留")
    confirmed(page, "button[name=approve][value='1']")
    state(page, "待确认答复")


def concluded(journey: Journey, address: str) -> None:
    """Decide what is new in the new version, accept the answers, conclude."""
    page = journey.at("reviewer", f"{address}desk/")
    while page.locator(".finding[data-decision=open]").count():
        page.keyboard.press("d")
        page.keyboard.type("改写后已合规")
        page.keyboard.press("Enter")
        expect(page.locator(".is-sending")).to_have_count(0, timeout=PATIENCE)
        page.wait_for_timeout(300)
    page = journey.at("reviewer", f"{address}confirm/")
    expect(page.locator("main")).to_contain_text("介质与审查时不同")
    journey.picture(page, "confirm")
    page.fill("form:has([value=medium]) [name=reason]", "定稿图已当面核对，版面未变")
    page.click("button[value=medium]")
    expect(page.locator("main")).to_contain_text("已确认：定稿图已当面核对", timeout=PATIENCE)
    while count := page.locator("button[name=accept][value='1']").count():
        page.locator("button[name=accept][value='1']").first.click()
        expect(page.locator("button[name=accept][value='1']")).to_have_count(count - 1, timeout=PATIENCE)
    page.click("button[value=conclude]")
    state(page, "待落实核验")


def archived(journey: Journey, address: str) -> None:
    """Compare what was launched, give evidence for every point, archive; the dossier is there in both forms."""
    page = journey.at("reviewer", f"{address}verify/")
    page.fill("[name=place]", "城东支行大堂")
    page.locator("form:has([name=place]) summary").click()
    page.locator("form:has([name=place]) textarea[name=text]").fill(FIXED)
    page.click("button[name=action][value=start]")
    expect(page.locator("main")).to_contain_text("与批准版本一致", timeout=PATIENCE)
    for box in page.locator("input[name^=followed-]").all():
        box.check()
    for field in page.locator("input[name^=evidence-]").all():
        field.fill("上线照片已核对")
    journey.picture(page, "verify")
    page.click("button[name=accepted][value='1']")
    page = journey.at("reviewer", address)
    page.click("button[value=archive]")
    state(page, "已归档")
    journey.picture(page, "archived")
    page = journey.at("reviewer", f"{address}dossier/")
    journey.picture(page, "dossier")
    names = page.locator("table a").all_inner_texts()
    assert {name.rsplit(".", 1)[-1].lower() for name in names} >= {"pdf", "zip"}, names
    for link in page.locator("table a").all():
        answer = page.request.get(journey.url + str(link.get_attribute("href")))
        assert answer.ok


def test_a_poster_from_upload_to_archive(journey: Journey) -> None:
    from xiaobao_web.kernel import journal

    address = sent(journey)
    reviewed(journey, address)
    answered(journey, address)
    concluded(journey, address)
    archived(journey, address)
    page = journey.at("submitter", "/search/?q=稳享理财网点海报")
    expect(page.locator("main")).to_contain_text("稳享理财网点海报")
    journey.picture(page, "search")
    journey.well()
    assert journal.verify().sound


def test_a_comment_that_went_through_is_not_offered_again(journey: Journey) -> None:
    from xiaobao_web.reviews import services

    review = services.create(by=journey.bank["submitter"], title="网点海报", subject="marketing")
    page = journey.at("submitter", f"/reviews/{review.pk}/")
    page.locator("#comments textarea[name=body]:visible").first.press_sequentially("请看第二版")
    page.wait_for_timeout(600)  # typed text is kept after 0.4 s
    page.locator("#comments form:has(textarea:visible) button[type=submit]").first.click()
    expect(page.locator("#comments")).to_contain_text("请看第二版")
    assert page.locator(".draft-note").count() == 0
    page.reload(wait_until="networkidle")
    assert page.locator(".draft-note").count() == 0
    journey.well()


def scan_of(image: Image.Image) -> bytes:
    """Return a PDF that holds a picture and no text, as a scanner makes it."""
    out = io.BytesIO()
    image.convert("RGB").save(out, "PDF", resolution=150)
    return out.getvalue()


def written(words: str) -> Image.Image:
    """Return a page with words printed on it."""
    page = Image.new("RGB", (1000, 700), "white")
    pen = ImageDraw.Draw(page)
    font = ImageFont.truetype(str(next((VENDOR / "fonts").glob("*.ttf"))), 40)
    for number, line in enumerate(words.split("。")):
        pen.text((60, 80 + 90 * number), line, fill="black", font=font)
    return page


def pdf(name: str, data: bytes) -> FilePayload:
    """Return a PDF as a chosen file."""
    return FilePayload(name=name, mimeType="application/pdf", buffer=data)


def answered_at_once(journey: Journey, address: str, fixed: bytes) -> None:
    """Refuse the first point, adopt all others with one scanned version; the executive lets the refusal stand."""
    page = journey.at("submitter", f"{address}answers/")
    form = page.locator("details[open] form[data-keep^=point-]").first
    form.locator("input[name=adopted][value='0']").check()
    form.locator("textarea[name=text]").fill("该表述有备案依据，申请保留")
    form.locator("button[type=submit]").click()
    expect(page.locator(".points-bar")).to_contain_text("1/", timeout=PATIENCE)
    page.keyboard.press("Shift+A")
    page.set_input_files("#adopt-all input[type=file]", files=[pdf("修改稿.pdf", fixed)])
    journey.picture(page, "answers-all")
    confirmed(page, "#adopt-all button[value=adopt_all]")
    state(page, "已全部答复")
    expect(page.locator("#materials")).to_contain_text("第 2 版", timeout=PATIENCE)
    expect(page.locator("#materials")).to_contain_text("已读完", timeout=PATIENCE)
    page.click("button[value=hand_in_answers]")
    state(page, "待行领导审批")
    page = journey.at("executive", f"{address}refusals/")
    page.fill("textarea[name=note]", "依据充分，同意保留")
    confirmed(page, "button[name=approve][value='1']")
    state(page, "待确认答复")


def test_a_scanned_pdf_from_upload_to_archive(journey: Journey) -> None:
    with Image.open(POSTER) as poster:
        scan = scan_of(poster)
    page = journey.at("submitter", "/reviews/new/")
    page.set_input_files("#file", files=[pdf("扫描件.pdf", scan)])
    page.fill("[name=title]", "稳享理财扫描折页")
    page.click("form.sending button[type=submit]")
    page.wait_for_url("**/edit/")
    expect(page.locator("#materials")).to_contain_text("已读完", timeout=PATIENCE)
    address = handed_on(journey, page)
    page = journey.at("reviewer", address)
    page.click("button[value=take]")
    page = journey.at("reviewer", f"{address}desk/")
    expect(page.locator(".box-group").first).to_be_visible(timeout=PATIENCE)
    assert page.locator(".box-group").count() > 3, "words in the scan have no boxes"
    page.keyboard.press("Shift+A")
    page.click("dialog[open] [data-confirm-ok]")
    expect(page.locator(".finding[data-decision=open]")).to_have_count(0, timeout=PATIENCE)
    page.click("[data-finish]")
    page.check("#finish input[value=change]")
    page.click("#finish form .btn-primary")
    page.wait_for_url(f"**{address}")
    state(page, "复核中")
    second = journey.at("second_reviewer", address)
    second.click("button[value=agree]")
    state(second, "待答复意见")
    fixed = scan_of(written(FIXED))
    answered_at_once(journey, address, fixed)
    page = journey.at("reviewer", f"{address}confirm/")
    page.keyboard.press("Shift+A")
    page.click("dialog[open] [data-confirm-ok]")
    expect(page.locator("button[value=accept_rest]")).to_have_count(0, timeout=PATIENCE)
    expect(page.locator("main")).not_to_contain_text("介质与审查时不同")
    page = journey.at("reviewer", f"{address}desk/")
    while page.locator(".finding[data-decision=open]").count():
        page.keyboard.press("d")
        page.keyboard.type("改写后已合规")
        page.keyboard.press("Enter")
        expect(page.locator(".is-sending")).to_have_count(0, timeout=PATIENCE)
        page.wait_for_timeout(300)
    page = journey.at("reviewer", f"{address}confirm/")
    page.click("button[value=conclude]")
    state(page, "待落实核验")
    page = journey.at("reviewer", f"{address}verify/")
    page.fill("[name=place]", "城东支行大堂")
    page.set_input_files("form:has([name=place]) input[type=file]", files=[pdf("上线.pdf", fixed)])
    page.click("button[name=action][value=start]")
    expect(page.locator("main")).to_contain_text("与批准版本一致", timeout=PATIENCE)
    for box in page.locator("input[name^=followed-]").all():
        box.check()
    for field in page.locator("input[name^=evidence-]").all():
        field.fill("上线照片已核对")
    page.click("button[name=accepted][value='1']")
    page = journey.at("reviewer", address)
    page.click("button[value=archive]")
    state(page, "已归档")
    journey.well()
