"""JupyterLab for students: their own copies of the lessons, and nothing that grading needs. ``start.py`` uses it."""

from pathlib import Path

c = get_config()  # noqa: F821  (given by traitlets)
HERE = Path(__file__).resolve().parent

c.ServerApp.root_dir = str(HERE.parent)
c.ServerApp.allow_root = True  # containers often have no other user
c.KernelManager.transport_encryption = "auto"  # nobody else on the machine can listen in
c.LabApp.default_url = "/lab/tree/my_lessons/01_two_steps/01_two_steps.ipynb"
c.LabApp.app_settings_dir = str(HERE / "student")
c.LabApp.extension_manager = "readonly"

# What belongs to grading stays out of sight: its kernels, its pages, and all files but the lessons and the README.
c.KernelSpecManager.allowed_kernelspecs = {"python3"}
c.ServerApp.jpserver_extensions = {
    f"nbgrader.server_extensions.{name}": False
    for name in ("assignment_list", "course_list", "formgrader", "validate_assignment")
} | {"nbgrader": False}
SHOWN = {"my_lessons", "hand_in", "README.md"}
c.ContentsManager.hide_globs = [
    "__pycache__", "*.pyc", "*.pyo", ".DS_Store", "*~",
    *(path.name for path in HERE.parent.iterdir() if path.name not in SHOWN),
]  # fmt: skip
