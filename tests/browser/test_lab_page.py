"""A student's first minutes in a real browser: open, run all, read the boxes, open the README.

Run with `make test-browser`; it needs Chromium and its driver. Screenshots in both themes are kept in
the folder that pytest prints (`--basetemp` chooses another).
"""

import re
import shutil
import sys
import time

import pytest
from browser_parts import jupyter_lab, wait
from environments import lend_environment
from selenium.webdriver.common.by import By

from helpers.copies import Copies


@pytest.fixture(scope="module")
def root(pack, tmp_path_factory):
    """A student's course, in a folder of a name with spaces and umlauts."""
    root = tmp_path_factory.mktemp("course") / "mein größter Kurs"
    shutil.copytree(pack, root)
    lend_environment(root)
    return root


@pytest.fixture(scope="module")
def lab(root):
    """What `python start.py` opens."""
    with jupyter_lab(root, command=(sys.executable, "start.py")) as address:
        yield address


def run_command(browser, name, **arguments):
    """Start one of JupyterLab's commands; some never report their end, so what follows must wait."""
    browser.execute_script("jupyterapp.commands.execute(arguments[0], arguments[1])", name, arguments)
    time.sleep(2)


def document(browser):
    """The open notebook as JSON; the page itself holds only the cells in view."""
    return browser.execute_script("return JSON.stringify(jupyterapp.shell.currentWidget.content.model.toJSON())")


def show_cell(browser, start):
    """Scroll to the first cell whose source begins with ``start``."""
    browser.execute_script(
        "const page = jupyterapp.shell.currentWidget.content;"
        "const found = page.widgets.findIndex(cell => cell.model.sharedModel.source.startsWith(arguments[0]));"
        "page.activeCellIndex = found; page.scrollToItem(found, 'center')",
        start,
    )
    time.sleep(1)


def texts(browser, selector):
    return [element.text for element in browser.find_elements(By.CSS_SELECTOR, selector)]


def open_notebook(browser, address):
    if browser.execute_script("return window.jupyterapp !== undefined"):
        run_command(browser, "docmanager:save-all")  # else the browser asks whether to leave the page
    browser.get(address)
    wait(browser, lambda b: b.find_elements(By.CSS_SELECTOR, ".jp-Notebook .jp-Cell"))
    kernel = "return window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status"
    wait(browser, lambda b: b.execute_script(kernel) == "idle")


def test_run_all_on_an_unwritten_notebook(lab, browser, tmp_path):
    open_notebook(browser, lab)
    run_command(browser, "notebook:run-all-cells")
    wait(browser, lambda b: "joint_outputs: not written yet" in document(b))
    assert '"output_type":"error"' not in document(browser)
    assert '"name":"stderr"' not in document(browser)
    show_cell(browser, "plots.draw_unrolled")
    images = wait(browser, lambda b: b.find_elements(By.CSS_SELECTOR, ".jp-OutputArea img"))
    assert all(image.get_attribute("alt") for image in images)
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        run_command(browser, "apputils:change-theme", theme=theme)
        show_cell(browser, "check(")
        box = wait(browser, lambda b: b.find_elements(By.CSS_SELECTOR, ".jp-OutputArea [style*='border-left']"))[0]
        time.sleep(1)  # the theme's style sheet arrives after the command
        background, text = (box.value_of_css_property(name) for name in ("background-color", "color"))
        assert contrast(background, text) > 4.5, f"{theme}: {text} on {background}"
        browser.save_screenshot(str(tmp_path / f"{theme.split()[1]}.png"))


def contrast(one, other):
    """Contrast ratio of two CSS colours after WCAG 2; 4.5 is legible."""

    def luminance(colour):
        parts = [float(number) / 255 for number in re.findall(r"[\d.]+", colour)[:3]]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_readme_is_one_click_away(lab, browser):
    open_notebook(browser, f"{lab}/lab/tree/my_lessons/01_two_steps/01_two_steps.ipynb?reset")
    wait(browser, lambda b: b.find_elements(By.LINK_TEXT, "About the course"))[0].click()
    wait(browser, lambda b: any("When something goes wrong" in text for text in texts(b, ".jp-MarkdownViewer h2")))


def test_an_answer_is_saved_in_the_copy_and_a_newer_edition_keeps_it(lab, browser, root):
    """Written and saved in the page; then the course is updated and started again."""
    copies = Copies(root)
    before = copies.pristine("01_two_steps").read_bytes()
    open_notebook(browser, f"{lab}/lab/tree/my_lessons/01_two_steps/01_two_steps.ipynb?reset")
    browser.execute_script(
        "const page = jupyterapp.shell.currentWidget.content;"
        "page.widgets.find(cell => cell.model.sharedModel.source.startsWith('what_survives'))"
        ".model.sharedModel.setSource('what_survives = \"my own answer\"')"
    )
    run_command(browser, "docmanager:save")
    wait(browser, lambda b: b"my own answer" in copies.own("01_two_steps").read_bytes())
    assert copies.pristine("01_two_steps").read_bytes() == before, "the given lesson stays as it is"
    copies.pristine("01_two_steps").write_bytes(before.replace(b"Set up", b"Set everything up"))
    assert any("your answers are in it" in sentence for sentence in copies.prepare())
    run_command(browser, "docmanager:reload")
    open_notebook(browser, f"{lab}/lab/tree/my_lessons/01_two_steps/01_two_steps.ipynb?reset")
    assert "my own answer" in document(browser) and "Set everything up" in document(browser)


def test_students_see_no_machinery(lab, browser):
    open_notebook(browser, lab)
    wait(browser, lambda b: any("01_two_steps" in text for text in texts(b, ".jp-DirListing-itemText")))
    page = browser.find_element(By.TAG_NAME, "body").text
    assert "Formgrader" not in page and "Create Assignment" not in page and "Validate" not in page
    assert "nbgrader" not in [text.lower() for text in texts(browser, ".lm-MenuBar-itemLabel")]


def test_figures_stay_readable_on_a_narrow_page(lab, browser, tmp_path):
    """At 800 pixels a wide figure is moved sideways rather than made too small to read."""
    size = browser.get_window_size()
    browser.set_window_size(800, 900)
    try:
        open_notebook(browser, f"{lab}/lab/tree/my_lessons/01_two_steps/01_two_steps.ipynb?reset")
        run_command(browser, "notebook:run-all-cells")
        wait(browser, lambda b: "joint_outputs: not written yet" in document(b))
        show_cell(browser, "plots.plot_heat_maps")
        widths = "return [...document.querySelectorAll('.jp-OutputArea img')].map(i => [i.width, i.naturalWidth])"
        shown = wait(browser, lambda b: [pair for pair in b.execute_script(widths) if pair[1] > 1000])
        browser.save_screenshot(str(tmp_path / "narrow.png"))
        assert all(width >= 0.6 * natural for width, natural in shown)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= 800
    finally:
        browser.set_window_size(size["width"], size["height"])
