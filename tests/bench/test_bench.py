import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]


def test_a_small_comparison_tells_ratios_memory_and_phases(tmp_path):
    command = [sys.executable, "-m", "tests.bench.compare", "--rows", "20000", "--rounds", "1", "--items", "500"]
    command += ["--cache", str(tmp_path)]
    told = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    one = r" +(\S+) s +\d+ MB"
    (row,) = re.findall(rf"^1{one}{one} +(\S+){one} +(\S+)$", told, re.MULTILINE)
    query, core, core_ratio, whole, whole_ratio = map(float, row)
    assert core_ratio == pytest.approx(core / query, rel=0.2)
    assert whole_ratio == pytest.approx(whole / query, rel=0.2)
    assert re.search(r"^memory of the scan +\d+", told, re.MULTILINE)
    assert re.search(r"^audit --help +\d+", told, re.MULTILINE)
    assert re.search(r"^counting outcomes +\d+\.\d+ s$", told, re.MULTILINE)
