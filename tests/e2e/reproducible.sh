#!/usr/bin/env bash
# The same tree gives the same manifest digest: in another folder, with another umask, with any number
# of threads, from another store, at another time.
. "$(dirname "$0")/lib.sh"

make_tree() {
  mkdir -p tree/src/deep
  for n in $(seq 200); do
    printf 'file %s\n' "$n" >"tree/src/deep/f$n"
  done
  dd if=/dev/zero bs=1000 count=9000 status=none | tr '\0' 'x' >tree/src/large
  chmod u+x tree/src/deep/f7
  ln -s deep/f1 tree/src/link
  cat >Dockerfile.tail <<'END'
FROM base AS made
WORKDIR /work
COPY tree/src/ ./src/
RUN mkdir -p out && echo made > out/a && ln -s a out/b && chmod 700 out && touch /tmp/t
RUN --mount=type=cache,target=/cache echo 1 >> /cache/count; sha256sum src/large > sum
FROM base
COPY --from=made --chown=1000:1000 /work /work
RUN --mount=type=tmpfs,target=/scratch echo x > /scratch/x; ls -l /work > /listing; rm /listing
LABEL made=true
END
  dockerfile <Dockerfile.tail
}

digest_of() {
  cooper_ok build --progress quiet "$@"
  printf '%s' "$out"
}

case_everything_else_may_differ() {
  local first second third
  export SOURCE_DATE_EPOCH=1700000000
  (umask 022 && make_tree)
  fresh_store
  first=$(digest_of -t same:1 .)
  sleep 1
  mkdir "$work/elsewhere"
  cd "$work/elsewhere"
  (umask 077 && make_tree)
  fresh_store
  second=$(umask 077 && digest_of -t same:1 -j 1 .)
  same "$second" "$first" "another folder, umask, time and number of jobs"
  if command -v taskset >/dev/null; then
    fresh_store
    third=$(out=$(COOPER_ROOT=$store taskset -c 0 "$COOPER_BIN" build --progress quiet -t same:1 . 2>"$work/err") && printf '%s' "$out")
    same "$third" "$first" "one processor"
  fi
  unset SOURCE_DATE_EPOCH
}

case_both_compressions() {
  local kind first second
  export SOURCE_DATE_EPOCH=1700000000
  make_tree
  for kind in gzip zstd; do
    fresh_store
    first=$(digest_of --compression "$kind" .)
    fresh_store
    second=$(digest_of --compression "$kind" .)
    same "$second" "$first" "$kind"
  done
  unset SOURCE_DATE_EPOCH
}

run_cases
