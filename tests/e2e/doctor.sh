#!/usr/bin/env bash
# cooper doctor on odd machines: it names what is missing and the command that mends it. In a container with Docker's
# default options: see stock_container.sh.
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ "$(id -u)" -eq 0 ] || skip_test "needs root"

# doctor_as_nobody COMMAND...: what the doctor tells an ordinary user, started by COMMAND.
doctor_as_nobody() {
  chmod 755 "$work"
  install -d -o nobody "$work/nobody"
  cp "$COOPER_BIN" "$work/cooper-for-all"
  status=0
  "$@" setpriv --reuid=nobody --regid=nogroup --clear-groups --inh-caps=-all \
    env -i PATH="$PATH" HOME="$work/nobody" COOPER_ROOT="$work/nobody/store" "$work/cooper-for-all" doctor \
    >"$work/out" 2>"$work/err" || status=$?
  out=$(<"$work/out")
  err=$(<"$work/err")
}

# tells LINE [CURE]: a line of the doctor that begins so, and the cure below it.
tells() {
  local found
  found=$(grep -A1 "^$1" <<<"$out") || fail "no line '$1'"
  [ -z "${2:-}" ] || grep -qF -- "-> $2" <<<"$found" || fail "below '$1' is not '-> $2'"
}

case_without_newuidmap() {
  : >not-a-program
  echo "nobody:200000:65536" >subid
  local file
  for file in /etc/subuid /etc/subgid /usr/bin/newuidmap; do
    [ -e "$file" ] || skip_test "there is no $file"
  done
  # shellcheck disable=SC2016  # the inner shell expands
  doctor_as_nobody unshare --mount --propagation private sh -euc '
    mount --bind not-a-program /usr/bin/newuidmap
    mount --bind subid /etc/subuid
    mount --bind subid /etc/subgid
    exec "$@"' sh
  same "$status" 0 "what is left is enough"
  tells 'ok *isolation: single is chosen'
  tells 'optional *isolation userns: ' 'sudo apt-get install uidmap'
  tells 'optional *sub-ids: newuidmap is not installed' 'sudo apt-get install uidmap'
  tells 'optional *isolation root: ' 'run cooper as root'
}

case_without_a_range_of_ids() {
  : >empty
  # shellcheck disable=SC2016  # the inner shell expands
  doctor_as_nobody unshare --mount --propagation private sh -euc '
    for table in /etc/subuid /etc/subgid; do
      [ ! -e "$table" ] || mount --bind empty "$table"
    done
    exec "$@"' sh
  same "$status" 0 "what is left is enough"
  tells 'ok *isolation: single is chosen'
  tells 'optional *sub-ids: no range for nobody' 'echo nobody:100000:65536 | sudo tee -a /etc/subuid'
}

# A namespace with the ids of the machine, in which no further one may be made.
case_where_user_namespaces_are_forbidden() {
  cat >forbid.py <<'END'
import ctypes, os, sys
made, mapped = os.pipe(), os.pipe()
child = os.fork()
if child == 0:
    if ctypes.CDLL(None).unshare(0x10000000) != 0:
        sys.exit("no user namespace")
    os.write(made[1], b"x")
    os.read(mapped[0], 1)
    with open("/proc/sys/user/max_user_namespaces", "w") as setting:
        setting.write("0")
    os.execvp(sys.argv[1], sys.argv[1:])
os.read(made[0], 1)
for name in ("uid_map", "gid_map"):
    with open(f"/proc/{child}/{name}", "w") as table:
        table.write("0 0 4294967295")
os.write(mapped[1], b"x")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
END
  doctor_as_nobody python3 -B forbid.py
  same "$status" 1 "no step can be run"
  tells 'missing *isolation: ' 'sudo sysctl user.max_user_namespaces=10000'
  tells 'optional *isolation single: ' 'sudo sysctl user.max_user_namespaces=10000'
  tells 'optional *isolation chroot: ' 'run cooper as root, with CAP_SYS_CHROOT'
}

case_without_capabilities() {
  fresh_store
  status=0
  COOPER_ROOT=$store setpriv --bounding-set=-all --inh-caps=-all "$COOPER_BIN" doctor >"$work/out" 2>"$work/err" || status=$?
  out=$(<"$work/out")
  same "$status" 1 "root without any capability"
  tells 'missing *isolation: ' 'run cooper as root'
}

run_cases
