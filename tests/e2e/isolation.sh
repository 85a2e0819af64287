#!/usr/bin/env bash
# The ways to isolate a step: the same images from each, what none of them may leave behind, what a chroot refuses
# by name. In a container with Docker's default options: see stock_container.sh. What every way owes is tried in the way of
# tests/modes, or else by chroot.
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ "$(id -u)" -eq 0 ] || skip_test "needs root"
way=${COOPER_ISOLATION:-chroot}

# One step of each kind that differs without mounts or overlays.
write_set() {
  mkdir -p ctx
  echo context >ctx/file
  echo 'a secret of 24 bytes ...' >secret
  dockerfile <<'END'
FROM base
RUN chmod 4755 /bin/ls && chown 1000:1000 /bin/cp && ln /bin/cat /bin/cat2 && rm /bin/wc && mkdir -p /d/e
RUN --mount=type=secret,id=s sha256sum </run/secrets/s >/secret.sum && stat -c '%s %a' /run/secrets/s >>/secret.sum
RUN --mount=type=cache,target=/root/.cache echo kept >/root/.cache/f && cat /root/.cache/f >/cached
RUN --mount=type=cache,target=/root/.cache cat /root/.cache/f >/cached2
RUN --mount=type=bind,source=ctx,target=/mnt/ctx,rw echo new >/mnt/ctx/new && cat /mnt/ctx/file >/bound
RUN --mount=type=bind,from=base,source=/etc,target=/mnt/etc cat /mnt/etc/passwd >/users
RUN --mount=type=tmpfs,target=/scratch echo gone >/scratch/x && cat /scratch/x >/from-tmpfs
RUN rm -rf /tmp && mkdir -m 1777 /tmp && touch /tmp/new && touch -c /etc/passwd && mv /d /moved
RUN readlink /proc/self/exe >/exe && head -c 5 /proc/self/status >/status && cat </dev/null >/dev/stdout
RUN <<SCRIPT
uname -n >/name
SCRIPT
USER web
RUN id >/tmp/id && readlink /proc/self/exe >/tmp/exe
END
}

build_set() {
  cooper_ok "$@" build --secret id=s,src=secret --progress plain .
}

# security.T25
case_every_way_gives_the_same_image() {
  export SOURCE_DATE_EPOCH=1700000000
  write_set
  local expected="" one
  for one in "root overlay" "root directory" "chroot auto" "single auto"; do
    fresh_store
    # shellcheck disable=SC2086  # two words
    set -- $one
    if [ "$1" = single ]; then # owners other than root have no place there: refused by name
      cooper_refuses --isolation single build --secret id=s,src=secret .
      continue
    fi
    build_set --isolation "$1" --snapshots "$2"
    [ -n "$expected" ] || expected=$out
    same "$out" "$expected" "$one"
    [ -z "$(ls -A "$store/cooper/tmp")" ] || fail "left in tmp after $one: $(ls -A "$store/cooper/tmp")"
  done
  nothing_left_behind
  unset SOURCE_DATE_EPOCH
}

case_a_chroot_says_what_it_is_and_what_it_cannot() {
  fresh_store
  printf 'FROM base\nRUN true\n' | dockerfile
  cooper_ok --isolation chroot build --progress plain .
  err_has "chroot, which is no security boundary"
  local option
  for option in --network=none --security=insecure; do
    printf 'FROM base\nRUN %s true %s\n' "$option" "$RANDOM" | dockerfile
    cooper_refuses --isolation chroot build --allow security.insecure .
    err_has "$option" "isolation 'chroot' cannot give it"
  done
  printf 'RUN --mount=type=cache,id=c,target=/a --mount=type=cache,id=c,target=/b true\n' | dockerfile
  cooper_refuses --isolation chroot build .
  err_has "one cache at two targets"
}

# until_sleep there|gone SECONDS: until a process of a step, known by how long it sleeps, is there or gone.
until_sleep() {
  local try found
  for try in $(seq 300); do
    found=gone
    ! pgrep -f "^sleep $2\$" >/dev/null || found=there
    [ "$found" != "$1" ] || return 0
    sleep 0.1
  done
  fail "sleep $2 is not $1 after $try tries"
}

# security.C9
case_a_secret_is_on_no_disk() {
  fresh_store
  echo "Zq7secretZq7secretZq7" >secret
  local seconds=$((30000 + $$ % 10000))
  printf 'RUN --mount=type=secret,id=s cat /run/secrets/s >/dev/null; sleep %s\n' "$seconds" | dockerfile
  COOPER_ROOT=$store "$COOPER_BIN" --isolation "$way" build --secret id=s,src=secret . >/dev/null 2>&1 &
  local builder=$!
  until_sleep there "$seconds"
  ! grep -rqs Zq7secret "$store" || fail "the secret is on the disk while the step runs"
  kill -9 "$builder"
  wait "$builder" 2>/dev/null || true
  until_sleep gone "$seconds"
  ! grep -rqs Zq7secret "$store" || fail "the secret is on the disk after the builder was killed"
}

