"""JupyterLab starts headless from the course's configuration and serves what students open."""

import json
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import websocket

from helpers.grading.course import REPO
from helpers.grading.kernels import provisioners as kernels

BIN = Path(sys.executable).parent
TOKEN = "test-token"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("lab") / "log"
    command = [str(BIN / "jupyter"), "lab", "--config=lab/jupyter_lab_config.py", "--no-browser"]
    options = [f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"]
    with log.open("w") as output:
        server = subprocess.Popen([*command, *options], cwd=REPO, stdout=output, stderr=output)
        try:
            yield f"http://127.0.0.1:{port}", log, server
        finally:
            server.terminate()
            server.wait(20)


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


def test_the_printed_address_opens_the_first_lesson(lab):
    get(lab, "/api/status")
    found = re.search(
        r"http://127\.0\.0\.1:\d+(/lab/tree/notebooks/01_two_steps/01_two_steps\.ipynb\S*)", lab[1].read_text()
    )
    assert found, "the address is printed"
    # The token must be a query of its own: behind another question mark it would be lost.
    assert re.search(r"\.ipynb\?token=[^?]+$", found.group(1))


def test_lessons_and_readme_are_served_from_one_root(lab):
    for path in ("README.md", "notebooks/01_two_steps/01_two_steps.ipynb"):
        assert json.loads(get(lab, f"/api/contents/{path}?content=0"))["path"] == path
    first = json.loads(get(lab, "/api/contents/notebooks/01_two_steps/01_two_steps.ipynb"))["content"]["cells"][0][
        "source"
    ]
    assert "](../../README.md)" in first, "the README is one click away"


def test_nbgraders_extensions_are_enabled(lab):
    assert "Formgrader" in get(lab, "/formgrader") or "nbgrader" in get(lab, "/formgrader")
    page = get(lab, "/lab")
    config = json.loads(re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.DOTALL).group(1))
    names = {extension["name"] for extension in config["federated_extensions"]}
    assert "@jupyter/nbgrader" in names
    off = set(config.get("disabledExtensions", []))
    assert not off & {"@jupyter/nbgrader:validate-assignment", "@jupyter/nbgrader:formgrader"}


def test_markdown_opens_rendered_and_nothing_asks_the_network(lab):
    settings = json.loads(get(lab, "/lab/api/settings/@jupyterlab/docmanager-extension:plugin"))
    assert settings["schema"]["properties"]["defaultViewers"]["default"] == {"markdown": "Markdown Preview"}
    news = json.loads(get(lab, "/lab/api/settings/@jupyterlab/apputils-extension:notification"))
    assert news["schema"]["properties"]["fetchNews"]["default"] == "false"


@pytest.mark.skipif(sys.platform != "linux", reason="forking a preloaded process needs Linux")
@pytest.mark.parametrize("kernel", [kernels.WARM_KERNEL, kernels.CONFINED_KERNEL])
def test_a_notebook_runs_in_a_forked_kernel(lab, kernel):
    get(lab, "/api/status")
    number = json.loads(get(lab, "/api/kernels", {"name": kernel}))["id"]
    address = f"{lab[0].replace('http', 'ws')}/api/kernels/{number}/channels?token={TOKEN}"
    channel = websocket.create_connection(address, timeout=60)
    content = {"code": "import sys; print('tensorflow' in sys.modules)", "silent": False, "allow_stdin": False}
    header = {"msg_id": "1", "msg_type": "execute_request", "session": "s", "username": "", "version": "5.3"}
    request = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
    channel.send(json.dumps(request))
    while (message := json.loads(channel.recv()))["msg_type"] != "stream":
        assert message["msg_type"] != "error"
    assert message["content"]["text"] == "True\n"
    channel.close()
