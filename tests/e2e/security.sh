#!/usr/bin/env bash
# Rows of docs/security.md seen from outside: hostile layers and images, mounts, descriptors, limits.
. "$(dirname "$0")/lib.sh"

[ "$(id -u)" -eq 0 ] || skip_test "needs root"

# The canary: a folder outside whose state never changes.
canary=$work/canary
mkdir -p "$canary"
echo "do not touch" >"$canary/secret"
chmod 600 "$canary/secret"
canary_state() { find "$canary" -printf '%p %m %n %U %s %T@\n' | sort | sha256sum; }
canary_before=$(canary_state)
canary_is_untouched() { same "$(canary_state)" "$canary_before" "the canary"; }

hostile() { python3 -B "$e2e_folder/hostile/run.py" "$COOPER_BIN" "$@" || fail "hostile layers: $*"; }

case_hostile_layers() {
  hostile
}

case_hostile_layers_without_overlays() {
  hostile --snapshots directory names links whiteouts
  hostile --isolation chroot names links whiteouts
}

# A layer is read by a process that can open no socket and start no program (tests/integration/builder/layer looks at
# it closely): while the program reads one, there is such a process of it, which unlike a step's may not become another user.
is_reader() {
  grep -qs '^NoNewPrivs:.1$' "/proc/$1/status" && grep -qsa '^cooper-sandbox-child' "/proc/$1/cmdline" || return 1
  local effective
  effective=$(sed -n 's/^CapEff:.//p' "/proc/$1/status" 2>/dev/null) || return 1
  [ -n "$effective" ] && [ $((0x$effective & 1 << 7)) -eq 0 ]
}

case_layers_are_read_apart() {
  local entry seen=""
  fresh_store
  mkdir many
  (cd many && seq 20000 | xargs touch)
  printf 'COPY many /many\nRUN true\n' | dockerfile
  COOPER_ROOT=$store "$COOPER_BIN" build . >"$work/out" 2>"$work/err" &
  local builder=$!
  while [ -z "$seen" ] && kill -0 "$builder" 2>/dev/null; do
    for entry in $(grep -lsa '^cooper-sandbox-child' /proc/[0-9]*/cmdline); do
      entry=${entry#/proc/}
      ! is_reader "${entry%/cmdline}" || seen=$entry
    done
  done
  wait "$builder" || fail "the build failed: $(<"$work/err")"
  [ -n "$seen" ] || fail "no confined process of cooper was seen"
}

# security.T17 security.T14 What is left out of a layer is said, once for each kind, with a count.
case_what_is_left_out_is_said() {
  local lines devices=1
  case ${COOPER_ISOLATION:-} in userns | single) devices=0 ;; esac
  fresh_store
  python3 -B - "$e2e_folder" <<'PYTHON'
import sys
from pathlib import Path
sys.path[:0] = [sys.argv[1] + "/hostile", sys.argv[1] + "/../conformance"]
from base_images import layer_tar
from raw_tar import Member, octal, tar
from run import layout_of
odd = {"SCHILY.xattr.security.selinux": "s"}
layout_of([tar(Member("a", pax=odd), Member("b\x1b[1m", pax=odd), Member("n\x1bull", "3", major=octal(1, 8), minor=octal(3, 8)))],
          layer_tar("busybox", 0), Path("layout"))
PYTHON
  printf 'FROM base\nRUN ["/bin/busybox", "true"]\n' >Dockerfile
  cooper_ok build --progress plain --build-context base=oci-layout://layout .
  lines=$(grep "extended attribute security.selinux left out (2 members, the first is 'a')" <<<"$err")
  same "$(wc -l <<<"$lines")" 1 "lines about the attribute"
  grep -qE "warning: layer sha256:[0-9a-f]{12}: " <<<"$lines" || fail "no layer is named: $lines"
  [ $devices = 0 ] || err_lacks "a device"
  fresh_store
  cooper_ok build --progress json --build-context base=oci-layout://layout .
  same "$(jq -r 'select(.event == "remark").text' <<<"$err" | grep -c 'selinux left out')" 1 "remarks about the attribute"
  fresh_store
  cooper_ok tree oci-layout://layout
  err_has "selinux left out (2 members"
  # Without the right to make devices the step and the exported files lack it.
  local way=${COOPER_ISOLATION:-single}
  [ "$way" != single ] || devices=0
  fresh_store
  cooper_ok --isolation "$way" build --progress plain --build-context base=oci-layout://layout -o type=local,dest=out .
  same "$(grep -cF "a device cannot be made without privileges: it is in the image, but not among these files" <<<"$err")" \
    $((1 - devices)) "lines about the device"
  [ -e out/a ] && [ "$(find out ! -type d | wc -l)" -ge 2 ] && [ "$(find out -type c | wc -l)" = $devices ] ||
    fail "other files: $(ls -l out)"
}

