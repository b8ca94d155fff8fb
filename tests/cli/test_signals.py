import os
import signal
import subprocess
import sys
import time

import pytest

SCAN_THAT_WAITS = """
import pathlib, sys, time
import auditor.auditing
def wait(*_):
    pathlib.Path(sys.argv[1]).touch()
    time.sleep(30)
auditor.auditing.run = wait
from auditor.cli.main import main
sys.exit(main(["scan", "--exposures", sys.argv[2], "--model-id", "m"]))
"""


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_scan_that_is_stopped_leaves_no_copy_of_the_log(tmp_path, sent, code):
    log, reached, temporary = tmp_path / "log.csv", tmp_path / "reached", tmp_path / "temporary"
    log.write_text("item_id,user_id\n" + "1,u1\n" * 100)
    temporary.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", SCAN_THAT_WAITS, str(reached), str(log)],
        env={"TMPDIR": str(temporary), "PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.PIPE,
    )
    try:
        deadline = time.monotonic() + 30
        while not reached.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert list(temporary.iterdir())
        process.send_signal(sent)
        _, said = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == code
    assert b"Traceback" not in said
    assert not list(temporary.iterdir())
