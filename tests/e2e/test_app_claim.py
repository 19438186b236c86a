"""Reporting a contribution in the app: photos by the file chooser, a failed upload, a draft without network."""

from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.e2e.phone import Phone
from tests.pictures import jpeg

FORM = "pages/claim-form/claim-form"


def pictures(directory: Path, count: int) -> list[Path]:
    """Write different photos, as a phone would have them."""
    paths = [directory / f"photo-{number}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_bytes(jpeg(seed=7000 + number))
    return paths


def add_photos(page: Page, paths: list[Path]) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_text("添加照片").click()
    chooser.value.set_files([str(path) for path in paths])


def fill_in(phone: Phone, title: str) -> None:
    phone.page.get_by_text("申报项目").first.click()
    phone.page.locator(".option").filter(has_text="联系服务师生群众").click()
    phone.tap("选好了")
    phone.page.locator("[data-testid=title] input").fill(title)
    phone.page.locator("[data-testid=description] textarea").fill("在幸福社区解答个人所得税问题，服务 3 小时。")


def test_a_contribution_with_photos_is_reported_and_waits_for_review(phone: Phone, tmp_path: Path) -> None:
    phone.sign_in("张敏")
    phone.open(FORM)
    fill_in(phone, "财税进社区志愿服务")
    failed_once: list[str] = []

    def fail_once(route: Route) -> None:
        if failed_once:
            route.continue_()
        else:
            failed_once.append(route.request.url)
            route.abort()

    phone.page.route("**/photos", fail_once)
    add_photos(phone.page, pictures(tmp_path, 2))
    expect(phone.page.get_by_text("有 1 张照片没传上")).to_be_visible()
    phone.tap("提交申报")
    expect(phone.page.get_by_text("有照片没传上，请重试或删去")).to_be_visible()
    phone.page.get_by_text("点此重试").click()
    expect(phone.page.locator(".veil")).to_have_count(0)
    phone.tap("提交申报")
    claim = phone.page.locator(".row").filter(has_text="财税进社区志愿服务")
    expect(claim).to_contain_text("待审核")
    phone.forgive_failed_requests()


def test_without_a_network_the_draft_stays_and_counts_once(phone: Phone) -> None:
    phone.sign_in("王芳")
    phone.open(FORM)
    fill_in(phone, "社区防火宣传")
    phone.page.route("**/claims", lambda route: route.abort())
    phone.tap("提交申报")
    expect(phone.page.get_by_text("没有连上网络，内容已存在手机里，联网后自动提交").first).to_be_visible()
    phone.page.unroute("**/claims")
    phone.page.reload()
    expect(phone.page.locator("[data-testid=title] input")).to_have_value("社区防火宣传")
    phone.tap("提交申报")
    expect(phone.page.locator(".row").filter(has_text="社区防火宣传")).to_have_count(1)
    phone.forgive_failed_requests()


def test_what_is_missing_is_said_below_it(phone: Phone) -> None:
    phone.sign_in("张敏")
    phone.open(FORM)
    phone.tap("提交申报")
    expect(phone.page.get_by_role("alert").first).to_have_text("请选择申报项目")
    expect(phone.page.get_by_role("alert").nth(1)).to_have_text("请写一个名称")
