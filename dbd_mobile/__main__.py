"""``python -m dbd_mobile``: the same as the command ``dbd-mobile``."""

import sys

from dbd_mobile.cli import main

if __name__ == "__main__":
    sys.exit(main())
