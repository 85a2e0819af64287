#!/usr/bin/env bash
# What a hostile image or step cannot do, the same in whichever way steps are isolated (rows S and D of docs/security.md;
# tests/integration/builder/sandbox looks at the namespaces closely).
. "$(dirname "$0")/lib.sh"

isolation=${COOPER_ISOLATION:-root}

# The canary: a folder outside whose state never changes.
canary=$work/canary
mkdir -p "$canary/dir"
echo "do not touch" >"$canary/secret"
: >"$canary/stub"
canary_state() { find "$canary" -printf '%p %m %n %U %s %T@\n' | sort | sha256sum; }
canary_before=$(canary_state)
canary_is_untouched() { same "$(canary_state)" "$canary_before" "the canary${1:+ ($1)}"; }

build_files() {
  rm -rf files
  cooper_ok build --progress plain --output type=local,dest=files .
}

# A link that leads into /proc leads nowhere outside; one into the root leads there.
# security.S2
case_a_working_directory_that_is_a_link() {
  local link
  for link in /proc/self/fd/9 /proc/1/root /proc/self/cwd "$canary"; do
    printf 'RUN ln -s %s /w\nWORKDIR /w\nRUN echo x >s2-was-here\n' "$link" | dockerfile
    cooper_run build --progress plain . 9<"$canary"
    [ "$status" -eq 0 ] || err_has "working directory"
    [ ! -e /s2-was-here ] && [ ! -e s2-was-here ] || fail "WORKDIR $link led to the machine"
    canary_is_untouched "$link"
  done
  printf 'RUN ln -s /tmp /w\nWORKDIR /w\nRUN echo x >here\n' | dockerfile
  build_files
  same "$(<files/tmp/here)" x
}

# security.S3
case_devices_that_are_links_to_kernel_files() {
  local before name
  before=$(</proc/sys/kernel/core_pattern)
  make_rootfs
  mkdir -p rootfs/dev
  for name in null zero pts console ptmx; do ln -s /proc/sys/kernel/core_pattern "rootfs/dev/$name"; done
  cat >probe.sh <<'END'
echo evil >/dev/null
(echo evil >/proc/sys/kernel/core_pattern) 2>/dev/null && echo SEEN
(echo h >/proc/sysrq-trigger) 2>/dev/null && echo SEEN
[ -z "$(cat /proc/kcore /proc/keys /proc/timer_list /sys/firmware/* 2>/dev/null | head -c 1)" ] || echo SEEN
stat -c '%F %t:%T' /dev/null /dev/zero >/devices
END
  printf 'COPY probe.sh /\nRUN sh /probe.sh\n' | dockerfile
  build_files
  err_lacks SEEN
  same "$(<files/devices)" "$(printf 'character special file 1:%s\n' 3 5)" "the devices of the step"
  same "$(</proc/sys/kernel/core_pattern)" "$before" "the machine's core pattern"
}

# security.S4
case_special_places_that_are_links_or_files() {
  local name
  for name in dev proc sys; do
    make_rootfs
    ln -s "$canary" "rootfs/$name"
    printf 'RUN true\n' | dockerfile
    cooper_refuses build .
    err_has "something else than a directory"
    canary_is_untouched "$name"
    rm "rootfs/$name"
    echo file >"rootfs/$name"
    cooper_refuses build .
    rm -r rootfs
  done
  make_rootfs
  ln -s "$canary/secret" rootfs/etc/resolv.conf
  ln -s ../../../../run/x/stub.conf rootfs/etc/hosts
  printf 'RUN cat /etc/resolv.conf; grep -q localhost /etc/hosts\n' | dockerfile
  cooper_ok build --progress plain .
  err_lacks "do not touch"
  canary_is_untouched
}

# security.S7
case_ids_and_capabilities() {
  # Docker's set; by chroot without SYS_CHROOT, MKNOD and NET_RAW. One id alone has no groups beside its own.
  local bounding=00000000a80425fb no_new=0 groups="0 " lines='grep -E "^(Uid|Gid|Groups|Cap...|NoNewPrivs|Seccomp):" /proc/self/status'
  case $isolation in
    chroot) bounding=00000000a00005fb no_new=1 ;;
    single) groups=" " ;;
  esac
  expected() {
    printf '%s\n' "Uid: $1 $1 $1 $1" "Gid: $1 $1 $1 $1" "Groups: $2" "CapInh: 0000000000000000" "CapPrm: $3" "CapEff: $3" \
      "CapBnd: $bounding" "CapAmb: 0000000000000000" "NoNewPrivs: $no_new" "Seccomp: 2"
  }
  printf 'RUN %s >/root/status\n' "$lines" | dockerfile
  build_files
  same "$(tr '\t' ' ' <files/root/status)" "$(expected 0 "$groups" $bounding)" "root"
  [ "$isolation" != single ] || return 0 # no other user there
  printf 'USER web\nRUN %s >/tmp/status\n' "$lines" | dockerfile
  build_files
  same "$(tr '\t' ' ' <files/tmp/status)" "$(expected 1000 "1000 " 0000000000000000)" "a user"
}

