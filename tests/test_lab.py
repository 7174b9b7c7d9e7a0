"""JupyterLab starts headless from the course's configuration and serves what students open."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import websocket
from environments import lend_environment

from helpers.grading.course import REPO
from helpers.grading.kernels import provisioners as kernels

BIN = Path(sys.executable).parent
TOKEN = "test-token"


@contextlib.contextmanager
def served(command, root, log):
    """JupyterLab, started by ``command`` in ``root``: its address, its log, its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--no-browser", f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"]
    with log.open("w") as output:
        server = subprocess.Popen([*command, *options], cwd=root, stdout=output, stderr=output, start_new_session=True)
        try:
            yield f"http://127.0.0.1:{port}", log, server
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(20)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """What instructors open."""
    command = [str(BIN / "jupyter"), "lab", "--config=lab/instructor_lab_config.py"]
    with served(command, REPO, tmp_path_factory.mktemp("lab") / "log") as started:
        yield started


@pytest.fixture(scope="module")
def student(pack, tmp_path_factory):
    """What students open: start.py of a pack, in a folder with spaces and umlauts."""
    root = tmp_path_factory.mktemp("zu Hause") / "größer"
    shutil.copytree(pack, root)
    lend_environment(root)
    with served([sys.executable, "start.py", "02"], root, tmp_path_factory.mktemp("lab") / "log") as started:
        yield started


def get(lab, path, data=None):
    base, log, server = lab
    deadline = time.monotonic() + 60
    while True:
        headers = {"Authorization": f"token {TOKEN}"}
        request = urllib.request.Request(base + path, data and json.dumps(data).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as reply:
                return reply.read().decode()
        except (urllib.error.URLError, ConnectionError):
            if server.poll() is not None or time.monotonic() > deadline:
                pytest.fail(log.read_text()[-3000:])
            time.sleep(0.3)


def test_the_printed_address_opens_the_lesson_that_was_asked_for(student):
    get(student, "/api/status")
    place = r"/lab/tree/my_lessons/02_static_unrolling/02_static_unrolling\.ipynb\S*"
    found = re.search(rf"http://127\.0\.0\.1:\d+({place})", student[1].read_text())
    assert found, "the address is printed"
    # The token must be a query of its own: behind another question mark it would be lost.
    assert re.search(r"\.ipynb\?token=[^?]+$", found.group(1))


def page_config(lab):
    page = get(lab, "/lab")
    return json.loads(re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.DOTALL).group(1))


def test_students_see_lessons_and_no_machinery(student):
    listed = {item["name"] for item in json.loads(get(student, "/api/contents/"))["content"]}
    assert listed == {"my_lessons", "README.md"}
    lessons = {item["name"] for item in json.loads(get(student, "/api/contents/my_lessons"))["content"]}
    assert "01_two_steps" in lessons and not [name for name in lessons if name.startswith(".")]
    assert list(json.loads(get(student, "/api/kernelspecs"))["kernelspecs"]) == ["python3"]
    off = set(page_config(student)["disabledExtensions"])
    parts = ("menu", "formgrader", "create-assignment", "validate-assignment", "assignment-list", "course-list")
    assert {f"@jupyter/nbgrader:{part}" for part in parts} <= off
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{student[0]}/formgrader?token={TOKEN}", timeout=20)


def test_a_students_kernel_finds_the_pack(student):
    assert run(student, "python3", "import helpers.checks as c; print(c.__file__)").endswith(
        "größer/helpers/checks.py\n"
    )


def test_lessons_and_readme_are_served_from_one_root(student):
    lesson = "my_lessons/01_two_steps/01_two_steps.ipynb"
    for path in ("README.md", lesson):
        assert json.loads(get(student, f"/api/contents/{path}?content=0"))["path"] == path
    first = json.loads(get(student, f"/api/contents/{lesson}"))["content"]["cells"][0]["source"]
    assert "](../../README.md)" in first, "the README is one click away"


def test_nbgraders_extensions_are_enabled(lab):
    assert "Formgrader" in get(lab, "/formgrader") or "nbgrader" in get(lab, "/formgrader")
    config = page_config(lab)
    names = {extension["name"] for extension in config["federated_extensions"]}
    assert "@jupyter/nbgrader" in names
    off = set(config.get("disabledExtensions", []))
    assert not off & {"@jupyter/nbgrader:validate-assignment", "@jupyter/nbgrader:formgrader"}


@pytest.mark.parametrize("which", ["lab", "student"])
def test_markdown_opens_rendered_and_nothing_asks_the_network(which, request):
    lab = request.getfixturevalue(which)
    settings = json.loads(get(lab, "/lab/api/settings/@jupyterlab/docmanager-extension:plugin"))
    assert settings["schema"]["properties"]["defaultViewers"]["default"] == {"markdown": "Markdown Preview"}
    news = json.loads(get(lab, "/lab/api/settings/@jupyterlab/apputils-extension:notification"))
    assert news["schema"]["properties"]["fetchNews"]["default"] == "false"


@pytest.mark.skipif(sys.platform != "linux", reason="forking a preloaded process needs Linux")
@pytest.mark.parametrize("kernel", [kernels.WARM_KERNEL, kernels.CONFINED_KERNEL])
def test_a_notebook_runs_in_a_forked_kernel(lab, kernel):
    assert run(lab, kernel, "import sys; print('tensorflow' in sys.modules)") == "True\n"


def run(lab, kernel, code):
    """Return what ``code`` prints in a new kernel."""
    get(lab, "/api/status")
    number = json.loads(get(lab, "/api/kernels", {"name": kernel}))["id"]
    address = f"{lab[0].replace('http', 'ws')}/api/kernels/{number}/channels?token={TOKEN}"
    channel = websocket.create_connection(address, timeout=60)
    content = {"code": code, "silent": False, "allow_stdin": False}
    header = {"msg_id": "1", "msg_type": "execute_request", "session": "s", "username": "", "version": "5.3"}
    request = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
    channel.send(json.dumps(request))
    while (message := json.loads(channel.recv()))["msg_type"] != "stream":
        assert message["msg_type"] != "error", message["content"]
    channel.close()
    return message["content"]["text"]
