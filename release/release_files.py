"""A clone in; everything that people download of a version, in one folder, out."""

from collections.abc import Callable
from pathlib import Path

from release import android_archives, web_package
from release.bill_of_materials import write_bill_of_materials
from release.checksums import write_checksums
from release.model_files import copy_models
from release.python_packages import pack_python
from release.repository import Repository


def make_files(clone: Repository, out: Path, say: Callable[[str], None]) -> None:
    """Make the files of the commit that a clone has checked out.

    The same commit gives the same bytes, where Java's compiler, node and zlib are the same.

    Args:
        clone: Clean clone, in which files of the builds are left.
        out: Folder for the files, which is made.
        say: Takes a sentence on what is done, and on what is left out.

    Raises:
        ReleaseError: A file cannot be made.
    """
    checkout, moment = clone.folder, clone.commit_time()
    out.mkdir()
    say("Packing the wheel and the source distribution ..")
    pack_python(checkout, out, moment)
    copy_models(checkout, out)
    missing = android_archives.missing_tools()
    if missing:
        say(f"Left out: the AAR and the Maven repository; they need {', '.join(missing)}.")
    else:
        say("Packing the AAR and the Maven repository ..")
        android_archives.pack_android(checkout, out, moment)
    if (checkout / web_package.WEB).exists():
        missing = web_package.missing_tools()
        if missing:
            say(f"Left out: the npm package; it needs {', '.join(missing)}.")
        else:
            say("Packing the npm package ..")
            web_package.pack_web(checkout, out)
    write_bill_of_materials(checkout, out, moment)
    write_checksums(out)
