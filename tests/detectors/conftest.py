from __future__ import annotations

import os
from pathlib import Path

# Files of others are read only where somebody names their folder.
collect_ignore = [] if Path(os.environ.get("OPEN_BANDIT") or "/nowhere").is_dir() else ["test_open_bandit_files.py"]
