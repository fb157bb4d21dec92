"""``python -m dbd_mobile``: the same as the command ``dbd-mobile``."""

import sys


def start() -> None:
    """Run the command and end the process; an archive of :mod:`zipapp` starts here."""
    try:
        from dbd_mobile.cli import main
    except ImportError as error:
        # An archive without the folder dbd_mobile, or with numpy inside, which runs in none.
        reason = str(error).strip().partition("\n")[0]
        sys.exit(
            f"dbd-mobile: cannot start: {reason}; an archive holds the folder dbd_mobile, numpy "
            f"and Pillow are installed beside it."
        )
    sys.exit(main())


if __name__ == "__main__":
    start()
