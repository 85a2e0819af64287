#!/usr/bin/env bash
# cooper in a container as Docker makes them without any option: it builds there, says how, and the images are the
# very bytes that are built outside.
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

inside() {
  status=0
  COOPER_ROOT=$store python3 -B "$project/tests/support/stock_container.py" "$work" "$COOPER_BIN" "$@" \
    >"$work/out" 2>"$work/err" || status=$?
  out=$(<"$work/out")
  err=$(<"$work/err")
  if [ "$status" -eq 77 ]; then
    skip_test "${out#skipped: }"
  fi
}

case_built_inside_and_outside_it_is_one_image() {
  export SOURCE_DATE_EPOCH=1700000000
  export TMPDIR=/tmp
  mkdir -p ctx
  echo context >ctx/file
  dockerfile <<'END'
FROM base AS one
RUN chmod 4755 /bin/ls && chown 1000:1000 /bin/cp && ln /bin/cat /bin/cat2 && rm /bin/wc
FROM base AS two
RUN --mount=type=cache,target=/root/.cache echo kept >/root/.cache/f && cat /root/.cache/f >/cached
RUN --mount=type=bind,source=ctx,target=/mnt/ctx cat /mnt/ctx/file >/bound
FROM base
COPY --from=one /bin/ls /bin/cp /one/
COPY --from=two /cached /bound /two/
RUN readlink /proc/self/exe >/exe && head -c 5 /proc/self/status >/status && ls /proc/self/fd >/fds
RUN --mount=type=bind,from=two,target=/mnt/two cat /mnt/two/cached >/cached2
USER web
WORKDIR /home/web
RUN id >id && uname -n >name
END
  cooper_ok build --progress plain "$PWD"
  local outside=$out
  fresh_store
  inside build --progress plain "$PWD"
  same "$status" 0 "the build inside"
  err_has "chroot, which is no security boundary" "new namespaces: Operation not permitted"
  same "$out" "$outside" "the image built inside and the one built outside"
  fresh_store
  printf 'RUN --network=none true\n' | dockerfile
  inside build "$PWD"
  [ "$status" -ne 0 ] || fail "--network=none was accepted"
  err_has "--network=none" "isolation 'chroot' cannot give it"
  inside doctor
  same "$status" 0 "the doctor inside"
  grep -q 'isolation: chroot is chosen' <<<"$out" || fail "chroot is not chosen"
}

run_cases
