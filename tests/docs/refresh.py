"""Makes the README's generated parts and its picture anew: `.venv/dev/bin/python tests/docs/refresh.py`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from blocks import README, readme, shown_logs
from generated import with_parts, with_transcripts
from picture import PICTURE, picture
from reader import PROJECT, new_machine

from tests.calibration import results


def refresh() -> None:
    results.publish(results.FOLDER, PROJECT / ".github")
    with TemporaryDirectory() as folder:
        machine = new_machine(Path(folder) / "home", shown_logs())
        text, svg = with_transcripts(with_parts(readme()), machine), picture(machine)
    README.write_text(text, encoding="utf-8")
    PICTURE.write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    refresh()
