"""What PyInstaller cannot see: the models, and the interpreter that is imported by its name.

PyInstaller runs this where the application is made; the package never imports it.
"""

from PyInstaller.utils.hooks import collect_data_files, copy_metadata

from dbd_mobile.runtimes import RUNTIMES

datas = collect_data_files("dbd_mobile")
# A scan on a cluster starts Pythons of its own, which a frozen application has not; they are large.
excludedimports = ["ray", "pyarrow", "fsspec"]
hiddenimports = []
# The first that is here is taken; the others are large.
for _runtime in [runtime for runtime in RUNTIMES if runtime.version is not None][:1]:
    hiddenimports.append(_runtime.module)
    datas += copy_metadata(_runtime.package)
