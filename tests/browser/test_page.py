"""The page of ``dbd-mobile serve`` in Chromium, as people use it."""

import base64
import json
import time

import pytest
from PIL import Image
from selenium.webdriver import ActionChains
from selenium.webdriver.common.actions import interaction
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.actions.pointer_input import PointerInput
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

from dbd_mobile import BlurDetector

BROUGHT = """
const [content, name, kind] = arguments;
const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
const transfer = new DataTransfer();
transfer.items.add(new File([bytes], name, { type: "image/png" }));
const event = kind === "drop"
  ? new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true })
  : new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true });
document.body.dispatchEvent(event);
"""
ALPHAS = """
const canvas = document.getElementById("map");
const { data, width, height } =
  canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
const middle = 4 * width * (height >> 1);
return [width, 3 * width].map((x) => Array.from(data.slice(middle + x, middle + x + 4)));
"""


class Page:
    """What people see of the page, and do with it."""

    def __init__(self, browser, link, size_wh=(1000, 800), *, is_phone=False):
        self.browser = browser
        self.resize(size_wh, is_phone=is_phone)
        # Another page before it, or only what follows the # would change.
        browser.get("about:blank")
        browser.get_log("browser")
        browser.get(link)

    def resize(self, size_wh, *, is_phone):
        metrics = {"width": size_wh[0], "height": size_wh[1], "deviceScaleFactor": 1}
        self.browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {**metrics, "mobile": is_phone}
        )

    def __getitem__(self, name):
        return self.browser.find_element(By.ID, name)

    def choose(self, path):
        self["file"].send_keys(str(path))

    def wait(self, is_so, *, seconds=60):
        until = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < until, (self["verdict"].text, self["error"].text)
            time.sleep(0.05)

    def wait_for_verdict(self, said):
        """Wait until the page says so, and give the sentence under it."""
        self.wait(lambda: said in self["word"].text and self["facts"].text)
        return self["reason"].text

    @property
    def box(self):
        return [
            int(self[side].get_attribute("value")) for side in ("left", "top", "right", "bottom")
        ]

    def at(self, x, y):
        """Where a pixel of the photo of 640x480 is on the screen."""
        rect = self["stage"].rect
        top = rect["y"] - self.browser.execute_script("return scrollY")
        return round(rect["x"] + x * rect["width"] / 640), round(top + y * rect["height"] / 480)

    def draw(self, start, end, kind):
        self.browser.execute_script("document.getElementById('stage').scrollIntoView()")
        actions = ActionBuilder(self.browser, mouse=PointerInput(kind, kind))
        pointer = actions.pointer_action
        pointer.move_to_location(*self.at(*start)).pointer_down()
        pointer.move_to_location(*self.at(*end)).pointer_up()
        actions.perform()


@pytest.fixture
def page(chromium, server):
    shown = Page(chromium, server.link)
    yield shown
    # Nothing was refused by the page's own policy, nothing failed unseen.
    assert [entry["message"] for entry in chromium.get_log("browser")] == []


def test_photo_that_is_chosen_is_judged_and_its_map_shown(page, photo):
    assert page["result"].get_attribute("hidden")
    page.choose(photo)
    reason = page.wait_for_verdict("The subject is sharp")
    with BlurDetector(threads=1) as detector:
        focus, blur_map = detector.judge(photo), detector.detect(photo)
    assert reason == focus.reason
    assert page["verdict"].get_attribute("data-verdict") == "sharp"
    facts = dict(zip(*[iter(page["facts"].text.splitlines())] * 2, strict=True))
    assert facts["Radius of blur"] == f"{focus.blur_radius_px:.1f} pixels"
    assert facts["Blurred share"] == f"{blur_map.blurred_fraction:.0%}".replace("%", " %")
    # The photo lies under the map at the same place, in its own shape.
    photo_rect, map_rect = page["photo"].rect, page["map"].rect
    assert photo_rect == map_rect
    assert photo_rect["width"] / photo_rect["height"] == pytest.approx(640 / 480, rel=0.01)
    assert page["subject"].is_displayed()
    assert not page["box"].is_displayed()