# security.T15 security.D9
case_users_of_a_hostile_file() {
  local spoil use
  for spoil in 'rm /etc/passwd && mkfifo /etc/passwd' "rm /etc/passwd && ln -s $canary/secret /etc/passwd" \
    'rm /etc/passwd && head -c 8388608 /dev/zero >/etc/passwd'; do
    for use in 'USER web
RUN true' 'COPY --chown=web Dockerfile /x'; do
      make_rootfs
      cp "$(command -v mkfifo)" rootfs/bin/
      printf 'RUN %s\n%s\n' "$spoil" "$use" | dockerfile
      status=0
      COOPER_ROOT=$store timeout 20 "$COOPER_BIN" build . >"$work/out" 2>"$work/err" || status=$?
      err=$(tr -d '\0' <"$work/err")
      [ "$status" -ne 0 ] && [ "$status" -lt 100 ] || fail "exit status $status after '$spoil' and '$use'"
      err_lacks "do not touch"
    done
  done
  canary_is_untouched
}

# security.D1
case_a_cache_whose_parts_change_places() {
  {
    echo 'FROM base AS swapper'
    echo 'RUN --mount=type=cache,id=d1,target=/c mkdir -p /c/sub; n=0; while [ $n -lt 300 ]; do rm -rf /c/sub; ln -s / /c/sub; rm /c/sub; mkdir /c/sub; n=$((n+1)); done'
    echo 'FROM base AS looker'
    for n in 1 2 3 4 5 6 7 8; do
      echo "RUN --mount=type=cache,id=d1,target=/c,source=sub if [ -e /c$canary/secret ]; then echo SEEN-OUTSIDE; fi # $n"
    done
    echo 'FROM base'
    echo 'COPY --from=swapper /etc/passwd /1'
    echo 'COPY --from=looker /etc/passwd /2'
  } | dockerfile
  cooper_run build --progress plain .
  ! grep -q ' SEEN-OUTSIDE$' <<<"$err" || fail "a step saw the machine"
  canary_is_untouched
}

# security.D3
case_a_cache_id_is_no_path() {
  dockerfile <<END
FROM base
RUN --mount=type=cache,id=../../../../../../../../$canary,target=/c ls -A /c >/listed && echo x >/c/new
END
  cooper_ok build --output type=local,dest=files .
  same "$(<files/listed)" ""
  canary_is_untouched
}

# security.D8
case_working_directories_that_lead_out() {
  local directory
  for directory in /proc/self/fd/7 /proc/1/root /proc/self/cwd /link; do
    printf 'RUN ln -s /proc/1/root /link\nWORKDIR %s\nRUN echo x >d8-was-here\n' "$directory" | dockerfile
    cooper_run build .
    [ ! -e /d8-was-here ] || fail "WORKDIR $directory led to the machine"
  done
  printf 'RUN ln -s %s /a\nWORKDIR /a/b\nRUN echo x >f\n' "$canary" | dockerfile
  cooper_ok build .
  canary_is_untouched
}

# security.S1 security.S8
case_descriptors_and_environment() {
  local way
  printf '%s\n' 'RUN ls /proc/self/fd >/fds; cat /proc/self/fd/77 && echo SEEN; ls /proc/self/fd/78/ && echo SEEN; env | grep HIDDEN && echo SEEN; true' | dockerfile
  for way in ${COOPER_ISOLATION:-root chroot single}; do
    fresh_store
    rm -rf files
    HIDDEN=secret cooper_run --isolation "$way" build --progress plain --output type=local,dest=files . 77<"$canary/secret" 78<"$canary"
    [ "$way" != single ] || [ "$status" -eq 0 ] || continue
    same "$status" 0 "$way"
    ! grep -q ' SEEN$' <<<"$err" || fail "a descriptor or variable reached the step ($way)"
    err_lacks "do not touch"
    same "$(wc -l <files/fds | tr -d ' ')" 4 "descriptors in the step ($way)"
  done
}

# security.C2 security.C5
case_an_image_is_no_cache_entry() {
  printf 'RUN head -c 8 /dev/urandom >/random\n' | dockerfile
  fresh_store
  cooper_ok build -t local/c2:1 --output type=oci,dest=image.tar .
  fresh_store
  mkdir image
  tar -xf image.tar -C image
  cooper_ok pull -t local/c2:1 "oci-layout://$PWD/image"
  cooper_ok build --progress plain .
  grep -q 'DONE' <<<"$err" || fail "nothing was made"
  ! grep -q 'CACHED.*RUN' <<<"$err" || fail "a pulled image was taken for a cache entry"
  printf 'FROM base AS a\nARG X=1\nRUN echo "a[$X]"\nFROM base\nRUN echo "b[$X]"\n' | dockerfile
  cooper_ok build --progress plain --no-cache .
  err_has 'b[]'
}

# security.T23 security.N8 security.D20
case_limits() {
  printf 'RUN true\n' | dockerfile
  cooper_run --limit dockerfileBytes=10 build .
  same "$status" 4 "a limit"
  err_has "the limit dockerfileBytes is 10" "--limit dockerfileBytes=NUMBER"
  printf '{"limits": {"dockerfileInstructions": 2}}' >config.json
  COOPER_CONFIG=$PWD/config.json cooper_run build .
  same "$status" 4 "a limit of the configuration"
  COOPER_CONFIG=$PWD/config.json cooper_ok --limit dockerfileInstructions=100 build .
  fresh_store
  cooper_run --limit layerEntries=2 build .
  same "$status" 4 "a limit of layers"
  err_has "the limit layerEntries is 2"
  cooper_run --limit layerEntreis=2 build .
  same "$status" 2 "a wrong name"
  err_has "did you mean 'layerEntries'?"
  cooper_run --limit layerEntries build .
  same "$status" 2 "no number"
}

run_cases
