"""Chromium and JupyterLab for the tests that need a real browser."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from selenium.webdriver.support.ui import WebDriverWait

JUPYTER_LAB = (str(Path(sys.executable).with_name("jupyter")), "lab")
PATIENCE = 400  # seconds: a first press of a button draws fresh inputs, on a busy machine too


@contextlib.contextmanager
def jupyter_lab(root, *options, command=JUPYTER_LAB, **environment):
    """JupyterLab on a course in ``root``, started by ``command``; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*command, *options]
    more = ["--no-browser", f"--port={port}", "--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True"]
    environment = {**os.environ, "JUPYTER_CONFIG_DIR": str(root / "config"), **environment}
    with (root / "log").open("w") as log:
        server = subprocess.Popen([*command, *more], cwd=root, stdout=log, stderr=log, env=environment)
        for _ in range(2 * PATIENCE):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.5)
        yield f"http://127.0.0.1:{port}"
        server.terminate()
        server.wait(30)


def wait(browser, condition):
    """Return what ``condition`` gives once that is true."""
    return WebDriverWait(browser, PATIENCE, 0.5).until(condition)
