#!/usr/bin/env python3
"""Runs a command in a container as Docker makes them without any option.

    stock_container.py [--root ROOT] WORK COMMAND [ARGUMENT...]

Docker's default capabilities, its default system call filter (as builder/sandbox/seccomp_calls.cc lists it), the
masked and read-only paths, its devices, namespaces of its own but for the network. The root file system is this
machine's /usr, /bin, /lib and /etc, read-only, or the directory ROOT and nothing else; WORK is the only directory that is shared and can be written, at the
same path; without ROOT, the program COOPER_BIN, this checkout and the directory STOCK_CONTAINER_SHOWN can be read. Environment
variables whose names begin with COOPER_, and SOURCE_DATE_EPOCH, are passed on. Exit status: the command's; 77 where there
is no runc, or the machine lets it make no container.
"""

import ctypes
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
CAPABILITIES = ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID",
                "CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL",
                "CAP_AUDIT_WRITE"]
MASKED = ["/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
          "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware"]
READ_ONLY = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
NEW_NAMESPACES = 0x7E020000
SHARED = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc"]


def seccomp():
    text = (PROJECT / "builder/sandbox/seccomp_calls.cc").read_text()
    names = " ".join(re.findall(r'"([a-z0-9_ ]+)"', text)).split()
    # What Docker's list has beyond a step's: newer calls it names itself.
    names += ["cachestat", "fchmodat2", "futex_requeue", "futex_wait", "futex_wake", "map_shadow_stack"]
    allow = "SCMP_ACT_ALLOW"
    rules = [{"names": sorted(set(names)), "action": allow}]
    for value in (0x0, 0x8, 0x20000, 0x20008, 0xFFFFFFFF):
        rules.append({"names": ["personality"], "action": allow, "args": [{"index": 0, "value": value, "op": "SCMP_CMP_EQ"}]})
    for value, op in ((38, "SCMP_CMP_LT"), (39, "SCMP_CMP_EQ"), (40, "SCMP_CMP_GT")):
        rules.append({"names": ["socket"], "action": allow, "args": [{"index": 0, "value": value, "op": op}]})
    rules.append({"names": ["clone"], "action": allow,
                  "args": [{"index": 0, "value": NEW_NAMESPACES, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}]})
    rules.append({"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38})
    return {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1,
            "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"] if os.uname().machine == "x86_64"
            else ["SCMP_ARCH_AARCH64"], "syscalls": rules}


def mounts(root, work, extra):
    yield {"destination": "/proc", "type": "proc", "source": "proc", "options": ["nosuid", "noexec", "nodev"]}
    yield {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
           "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]}
    yield {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
           "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]}
    yield {"destination": "/dev/shm", "type": "tmpfs", "source": "shm",
           "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]}
    yield {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "noexec", "nodev", "ro"]}
    yield {"destination": "/tmp", "type": "tmpfs", "source": "tmp", "options": ["mode=1777"]}
    for path in () if root else SHARED:
        if Path(path).is_dir() and not Path(path).is_symlink():
            yield {"destination": path, "type": "bind", "source": path, "options": ["rbind", "ro"]}
    for path in extra:
        yield {"destination": str(path), "type": "bind", "source": str(path), "options": ["rbind", "ro"]}
    yield {"destination": str(work), "type": "bind", "source": str(work), "options": ["rbind", "rw"]}


def configuration(root, work, command, extra):
    environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", f"HOME={work}", "TMPDIR=/tmp",
                   *(f"{name}={value}" for name, value in os.environ.items()
                     if name.startswith("COOPER_") or name == "SOURCE_DATE_EPOCH")]
    sets = {name: CAPABILITIES for name in ("bounding", "effective", "permitted")}
    return {"ociVersion": "1.0.2",
            "process": {"terminal": False, "user": {"uid": 0, "gid": 0}, "args": command, "env": environment,
                        "cwd": str(work), "capabilities": sets, "noNewPrivileges": False},
            "root": {"path": str(root or "rootfs"), "readonly": False}, "hostname": "job", "mounts": list(mounts(root, work, extra)),
            "linux": {"namespaces": [{"type": name} for name in ("pid", "ipc", "uts", "mount")], "seccomp": seccomp(),
                      "resources": {"devices": [{"allow": False, "access": "rwm"},
                                                {"allow": True, "type": "c", "access": "m"},
                                                {"allow": True, "type": "b", "access": "m"}]},
                      "maskedPaths": MASKED, "readonlyPaths": READ_ONLY}}


def make_bundle(bundle, root, work, command, extra):
    own = bundle / "rootfs"
    own.mkdir()
    for path in SHARED:
        if Path(path).is_symlink():
            (own / path[1:]).symlink_to(os.readlink(path))
    (bundle / "config.json").write_text(json.dumps(configuration(root, work, command, extra)))


def end_with_us():
    """runc passes it on to the container."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def run(bundle, root, work, command, extra):
    make_bundle(bundle, root, work, command, extra)
    name = f"cooper-{os.getpid()}-{bundle.name}"  # of its control group too: no other container's
    return subprocess.run(["runc", "--root", str(bundle / "state"), "run", "--bundle", str(bundle), name],
                          stdin=subprocess.DEVNULL, check=False, preexec_fn=end_with_us).returncode


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def shown():
    return [PROJECT] + [Path(os.environ[name]).resolve() for name in ("COOPER_BIN", "STOCK_CONTAINER_SHOWN") if name in os.environ]


def main():
    arguments, root = sys.argv[1:], None
    if arguments[0] == "--root":
        root, arguments = Path(arguments[1]).resolve(), arguments[2:]
    work, command = Path(arguments[0]).resolve(), arguments[1:]
    extra = [path for path in ([] if root else shown()) if not path.is_relative_to(work)]
    if os.geteuid() != 0:
        skip("runc needs root here")
    with tempfile.TemporaryDirectory(prefix="stock-") as folder:
        folder = Path(folder)
        try:
            trial = folder / "trial"
            trial.mkdir()
            if run(trial, root, work, ["true"], extra) != 0:
                skip("runc makes no container on this machine")
        except FileNotFoundError:
            skip("runc is not installed")
        bundle = folder / "job"
        bundle.mkdir()
        sys.exit(run(bundle, root, work, command, extra))


if __name__ == "__main__":
    main()
