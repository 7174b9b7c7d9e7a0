"""A warm kernel starts with TensorFlow in it and then behaves as a cold one does, confined or not."""

import os
import signal
import socket
import sys
import time

import nbformat
import pytest
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

from helpers.grading.kernels import provisioners as kernels
from helpers.grading.kernels import sandbox

LINUX_ONLY = "forking a preloaded process needs Linux"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason=LINUX_ONLY)


@pytest.fixture(scope="module", autouse=True)
def end_the_zygote():
    yield
    kernels.stop()


@pytest.fixture(params=[kernels.WARM_KERNEL, kernels.CONFINED_KERNEL])
def kernel(request):
    return request.param


def run(kernel, *sources, **options):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, kernel_name=kernel, timeout=120, **options).execute()
    return ["".join(out.get("text", "") for out in cell.outputs) for cell in notebook.cells], notebook


def test_tensorflow_is_there_already(kernel):
    (loaded,), _ = run(kernel, "import sys; print('tensorflow' in sys.modules, 'keras' in sys.modules)")
    assert loaded == "True True\n"


def test_training_graphs_compilation_shell_and_figures_work(tmp_path, kernel):
    outputs, notebook = run(
        kernel,
        "import numpy as np, tensorflow as tf, keras\n"
        "m = keras.Sequential([keras.layers.SimpleRNN(4), keras.layers.Dense(1)])\n"
        "m.compile('adam', 'mse'); h = m.fit(np.ones((8, 3, 2)), np.ones((8, 1)), verbose=0)\n"
        "print(len(h.history['loss']))",
        "f = tf.function(lambda x: x @ x, jit_compile=True); print(f(tf.eye(3)).numpy().sum())",
        "print(sum(1 for _ in tf.data.Dataset.range(10).map(lambda x: x + 1, num_parallel_calls=2)))",
        "!echo from the shell",
        "%matplotlib inline\nimport matplotlib.pyplot as plt; plt.plot([1, 2]);",
        "import os; print(os.getcwd())",
        resources={"metadata": {"path": str(tmp_path)}},
    )
    assert [text.strip() for text in outputs[:4]] == ["1", "3.0", "10", "from the shell"]
    assert "image/png" in notebook.cells[4].outputs[-1].data
    assert outputs[5].strip() == (sandbox.HOME if kernel == kernels.CONFINED_KERNEL else str(tmp_path))


def test_kernels_share_no_randomness(kernel):
    draw = "import numpy as np, random, tempfile; print(np.random.rand(), random.random(), tempfile.mkdtemp())"
    assert len({run(kernel, draw)[0][0] for _ in range(3)}) == 3


def manage(kernel):
    manager = KernelManager(kernel_name=kernel)
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(60)
    return manager, client


def wait_until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_interrupt_and_restart(kernel):
    manager, client = manage(kernel)
    try:
        message = client.execute("import time\nwhile True: time.sleep(0.1)")
        time.sleep(1)
        manager.interrupt_kernel()
        reply = client.get_shell_msg(timeout=20)
        assert reply["parent_header"]["msg_id"] == message
        assert reply["content"]["ename"] == "KeyboardInterrupt"
        manager.restart_kernel(now=True)
        client.wait_for_ready(60)
        assert client.execute_interactive("1 + 1", timeout=20, output_hook=lambda m: None)["content"]["status"] == "ok"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert not manager.is_alive()


@pytest.mark.parametrize("death", ["os._exit(3)", "ctypes.string_at(0)"])
def test_a_kernel_that_dies_is_seen_to_be_dead_and_the_next_one_lives(death, kernel):
    manager, client = manage(kernel)
    client.execute(f"import os, ctypes; {death}")
    wait_until(lambda: not manager.is_alive())
    client.stop_channels()
    manager.cleanup_resources()
    assert run(kernel, "print(1)")[0] == ["1\n"]


def test_when_the_preloaded_process_dies_its_kernels_die_and_it_is_replaced(kernel):
    confined = kernel == kernels.CONFINED_KERNEL
    manager, client = manage(kernel)
    first = kernels.zygote(confined)
    os.kill(first.pid, signal.SIGKILL)
    wait_until(lambda: not manager.is_alive())
    client.stop_channels()
    manager.cleanup_resources()
    assert run(kernel, "print(2)")[0] == ["2\n"]
    assert kernels.zygote(confined) is not first


def test_the_preloaded_process_ends_with_its_owner():
    kernels.zygote()
    process = kernels.zygote().process
    kernels.stop()
    wait_until(lambda: process.poll() is not None)


def test_processes_fork_their_kernels_from_one_preloaded_process(tmp_path):
    """What a class's workers do: each gets a way to it, and it ends when all have given theirs up."""
    owner = kernels.Zygote(confined=False).wait()
    try:
        kernels.use(False, owner.control.dup())
        assert kernels.zygote().control is not owner.control
        parent = "import os; stat = open(f'/proc/{os.getppid()}/stat').read(); print(stat.split()[3])"
        assert run(kernels.WARM_KERNEL, parent)[0] == [f"{owner.pid}\n"], "between them stands the kernel's guard"
    finally:
        kernels.stop()
    assert owner.alive()
    owner.close()
    assert not owner.alive()


def test_a_way_to_a_process_that_has_ended_is_replaced():
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    theirs.close()
    kernels.use(False, ours)
    assert run(kernels.WARM_KERNEL, "print(3)")[0] == ["3\n"]


def test_a_confined_kernel_takes_along_plain_files_only(tmp_path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("a")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "b.txt").write_text("b")
    (tmp_path / "link").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe")
    assert kernels._files(tmp_path) == {"notes/a.txt": b"a"}
    for number in range(kernels.MAX_COUNT + 5):
        (tmp_path / f"{number}").write_text("x")
    assert len(kernels._files(tmp_path)) == kernels.MAX_COUNT
