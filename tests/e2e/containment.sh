#!/usr/bin/env bash
# A step sees nothing of the machine that builds, and changes nothing on it.
. "$(dirname "$0")/lib.sh"

run_in_step() {
  dockerfile <<<"FROM base
RUN $1"
  cooper_ok build --progress plain --no-cache --output type=local,dest=files .
}

# security.S8
case_environment() {
  HOST_SECRET=do-not-tell run_in_step 'env > /environment'
  ! grep -q do-not-tell files/environment || fail "the environment came through"
  same "$(grep -vE '^(PATH|HOME|PWD|OLDPWD|SHLVL|_|HOSTNAME|[a-z_]*proxy|[A-Z_]*PROXY)=' files/environment)" ""
}

# security.S1
case_descriptors() {
  exec 9</etc/hostname
  run_in_step 'ls /proc/self/fd > /descriptors'
  exec 9<&-
  # 0, 1, 2 and the one that ls itself has open.
  same "$(wc -l <files/descriptors | tr -d ' ')" 4
}

case_processes_and_hosts_files() {
  run_in_step 'ls -d /proc/[0-9]* > /processes; ls / > /top; hostname > /name; cat /etc/hosts > /hosts-seen'
  [ "$(wc -l <files/processes)" -lt 6 ] || fail "the step sees processes of the machine"
  [ "$(<files/name)" != "$(hostname)" ] || fail "the machine's name came through"
  grep -q localhost files/hosts-seen || fail "no hosts file"
  [ ! -s files/etc/hosts ] || fail "the hosts file was committed"
}

case_kernel_files_are_masked() {
  run_in_step 'cat /proc/kcore > /kcore 2>/dev/null; cat /proc/keys > /keys 2>/dev/null; (echo x > /proc/sysrq-trigger) 2>/dev/null && echo open > /sysrq; (echo 1 > /proc/sys/vm/drop_caches) 2>/dev/null && echo open > /sys-open; true'
  [ ! -s files/kcore ] || fail "kcore can be read"
  [ ! -s files/keys ] || fail "keys can be read"
  [ ! -e files/sysrq ] || fail "sysrq-trigger can be written"
  [ ! -e files/sys-open ] || fail "/proc/sys can be written"
}

case_capabilities() {
  run_in_step 'grep -E "^(CapEff|CapBnd|CapInh|CapAmb|NoNewPrivs|Seccomp):" /proc/self/status > /status'
  local effective
  effective=$(sed -n 's/^CapEff:[[:space:]]*//p' files/status)
  same "$((0x$effective & ~0xa80425fb))" 0 "capabilities beyond the default set ($effective)"
  same "$(sed -n 's/^Seccomp:[[:space:]]*//p' files/status)" 2 "seccomp mode"
}

# security.S10
case_background_processes_end_with_the_step() {
  run_in_step '(sleep 271 &) ; echo done > /done'
  same "$(<files/done)" "done"
  ! pgrep -f '^sleep 271$' >/dev/null || fail "a process outlived its step"
  nothing_left_behind
}

# security.D16
case_links_do_not_lead_out() {
  local outside=$work/outside
  mkdir -p "$outside"
  dockerfile <<END
FROM base AS trap
RUN ln -s $outside /way-out && ln -s /../../../../../../$outside /way-up
FROM trap
COPY file /way-out/file
COPY file /way-up/file
END
  echo x >file
  cooper_run build --progress plain --output type=local,dest=files .
  [ -z "$(ls -A "$outside")" ] || fail "a file was written outside"
  printf 'FROM scratch\nCOPY link /a\n' >Dockerfile
  echo secret >"$outside/secret"
  ln -s "$outside/secret" link
  cooper_run build --output type=local,dest=files2 .
  [ ! -f files2/a ] || [ -L files2/a ] || ! grep -q secret files2/a || fail "a link led out of the context"
  printf 'FROM scratch\nCOPY ../outside/secret /a\n' >Dockerfile
  cooper_run build --output type=local,dest=files3 .
  [ ! -e files3/a ] || fail "a path led out of the context"
}

case_special_modes_and_owners_survive() {
  dockerfile <<'END'
FROM base
RUN touch /s && chown 1000:1000 /s && chmod 6755 /s && mkdir /t && chmod 1777 /t && mknod /pipe p
END
  cooper_ok build --no-cache --output type=tar,dest=files.tar .
  tar --numeric-owner -tvf files.tar >listing
  grep -qE '^-rwsr-sr-x 1000/1000 .* (\./)?s$' listing || fail "$(grep -E ' (\./)?s$' listing)"
  grep -qE '^drwxrwxrwt 0/0 .* (\./)?t/$' listing || fail "$(grep -E ' (\./)?t/$' listing)"
  grep -qE '^prw' listing || fail "no pipe"
}

case_ordinary_user() {
  [ "$(id -u)" -eq 0 ] || { echo "skipped: already an ordinary user" && return 0; }
  command -v newuidmap >/dev/null || { echo "skipped: newuidmap is not installed" && return 0; }
  grep -q '^nobody:' /etc/subuid 2>/dev/null || { echo "skipped: user nobody has no subordinate ids" && return 0; }
  dockerfile <<'END'
FROM base
RUN id -u > /id && chown 1000:1000 /id
END
  mkdir "$work/nobody"
  chown nobody "$work/nobody"
  chmod 755 "$work"
  status=0
  setpriv --reuid nobody --regid nogroup --clear-groups env HOME="$work/nobody" COOPER_ROOT="$work/nobody/store" "$COOPER_BIN" \
    build --progress plain --output "type=tar,dest=$work/nobody/files.tar" . >"$work/out" 2>"$work/err" || status=$?
  out=$(<"$work/out") err=$(<"$work/err")
  same "$status" 0
  tar --numeric-owner -tvf "$work/nobody/files.tar" | grep -qE '^-rw-r--r-- 1000/1000 .* (\./)?id$' || fail "owner of /id"
}

run_cases
