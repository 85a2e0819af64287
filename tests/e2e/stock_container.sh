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

has_line() {
  grep -q "^$1" <<<"$out" || fail "no line '$1'"
}

case_owners_modes_capabilities_and_attributes() {
  make_rootfs
  copy_programs rootfs setcap getcap tar
  chmod 640 rootfs/etc/group
  mkdir -p tree/deep
  echo packed >tree/deep/file
  chmod 4751 tree/deep/file
  chmod 2750 tree/deep
  tar -cf rootfs/tree.tar --owner=1000 --group=2000 tree
  dockerfile <<'END'
FROM base AS made
RUN setcap cap_net_bind_service,cap_chown+ep /bin/cat && cp -a /bin/cat /bin/cat-too && cp /bin/cat /bin/cat-without
RUN chown 1000:2000 /bin/ls && chmod 6755 /bin/ls && mkdir /t && chown 65534:54321 /t && chmod 3777 /t && mknod /pipe p
RUN tar -xpf /tree.tar && tar -C /t --no-same-owner -xf /tree.tar
FROM base
COPY --from=made / /
RUN getcap /bin/cat /bin/cat-too /bin/cat-without >/caps
RUN stat -c '%n %F %u:%g %a' /bin/ls /t /pipe /tree/deep /tree/deep/file /t/tree/deep /etc/group >/files
USER 1000:2000
RUN cat /tree/deep/file >/t/own
END
  cooper_ok build --progress plain -t here:1 "$PWD"
  local outside=$out
  cooper_ok tree here:1
  has_line '/bin/cat file 0755 0:0 .* xattr.security.capability='
  has_line '/bin/cat-too file 0755 0:0 .* xattr.security.capability='
  has_line '/bin/ls file 6755 1000:2000 '
  has_line '/t dir 3777 65534:54321'
  has_line '/tree/deep/file file 4751 1000:2000 '
  has_line '/t/own file 0644 1000:54321 '
  fresh_store
  inside build --progress plain "$PWD"
  same "$status" 0 "the build inside"
  same "$out" "$outside" "the image built inside and the one built outside"
}

case_devices() {
  dockerfile <<'END'
RUN stat -c '%n %F %t:%T %a %u:%g' /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty >/nodes
RUN stat -c '%n %F %a' /dev /dev/shm /dev/pts && readlink /dev/fd /dev/stdin /dev/stdout /dev/stderr >/links
RUN head -c 4 /dev/zero >/zeros && head -c 4 /dev/urandom >/dev/null && ! echo x >/dev/full
RUN echo kept >/dev/shm/x && cat /dev/shm/x >/shm && ln -s /dev/stderr /log && echo to-the-log >/log && echo y | cat /dev/stdin >/piped
RUN ! mknod /disk b 8 0 2>/dev/null || rm /disk
RUN chmod 600 /dev/stdout && ls -A /dev/shm >/nothing
END
  cooper_ok build --progress plain "$PWD"
  local outside=$out
  fresh_store
  inside build --progress plain "$PWD"
  same "$status" 0 "the build inside"
  err_has to-the-log
  same "$out" "$outside" "the image built inside and the one built outside"
}

# Each stage waits for the other: one after the other they would not end.
case_stages_run_beside_each_other() {
  make_rootfs
  copy_programs rootfs busybox
  local port
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  dockerfile <<END
FROM base AS listens
RUN echo hello | busybox nc -l -p $port >/heard
FROM base AS calls
RUN until echo hello | busybox nc 127.0.0.1 $port >/heard; do sleep 0.1; done
FROM base
COPY --from=listens /heard /one
COPY --from=calls /heard /two
RUN grep hello /one && grep hello /two
END
  inside build --progress plain -j 4 "$PWD"
  same "$status" 0 "the build inside"
}

case_what_stood_for_mounts_is_gone() {
  mkdir -p ctx
  echo context >ctx/file
  echo "Xq9secretXq9secret" >secret
  dockerfile <<'END'
RUN --mount=type=cache,target=/cache --mount=type=bind,source=ctx,target=/bind,rw --mount=type=tmpfs,target=/scratch \
    --mount=type=secret,id=s echo 1 >/cache/f && echo 2 >/bind/new && echo 3 >/scratch/f && wc -c /run/secrets/s >/size
RUN --mount=type=cache,target=/cache cat /cache/f >/cached
RUN --mount=type=bind,source=ctx,target=/bind ls /bind >/bound
RUN --mount=type=cache,target=/cache echo 4 >/cache/g && false
END
  inside build --secret "id=s,src=$PWD/secret" "$PWD"
  err_has "exit status 1"
  same "$(ls -A "$store/cooper/tmp")" "" "what a build that failed left behind"
  ! grep -rqs Xq9secret "$store" || fail "the secret is on the disk"
  sed -i 's/^.*&& false$/RUN --mount=type=cache,target=\/cache cat \/cache\/f \/cache\/g >\/after/' Dockerfile
  inside build --secret "id=s,src=$PWD/secret" -t here:1 "$PWD"
  same "$status" 0 "the second build: a cache keeps what a step that failed wrote"
  cooper_ok tree here:1
  ! grep -qE '^/(cache|bind|scratch|run/secrets)/' <<<"$out" || fail "a layer holds what was mounted"
  has_line '/after file .* 4'
  has_line '/bound file .* 5'
}

# poor CAPABILITY: builds by chroot without this capability.
poor() {
  status=0
  COOPER_ISOLATION=chroot COOPER_ROOT=$store setpriv --bounding-set="-$1" --inh-caps="-$1" \
    "$COOPER_BIN" build . >"$work/out" 2>"$work/err" || status=$?
  err=$(<"$work/err")
  [ "$status" -ne 0 ] || fail "accepted without $1"
}

# What needs a capability that even this container does not have is refused by its name.
case_what_a_poor_container_refuses() {
  fresh_store
  printf 'COPY --chown=1000:1000 rootfs/bin/cat /owned\nRUN true\n' | dockerfile
  poor chown
  err_has "set owner 1000:1000 of" owned CAP_CHOWN
  printf 'USER web\nRUN true\n' | dockerfile
  poor setuid
  err_has "become user '1000:1000'" CAP_SETUID
  poor mknod
  err_has "/dev/null" CAP_MKNOD
  printf 'RUN true\n' | dockerfile
  poor sys_chroot
  err_has CAP_SYS_CHROOT
}

run_cases
