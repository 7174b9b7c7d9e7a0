"""JupyterLab for this course: opens lesson 01, shows Markdown rendered, asks nothing of the network."""

from pathlib import Path

c = get_config()  # noqa: F821  (given by traitlets)
HERE = Path(__file__).resolve().parent

c.ServerApp.root_dir = str(HERE.parent)
c.ServerApp.allow_root = True  # containers often have no other user
c.KernelManager.transport_encryption = "auto"  # nobody else on the machine can listen in
c.LabApp.default_url = "/lab/tree/notebooks/01_two_steps/01_two_steps.ipynb"
c.LabApp.app_settings_dir = str(HERE / "settings")
c.LabApp.extension_manager = "readonly"
