"""`python -m auditor` is `audit`."""

from __future__ import annotations

from auditor.cli.main import console

if __name__ == "__main__":
    console()
