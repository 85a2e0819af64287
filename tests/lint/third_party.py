"""Where each header that is not ours may be included."""

import re

# (headers, the modules that are their home, the CMake targets that go with them)
HOMES = [
    (r"curl/.*", {"registry/http"}, {"cooper::curl"}),
    (r"archive(_entry)?\.h", {"builder/layer"}, {"cooper::archive"}),
    (r"(zstd|zstd_errors|zdict)\.h", {"builder/layer"}, {"cooper::zstd"}),
    (r"(isa-l|isa-l/.*|igzip_lib)(\.h)?", {"builder/layer"}, {"cooper::isal"}),
    (r"libdeflate\.h", {"builder/layer"}, {"cooper::deflate"}),
    (r"openssl/.*", {"base", "registry"}, {"cooper::crypto"}),
    (r"CLI/.*", {"cli"}, {"cooper::cli11"}),
    (r"seccomp\.h", {"builder/sandbox"}, {"cooper::seccomp"}),
    (r"toml\+\+/.*", {"registry"}, {"cooper::toml"}),
    (r"re2/re2\.h", {"builder/hcl"}, {"cooper::re2"}),
    (r"yaml\.h", {"builder/bake"}, {"cooper::yaml"}),
]

NLOHMANN = re.compile(r"nlohmann/.*")
JSON_SOURCE = re.compile(r".*_json\.cc")
JSON_HEADER = re.compile(r".*_json\.h")

# Of the C library and the kernel; C++'s own headers are the names without a dot or slash.
SYSTEM = re.compile(r"""(
    (sys|linux|netinet|arpa|net|asm|asm-generic|bits)/[a-z0-9_/-]+\.h
  | (aio|assert|ctype|dirent|dlfcn|elf|endian|err|errno|fcntl|fnmatch|ftw|getopt|glob|grp|inttypes
    |langinfo|libgen|limits|link|locale|malloc|mntent|netdb|paths|poll|pthread|pty|pwd|regex|sched
    |semaphore|setjmp|shadow|signal|spawn|stdarg|stddef|stdint|stdio|stdlib|string|strings|syslog
    |termios|time|ucontext|unistd|utime|wchar|cpuid|immintrin|x86intrin)\.h
)""", re.VERBOSE)
STANDARD = re.compile(r"[a-z0-9_]+")


def home_of(header: str):
    """The modules that may include a third-party header; None if it is in no home's list."""
    for pattern, modules, _ in HOMES:
        if re.fullmatch(pattern, header):
            return modules
    return None


def is_system(header: str) -> bool:
    return bool(SYSTEM.fullmatch(header) or STANDARD.fullmatch(header))


def homes_of_target(target: str):
    """The modules that may link a cooper::<library> target; None if it has no home."""
    for _, modules, targets in HOMES:
        if target in targets:
            return modules
    return None
