"""Runs commands and says what they cost."""

import os
import statistics
import subprocess
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    seconds: float
    peak_megabytes: float  # of the largest single process


class CommandFailed(Exception):
    pass


def run_all(commands) -> Cost:
    """Runs the commands one after the other. Raises CommandFailed with the last lines of a failing one."""
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
    return Cost(time.perf_counter() - start, peak / 1000)


def median_of(prepare, measured, rounds: int) -> Cost:
    costs = []
    for _ in range(rounds):
        prepare()
        costs.append(run_all(measured()))
    return Cost(statistics.median(cost.seconds for cost in costs), max(cost.peak_megabytes for cost in costs))