# security.S10 security.F1
case_a_step_that_hides_its_processes_is_ended_whole() {
  local how seconds=$((40000 + $$ % 10000))
  make_rootfs
  cp "$(command -v setsid)" rootfs/bin/
  for how in TERM KILL; do
    fresh_store
    printf 'RUN (setsid sh -c "sleep %s & sleep 1%s" &) ; sleep 2%s\n' "$seconds" "$seconds" "$seconds" | dockerfile
    COOPER_ROOT=$store "$COOPER_BIN" --isolation "$way" build . >/dev/null 2>&1 &
    local builder=$!
    until_sleep there "$seconds"
    kill "-$how" "$builder"
    wait "$builder" 2>/dev/null || true
    until_sleep gone "$seconds"
    until_sleep gone "1$seconds"
    until_sleep gone "2$seconds"
  done
  # What a step leaves running in the background ends with it.
  fresh_store
  printf 'RUN setsid sleep %s >/dev/null 2>&1 & echo done\n' "$seconds" | dockerfile
  cooper_ok --isolation "$way" build .
  until_sleep gone "$seconds"
}

# What lies below a link of /proc is the step's own, where a link says so too; and files that are links into /proc work.
case_a_chroot_leads_proc_into_its_root() {
  fresh_store
  echo SEEN >"$work/canary"
  cat >probe.sh <<'END'
ln -s "$1" /link
mkdir /sub
echo own >/sub/file
cd /sub
exec 3</sub
for way in root/link cwd/../link fd/3/../link task/self/root/link root/proc/1/root/link; do
  cat "/proc/self/$way" 2>/dev/null
  echo written 2>/dev/null >"/proc/self/$way"
done
set -e
cat /proc/self/root/sub/file /proc/self/cwd/file /proc/self/fd/3/file >/found
ln -s ../proc/self/status /etc/state
ln -s /dev/stdout /sub/log
head -c 5 /etc/state >>/found
echo on-the-log >log
tar -xf /tree.tar
stat -c '%a' /sub/tree >>/found
END
  make_rootfs
  copy_programs rootfs tar
  mkdir -m 2750 tree
  tar -cf rootfs/tree.tar tree
  printf 'COPY probe.sh /\nRUN sh /probe.sh %s\n' "$work/canary" | dockerfile
  cooper_ok --isolation chroot build --progress plain -t here:1 .
  err_lacks SEEN
  err_has on-the-log
  same "$(<"$work/canary")" SEEN "a file outside of the root"
  mkdir out
  cooper_ok --isolation chroot build --output type=local,dest=out .
  same "$(<out/found)" "$(printf 'own\nown\nown\nName:2750')" "what was found below /proc/self"
}

# security.S8
case_a_chroot_shows_no_other_process() {
  fresh_store
  cat >probe.sh <<'END'
cat /proc/1/environ && echo SEEN
cat "/proc/$1/environ" && echo SEEN
cat /proc/kcore && echo SEEN
echo x >/proc/sys/kernel/core_pattern && echo SEEN
kill -0 "$1" && echo SEEN
chroot / true && echo SEEN
mknod /disk b 8 0 && echo SEEN
exit 0
END
  make_rootfs
  cp "$(command -v chroot)" rootfs/bin/
  printf 'COPY probe.sh /\nRUN sh /probe.sh %s\n' "$$" | dockerfile
  cooper_ok --isolation chroot build --progress plain .
  err_lacks SEEN
}

case_the_doctor_tries_each_way() {
  fresh_store
  cooper_ok doctor
  grep -q '^ok *isolation: root is chosen' <<<"$out" || fail "root is not chosen: $out"
  grep -q '^ok *isolation chroot: works' <<<"$out" || fail "chroot does not work"
  cooper_ok doctor --json
  python3 -c '
import json, sys
found = json.load(sys.stdin)["checks"]
assert {one["status"] for one in found} <= {"ok", "optional"}, found
assert all(one["cure"] for one in found if one["status"] != "ok"), found
' <<<"$out" || fail "the document"
  cooper_run doctor --registry 127.0.0.1:1/team/shop
  same "$status" 1 "a registry that is not there"
  grep -q '^missing *registry 127.0.0.1:1/team/shop' <<<"$out" || fail "no line for the registry"
}

run_cases
