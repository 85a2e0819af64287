#!/usr/bin/env bash
# RUN for a foreign platform, by Debian's qemu-user-static. A user namespace has a binfmt_misc of its
# own since Linux 6.7: the emulator is registered there, and nothing of the machine changes.
#
#   QEMU_AARCH64   the emulator, if it is not /usr/bin/qemu-aarch64-static
. "$(dirname "$0")/lib.sh"

qemu=${QEMU_AARCH64:-/usr/bin/qemu-aarch64-static}
[ -x "$qemu" ] || skip_test "qemu-user-static is not installed"
[ "$(id -u)" = 0 ] || skip_test "the namespaces of this test need root"

# A static program for linux/arm64 that writes "made" into /made and ends.
write_arm64_program() {
  python3 - "$1" <<'END'
import struct, sys
def movz(register, value): return 0xD2800000 | value << 5 | register
def adr(register, here, there): return 0x10000000 | ((there - here) & 3) << 29 | ((there - here) >> 2) << 5 | register
svc = 0xD4000001
words = 15
path, text = words * 4, words * 4 + 8
code = [0x92800C60, adr(1, 4, path), movz(2, 0o101), movz(3, 0o644), movz(8, 56), svc,  # openat(-100, path, ...)
        adr(1, 24, text), movz(2, 5), movz(8, 64), svc,                                 # write(fd, text, 5)
        movz(0, 0), movz(8, 93), svc, 0xD503201F, 0xD503201F]
body = struct.pack("<15I", *code) + b"/made\0\0\0" + b"made\n"
base = 0x400000
header = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 2, 183, 1, base + 120, 64, 0, 0, 64, 56, 1, 0, 0, 0)
header += struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, 120 + len(body), 120 + len(body), 0x1000)
open(sys.argv[1], "wb").write(header + body)
END
  chmod 755 "$1"
}

case_foreign_run() {
  local ran=0
  write_arm64_program program
  printf 'FROM scratch\nCOPY program /program\nRUN ["/program"]\n' >Dockerfile
  cat >inside <<'END'
mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc || exit 77
[ ! -e /proc/sys/fs/binfmt_misc/qemu-aarch64 ] || exit 77
printf %s ":cooper-arm64:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:$1:F" \
  >/proc/sys/fs/binfmt_misc/register || exit 77
exec "$2" build --platform linux/arm64 --progress plain -o files .
END
  mkfifo begin
  # The shell waits until its users are mapped; what it starts then is root in the namespace.
  # shellcheck disable=SC2016
  COOPER_ROOT=$store unshare --user --mount sh -c 'read -r _ <begin; exec bash inside "$@"' sh \
    "$qemu" "$COOPER_BIN" >"$work/out" 2>"$work/err" &
  local inside=$!
  until [ "$(readlink "/proc/$inside/ns/user")" != "$(readlink /proc/self/ns/user)" ]; do sleep 0.05; done
  echo '0 0 65536' >"/proc/$inside/uid_map"
  echo '0 0 65536' >"/proc/$inside/gid_map"
  echo >begin
  wait "$inside" || ran=$?
  out=$(<"$work/out") err=$(<"$work/err")
  [ "$ran" != 77 ] || skip_test "a user namespace cannot have a binfmt_misc of its own here"
  [ "$ran" -eq 0 ] || fail "exit status $ran"
  err_has "RUN [\"/program\"]"
  same "$(<files/made)" made
}

run_cases
