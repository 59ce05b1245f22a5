"""`python -m pulumi_ssm_maintenance` is `ssm-maintenance`."""

import sys

from .cli import main

sys.exit(main())
