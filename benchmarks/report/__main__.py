"""``python -m benchmarks.report``, see :mod:`benchmarks.report.insert`."""

from __future__ import annotations

import sys

from benchmarks.report.insert import main

sys.exit(main())
