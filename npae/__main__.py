"""`python -m npae` is the command `npae`."""

import sys

from .cli import main

sys.exit(main())