def test_map_is_red_or_white_where_blurred_and_as_strong_as_wished(page, photo):
    page.choose(photo)
    page.wait_for_verdict("The subject is sharp")
    sharp, blurred = page.browser.execute_script(ALPHAS)
    assert blurred[:3] == [255, 48, 0]
    assert blurred[3] > 200
    assert sharp[3] < 50
    Select(page["palette"]).select_by_value("gray")
    sharp, blurred = page.browser.execute_script(ALPHAS)
    assert min(blurred[:3]) > 200
    assert max(sharp[:3]) < 50
    assert sharp[3] == blurred[3] == 255
    page["opacity"].send_keys(Keys.HOME)
    assert page["map"].value_of_css_property("opacity") == "0"
    page["opacity"].send_keys(Keys.END)
    assert page["map"].value_of_css_property("opacity") == "1"


@pytest.mark.parametrize("kind", ["drop", "paste"])
def test_photo_may_be_dropped_and_pasted(page, photo, kind):
    content = base64.b64encode(photo.read_bytes()).decode()
    page.browser.execute_script(BROUGHT, content, "brought.png", kind)
    page.wait_for_verdict("The subject is sharp")
    assert page["download"].get_attribute("download") == "brought.focus.json"


@pytest.mark.parametrize("kind", [interaction.POINTER_MOUSE, interaction.POINTER_TOUCH])
def test_box_is_drawn_with_mouse_and_finger_and_judged(page, photo, kind):
    page.choose(photo)
    page.wait_for_verdict("The subject is sharp")
    page.draw((600, 400), (400, 100), kind)
    reason = page.wait_for_verdict("The box is blurred")
    assert page.box == pytest.approx([400, 100, 600, 400], abs=3)
    assert not page["subject"].is_displayed()
    with BlurDetector(threads=1) as detector:
        assert reason == detector.judge(photo, page.box).reason
    # A tap is no box.
    before = page.box
    page.draw((100, 100), (100, 100), kind)
    assert page.box == before
    page.draw((40, 40), (240, 240), kind)
    page.wait_for_verdict("The box is sharp")


def test_box_is_moved_and_resized_with_the_keyboard_alone(page, photo):
    page.choose(photo)
    page.wait_for_verdict("The subject is sharp")
    reached = page.browser.switch_to.active_element
    for _ in range(10):
        ActionChains(page.browser).send_keys(Keys.TAB).perform()
        reached = page.browser.switch_to.active_element
        if reached.get_attribute("id") == "stage":
            break
    assert "no box is drawn" in reached.accessible_name
    reached.send_keys(Keys.ARROW_RIGHT)
    assert page.box == [160, 120, 480, 360]
    reached.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_DOWN)
    assert page.box == [176, 136, 496, 376]
    reached.send_keys(Keys.SHIFT, Keys.ARROW_LEFT, Keys.ARROW_LEFT, Keys.ARROW_UP, Keys.SHIFT)
    assert page.box == [176, 136, 464, 360]
    assert reached.accessible_name.endswith("the box is 176, 136, 464, 360")
    reached.send_keys(Keys.ARROW_RIGHT * 30)
    assert page.box == [352, 136, 640, 360]
    page.wait_for_verdict("The box is blurred")
    reached.send_keys(Keys.DELETE)
    page.wait_for_verdict("The subject is sharp")
    assert page["left"].get_attribute("value") == ""


def test_box_is_typed_and_taken_away(page, photo):
    page.choose(photo)
    page.wait_for_verdict("The subject is sharp")
    for side, value in (("left", 400), ("top", 50), ("right", 9000), ("bottom", 300)):
        page[side].send_keys(str(value))
    page["bottom"].send_keys(Keys.ENTER)
    page.wait_for_verdict("The box is blurred")
    assert page.box == [400, 50, 640, 300]
    page["clear"].click()
    page.wait_for_verdict("The subject is sharp")
    assert not page["clear"].is_enabled()


def test_strictness_is_asked_for_and_the_verdict_can_be_downloaded(page, photo, tmp_path):
    page.choose(photo)
    page.wait_for_verdict("The subject is sharp")
    Select(page["strictness"]).select_by_value("web")
    page.wait(lambda: "at 1920 pixels" in page["reason"].text)
    download = page["download"]
    assert download.get_attribute("download") == "my photo.focus.json"
    folder = {"behavior": "allow", "downloadPath": str(tmp_path)}
    page.browser.execute_cdp_cmd("Browser.setDownloadBehavior", folder)
    download.click()
    file = tmp_path / "my photo.focus.json"
    page.wait(file.exists)
    answer = json.loads(file.read_text("utf-8"))
    assert (answer["photo"], answer["strictness"]["name"]) == ("my photo.png", "web")


