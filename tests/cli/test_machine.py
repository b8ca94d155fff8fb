"""What the engine may take by default, of a machine laid out in a folder."""

import duckdb
import pytest

from auditor.cli.progress import Silent
from auditor.config import Settings
from auditor.config.machine import memory_for_the_engine, threads_for_the_engine
from auditor.opening import LogPaths, opened

GIB = 2**30
INSTALLED = {"proc/meminfo": f"MemTotal:       {16 * 2**20} kB\nMemFree:        1000 kB\n"}


def machine(folder, files):
    for name, text in {**INSTALLED, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def mebibytes(share_of):
    return f"{int(share_of * 0.6) // 2**20}MiB"


FIRST_VERSION = "sys/fs/cgroup/memory/{}memory.limit_in_bytes"
MEMORY = {
    "no control groups": ({}, 16 * GIB),
    "container": ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": f"{4 * GIB}\n"}, 4 * GIB),
    "above": ({"proc/self/cgroup": "0::/jobs/cron\n", "sys/fs/cgroup/jobs/memory.max": f"{2 * GIB}\n"}, 2 * GIB),
    "unlimited": ({"proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/memory.max": "max\n"}, 16 * GIB),
    "first version": ({"proc/self/cgroup": "4:memory:/b\n", FIRST_VERSION.format("b/"): f"{GIB}\n"}, GIB),
    "no limit": ({"proc/self/cgroup": "4:memory:/\n", FIRST_VERSION.format(""): "9223372036854771712\n"}, 16 * GIB),
}


@pytest.mark.parametrize(("files", "memory"), MEMORY.values(), ids=MEMORY)
def test_memory_is_six_tenths_of_the_tightest_limit(tmp_path, files, memory):
    limit = memory_for_the_engine(machine(tmp_path, files))
    assert limit == mebibytes(memory)
    with duckdb.connect() as connection:
        connection.execute("SET memory_limit = ?", [limit])


@pytest.mark.parametrize("limit", ["100MB", "900TB"])
def test_a_limit_may_be_small_or_above_what_the_machine_has(tmp_path, limit):
    log = tmp_path / "exposures.csv"
    log.write_text("model_id,item_id,timestamp\nm,a,2026-01-01\n")
    with opened(LogPaths((), (str(log),)), Settings(memory_limit=limit), Silent()) as intake:
        (taken,) = intake.connection.execute("SELECT current_setting('memory_limit')").fetchone()
        (kept,) = intake.connection.execute("SELECT current_setting('block_allocator_memory')").fetchone()
    assert taken == {"100MB": "95.3 MiB", "900TB": "818.5 TiB"}[limit]
    assert kept.startswith({"100MB": "95.", "900TB": "0 bytes"}[limit])


def test_where_nothing_is_known_the_engine_finds_out(tmp_path):
    assert memory_for_the_engine(tmp_path) is None


@pytest.mark.parametrize(
    "files",
    [
        {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "100000 100000\n"},
        {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "30000 100000\n"},
        {
            "proc/self/cgroup": "1:cpu,cpuacct:/\n",
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "100000\n",
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
        },
    ],
)
def test_a_quota_of_one_processor_is_one_thread(tmp_path, files):
    assert threads_for_the_engine(machine(tmp_path, files)) == 1


def test_without_a_quota_all_processors_count(tmp_path):
    free = threads_for_the_engine(machine(tmp_path / "free", {}))
    files = {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "max 100000\n"}
    assert threads_for_the_engine(machine(tmp_path / "open", files)) == free >= 1