# The builder's environment and arguments are in no process that the step sees, and it can signal none of ours.
# security.S8
case_the_builder_cannot_be_seen() {
  cat >probe.sh <<'END'
cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null >/seen
for part in environ maps mem; do
  cat "/proc/$1/$part" >/dev/null 2>&1 && echo SEEN
done
for part in root cwd fd task; do
  ls "/proc/$1/$part/" >/dev/null 2>&1 && echo SEEN
done
kill -0 "$1" 2>/dev/null && echo SEEN
exit 0
END
  printf 'COPY probe.sh /\nRUN sh /probe.sh %s\n' $$ | dockerfile
  HIDDEN=of-the-builder build_files
  err_lacks SEEN
  grep -qa probe.sh files/seen || fail "the step saw not even itself"
  ! grep -qa of-the-builder files/seen || fail "the step saw the builder's environment"
}

# security.S9
case_calls_that_are_refused() {
  make_rootfs
  copy_programs rootfs perl
  cat >probe.pl <<'END'
my %calls = $ARGV[0] eq "x86_64"
    ? (mount => 165, unshare => 272, setns => 308, keyctl => 250, add_key => 248, bpf => 321, userfaultfd => 323,
       io_uring_setup => 425, open_by_handle_at => 304, init_module => 175, kexec_load => 246, pivot_root => 155)
    : (mount => 40, unshare => 97, setns => 268, keyctl => 219, add_key => 217, bpf => 280, userfaultfd => 282,
       io_uring_setup => 425, open_by_handle_at => 265, init_module => 105, kexec_load => 104, pivot_root => 41);
for my $call (sort keys %calls) {
  my $got = syscall($calls{$call}, 0x10000000, 0, 0, 0, 0);
  print "$call: ", $got == -1 ? $! + 0 : "given", "\n";
}
syscall(435, 0, 0); print "clone3: ", $! + 0, "\n";
for my $family (38, 40) { print "family $family: ", socket(my $socket, $family, 1, 0) ? "given" : $! + 0, "\n"; }
my $byte = "x";
for my $request (0x5412, 0x541C) { print "ioctl $request: ", ioctl(STDIN, $request, $byte) ? "given" : $! + 0, "\n"; }
END
  printf 'COPY probe.pl /\nRUN perl /probe.pl %s >/answers\n' "$(uname -m)" | dockerfile
  build_files
  local refused
  refused=$(grep -vE '^clone3: 38$|: 1$' files/answers || true)
  same "$refused" "" "calls that were answered otherwise than by EPERM"
  same "$(wc -l <files/answers)" 17 "calls"
}

# Sockets without a file belong to the network, which a step shares: those of others it cannot reach, and so hands nobody a descriptor
# that outlives it.
# security.S10
case_sockets_of_others() {
  local helper name=cooper-test-$$ version
  version=$(python3 -c 'import ctypes; print(ctypes.CDLL(None).syscall(444, None, 0, 1))')
  [ "$version" -ge 6 ] || { echo "  not tried: this kernel has Landlock $version, which cannot do it" && return 0; }
  make_rootfs
  copy_programs rootfs perl
  cat >connect.pl <<'END'
$| = 1;
my ($theirs, $own) = map { pack("S a*", 1, "\0$_") } @ARGV;
socket(my $to, 1, 1, 0) && socket(my $listener, 1, 1, 0) && socket(my $again, 1, 1, 0) or die;
print "theirs: ", connect($to, $theirs) ? "connected" : $! + 0, "\n";
bind($listener, $own) && listen($listener, 1) or die "cannot listen: $!";
print "own: ", fork() == 0 ? exit(connect($again, $own) ? 0 : 1) : wait() && $? , "\n";
END
  setpriv --pdeathsig KILL python3 -c 'import socket, sys, time
server = socket.socket(socket.AF_UNIX)
server.bind("\0" + sys.argv[1])
server.listen(1)
open("listening", "w").close()
time.sleep(300)' "$name" &
  helper=$!
  comes_true test -e listening || fail "no socket to try"
  printf 'COPY connect.pl /\nRUN perl /connect.pl %s own-%s >/answers\n' "$name" "$name" | dockerfile
  build_files
  kill "$helper"
  same "$(<files/answers)" "$(printf 'theirs: 1\nown: 0')" "what the step could connect to"
}