def test_what_is_wrong_is_said_and_the_next_photo_is_taken(chromium, server, photo, tmp_path):
    page = Page(chromium, server.link)
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no photo")
    page.choose(broken)
    page.wait(lambda: "The file is not a photo of a kind that is read" in page["error"].text)
    assert page["error"].get_attribute("role") == "alert"
    assert not page["result"].is_displayed()
    page.choose(photo)
    page.wait_for_verdict("The subject is sharp")
    assert page["error"].text == ""
    chromium.get_log("browser")


def test_photo_that_the_browser_cannot_show_has_its_map_shown(chromium, server, photo, tmp_path):
    page = Page(chromium, server.link)
    tiff = tmp_path / "photo.tif"
    Image.open(photo).save(tiff)
    page.choose(tiff)
    page.wait_for_verdict("The subject is sharp")
    assert not page["photo"].is_displayed()
    assert page["map"].value_of_css_property("opacity") == "1"
    assert page["palette"].get_attribute("value") == "gray"
    chromium.get_log("browser")


def test_narrow_phone_shows_all_of_it_without_scrolling_sideways(chromium, server, photo):
    page = Page(chromium, server.link, (320, 568), is_phone=True)
    page.choose(photo)
    page.wait_for_verdict("The subject is sharp")
    width = chromium.execute_script("return document.documentElement.scrollWidth")
    assert width == 320
    for control in chromium.find_elements(By.CSS_SELECTOR, "input, select, button, a, #stage"):
        rect = control.rect
        assert rect["x"] >= 0
        assert rect["x"] + rect["width"] <= 320
        # A finger finds it.
        assert rect["height"] >= 40
    # There is room beside the photo to scroll by.
    assert page["stage"].rect["height"] <= 0.75 * 568
    page.draw((400, 100), (600, 400), interaction.POINTER_TOUCH)
    page.wait_for_verdict("The box is blurred")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_have_contrast_in_light_and_dark(page, photo, scheme):
    feature = {"name": "prefers-color-scheme", "value": scheme}
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    try:
        page.choose(photo)
        page.wait_for_verdict("The subject is sharp")
        dark = luminance(page.browser.find_element(By.TAG_NAME, "body"), "background-color") < 0.2
        assert dark == (scheme == "dark")
        for verdict in ("sharp", "soft", "blurred", "undecidable"):
            page.browser.execute_script(
                "document.getElementById('verdict').dataset.verdict = arguments[0]", verdict
            )
            ground = luminance(page["verdict"], "background-color")
            for text in ("word", "reason"):
                assert contrast(luminance(page[text], "color"), ground) >= 4.5
    finally:
        page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def luminance(element, name):
    """WCAG's relative luminance of a colour of an element."""
    numbers = element.value_of_css_property(name).split("(")[1].strip(")").split(",")[:3]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (float(number) / 255 for number in numbers)
    ]
    return sum(share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    low, high = sorted((one, other))
    return (high + 0.05) / (low + 0.05)


def test_everything_has_a_name_for_who_does_not_see_it(page, photo):
    page.choose(photo)
    page.wait_for_verdict("The subject is sharp")
    for control in page.browser.find_elements(By.CSS_SELECTOR, "input, select, button, a, #stage"):
        assert control.accessible_name, control.get_attribute("id")
    assert page["verdict"].get_attribute("role") == "status"


def test_link_with_a_token_opens_and_hides_it(chromium, start_serving, photo):
    server = start_serving("--threads", 1, "--token", "a-token+with/letters=")
    bare, _, _ = server.link.partition("#")
    page = Page(chromium, bare)
    page.choose(photo)
    page.wait(lambda: "This server needs its token" in page["error"].text)
    page = Page(chromium, server.link)
    assert chromium.current_url == bare
    page.choose(photo)
    page.wait_for_verdict("The subject is sharp")
    chromium.refresh()
    page.choose(photo)
    page.wait_for_verdict("The subject is sharp")
    chromium.get_log("browser")


def test_server_that_has_ended_is_said(chromium, start_serving, photo):
    server = start_serving("--threads", 1)
    page = Page(chromium, server.link)
    server.process.terminate()
    server.process.wait(30)
    page.choose(photo)
    page.wait(lambda: "is dbd-mobile serve still running?" in page["error"].text)
    chromium.get_log("browser")
