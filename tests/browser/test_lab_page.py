"""A student's first minutes in a real browser: open, run all, read the boxes, open the README.

Run with `make test-browser`; it needs Chromium and its driver. Screenshots in both themes are kept in
the folder that pytest prints (`--basetemp` chooses another).
"""

import re
import shutil
import time

import pytest
from browser_parts import jupyter_lab, wait
from selenium.webdriver.common.by import By

from helpers.grading.course import REPO


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab on a copy of the course, so that running cells changes nothing here."""
    root = tmp_path_factory.mktemp("course")
    for room in ("notebooks", "lab", "data", "helpers", "solutions"):
        shutil.copytree(REPO / room, root / room)
    for name in ("README.md", "nbgrader_config.py"):
        shutil.copy(REPO / name, root)
    with jupyter_lab(root, "--config=lab/jupyter_lab_config.py", PYTHONPATH=str(root)) as address:
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
    open_notebook(browser, f"{lab}/lab/tree/notebooks/01_two_steps/01_two_steps.ipynb?reset")
    wait(browser, lambda b: b.find_elements(By.LINK_TEXT, "About the course"))[0].click()
    wait(browser, lambda b: any("The lessons" in text for text in texts(b, ".jp-MarkdownViewer h2")))
