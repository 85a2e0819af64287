"""Runs commands and says what they cost."""

import os
import statistics
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    seconds: float
    peak_megabytes: float  # of the largest command, and of the daemons it talks to


class CommandFailed(Exception):
    pass


def _high_water(pids) -> float:
    """The most memory that running processes had since _forget_high_water, kilobytes."""
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                total += int(line.split()[1])
    return total


def _forget_high_water(pids):
    for pid in pids:
        Path(f"/proc/{pid}/clear_refs").write_text("5")


def run_all(commands, daemons=()) -> Cost:
    """Runs the commands one after the other. The memory of daemons is added to that of the largest command.
    Raises CommandFailed with the last lines of a failing one."""
    _forget_high_water(daemons)
    start = time.perf_counter()
    peak = 0
    for command in commands:
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE) as process:
            errors = process.stderr.read()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            tail = errors.decode(errors="replace").splitlines()[-15:]
            raise CommandFailed(f"exit status {process.returncode} of: {' '.join(command)}\n" + "\n".join(tail))
        peak = max(peak, usage.ru_maxrss)
    seconds = time.perf_counter() - start
    return Cost(seconds, (peak + _high_water(daemons)) / 1000)


def median(costs) -> Cost:
    return Cost(statistics.median(cost.seconds for cost in costs), max(cost.peak_megabytes for cost in costs))
