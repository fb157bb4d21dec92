"""A report and its files in, a folder that a model hub takes as it is out.

``README.md`` is the card, ``sbom.cdx.json`` says what the files are made of, with what; the files
themselves and the export's report lie beside them.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.errors import InputError
from export.publishing.device_times import DeviceTime
from export.publishing.hub_card import hub_card
from export.publishing.output_folder import OutputFolder
from export.publishing.report import Report
from export.publishing.sbom import software_bill

CARD_NAME = "README.md"
SBOM_NAME = "sbom.cdx.json"


def check_hub_folder(folder: Path) -> None:
    """See, before the work, that there can be such a folder.

    Raises:
        InputError: If there cannot.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is no folder; give --hub another name.")


def write_hub_folder(
    report: Report,
    exported: Path,
    folder: Path,
    times: Sequence[DeviceTime],
    base_model: str | None,
) -> None:
    """Write the folder; what an earlier export of the same name left there is removed.

    Args:
        report: Of an export that passed.
        exported: Where its files are.
        folder: Where to write to, another one; made if missing.
        times: What its files took on devices.
        base_model: What a hub calls the model that training started from; None if none is named.

    Raises:
        InputError: If the folder cannot be written.
    """
    stem = Path(report.checkpoint.name).stem
    names = [file.name for file in report.files]
    names += [f"{stem}.report.{suffix}" for suffix in ("html", "json")]
    texts = {
        CARD_NAME: hub_card(report, times, base_model),
        SBOM_NAME: software_bill(report, base_model),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in OutputFolder(folder, stem).file_names():
            (folder / name).unlink(missing_ok=True)
        for name in names:
            shutil.copyfile(exported / name, folder / name)
        for name, text in texts.items():
            with atomic_file(folder / name) as file:
                file.write(text.encode())
    except OSError as error:
        raise InputError(
            f"{folder} cannot be written ({error.strerror}); give --hub another folder."
        ) from error
