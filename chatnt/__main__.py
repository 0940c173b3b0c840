"""``python -m chatnt``, which launchers of several processes call."""

import sys

from chatnt.cli import main

if __name__ == "__main__":
    sys.exit(main())
