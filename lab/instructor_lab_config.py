"""JupyterLab for instructors: the whole course with nbgrader's Formgrader; Markdown is shown rendered."""

from pathlib import Path

c = get_config()  # noqa: F821  (given by traitlets)
HERE = Path(__file__).resolve().parent

c.ServerApp.root_dir = str(HERE.parent)
c.ServerApp.allow_root = True  # containers often have no other user
c.KernelManager.transport_encryption = "auto"  # nobody else on the machine can listen in
c.LabApp.default_url = "/lab/tree/README.md"
c.LabApp.app_settings_dir = str(HERE / "instructor")
c.LabApp.extension_manager = "readonly"
