"""``python -m talentmatch``: the command."""

import sys

from talentmatch.cli import main

if __name__ == "__main__":
    sys.exit(main())