# A step that eats all it gets fails by its limit or is stopped by its user, and takes nobody with it.
# security.S14
case_steps_that_never_have_enough() {
  wants() { # LIMIT COMMAND TEXT
    printf '%s\nRUN %s\n' "$user" "$2" | dockerfile
    cooper_refuses build --progress plain --ulimit "$1" .
    err_has "$3" "RUN "
    nothing_left_behind
  }
  local user=
  wants data=50000000 'dd if=/dev/zero of=/dev/null bs=100M count=1' "memory exhausted"
  wants fsize=1000000 'trap "" XFSZ; dd if=/dev/zero of=/big bs=1M count=8' "File too large"
  # Root of the machine is not counted, and one id alone is root there too.
  [ "$isolation" = single ] || user="USER 1000"
  [ "$isolation" = single ] ||
    wants nproc=20 'i=0; while [ $i -lt 200 ]; do sleep 300 & i=$((i + 1)); done' "Cannot fork"
  dockerfile <<'END'
RUN echo asleep; (sleep 300 &); sleep 300
END
  COOPER_ROOT=$store "$COOPER_BIN" build --progress plain . >sleeps.out 2>sleeps.err &
  local builder=$! status=0
  comes_true grep -q 'asleep$' sleeps.err || fail "the step does not begin: $(<sleeps.err)"
  kill "$builder"
  wait "$builder" || status=$?
  same "$status" 143 "exit status after SIGTERM"
  nothing_left_behind
  printf 'RUN echo well >/well\n' | dockerfile
  build_files
  same "$(<files/well)" well
  cooper_ok fsck
}

# security.D2
case_a_source_that_is_a_link_to_the_root() {
  dockerfile <<'END'
RUN ln -s / /rootdir && echo the-source >/mark
FROM base
RUN echo the-target >/mark
RUN --mount=type=bind,from=base,source=/rootdir,target=/x,rw cat /x/mark; echo x >/x/d2-was-here
END
  cooper_ok build --progress plain .
  grep -q ' the-source$' <<<"$err" || fail "the link was not followed in the source's root"
  [ ! -e /d2-was-here ] || fail "the machine's root was mounted"
}

# security.D5
case_what_is_written_to_a_bind_mount() {
  mkdir ctx
  echo before >ctx/file
  dockerfile <<'END'
RUN --mount=type=bind,source=ctx,target=/m,rw echo after >/m/file && echo new >/m/new && cat /m/file /m/new >/seen
RUN --mount=type=bind,source=ctx/file,target=/f,rw echo after >/f && cat /f >>/seen
RUN --mount=type=bind,source=ctx,target=/m cat /m/file >>/seen && ls /m >>/seen
END
  build_files
  same "$(tr '\n' ' ' <files/seen)" "after new after before file "
  same "$(<ctx/file) $(ls ctx)" "before file" "the context"
}

# security.D6
case_a_target_whose_parent_is_replaced() {
  local mount
  for mount in type=secret,id=s,target=/p/stub type=cache,target=/p/dir type=tmpfs,target=/p/dir type=bind,source=rootfs,target=/p/dir; do
    printf 'RUN mkdir /p\nRUN --mount=%s mv /p /q; ln -s %s /p\n' "$mount" "$canary" | dockerfile
    echo secret >secret
    cooper_run build --progress plain --secret id=s,src=secret .
    [ "$status" -lt 128 ] || fail "$mount: ended by a signal"
    canary_is_untouched "$mount"
  done
  [ -z "$(ls -A "$store/cooper/tmp")" ] || fail "left in tmp: $(ls -A "$store/cooper/tmp")"
}

# security.D7
case_a_target_behind_a_link() {
  printf 'RUN ln -s %s /mnt\nRUN --mount=type=secret,id=s,target=/mnt/sub/f --mount=type=cache,target=/mnt/c wc -c /mnt/sub/f && echo x >/mnt/c/x\n' \
    "$canary" | dockerfile
  echo secret >secret
  cooper_ok build --progress plain --secret id=s,src=secret .
  canary_is_untouched
}

run_cases
