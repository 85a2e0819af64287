#!/usr/bin/env bash
# Git repositories over ssh, as contexts and in ADD, from a real sshd on the loopback interface.
. "$(dirname "$0")/lib.sh"

make_repository() {
  local folder=$work/site
  git init -q -b main "$folder"
  mkdir "$folder/sub"
  echo from-git >"$folder/sub/file"
  printf 'FROM scratch\nCOPY . /\n' >"$folder/sub/Dockerfile"
  git -C "$folder" add .
  GIT_COMMITTER_DATE='@1234567890 +0000' git -C "$folder" -c user.name=a -c user.email=a@b commit -q -m one
  git clone -q --bare "$folder" "$work/site.git"
}

# The user's known_hosts is not the machine's.
build() {
  HOME=$work/home cooper_run build "$@"
}

started=0
start_sshd || started=$?
[ "$started" != 77 ] || skip_test "there is no sshd, or this is not root"
[ "$started" -eq 0 ] || exit 1
address=$sshd_address key=$sshd_folder/allowed
mkdir "$work/home"
make_repository

case_add() {
  printf 'FROM scratch\nADD --keep-git-dir=false %s%s/site.git#main:sub /from\n' "$address" "$work" >Dockerfile
  build --ssh default="$key" -o files .
  [ "$status" -eq 0 ] || fail "exit status $status"
  same "$(<files/from/file)" from-git
  build --ssh default="$key" .
  [ "$status" -eq 0 ] || fail "exit status $status the second time"
}

case_context() {
  build --ssh default="$key" -o files "$address$work/site.git#main:sub"
  [ "$status" -eq 0 ] || fail "exit status $status"
  same "$(<files/file)" from-git
}

case_named_context_and_its_time() {
  printf 'FROM scratch\nARG SOURCE_DATE_EPOCH\nLABEL epoch=$SOURCE_DATE_EPOCH\nCOPY --from=site /sub/file /\n' >Dockerfile
  build --ssh default="$key" --build-context "site=$address$work/site.git" --build-arg SOURCE_DATE_EPOCH=site \
    -o type=oci,tar=false,dest=layout .
  [ "$status" -eq 0 ] || fail "exit status $status"
  cooper_ok tree oci-layout://layout
  grep -q '"epoch": "1234567890"' <<<"$out" || fail "the label is not the commit's time"
  grep -q '"created": "2009-02-13T23:31:30Z"' <<<"$out" || fail "the image is not of the commit's time"
}

case_running_agent() {
  eval "$(ssh-agent -s)" >/dev/null
  ssh-add -q "$key"
  build --ssh default -o files "$address$work/site.git#main:sub"
  ssh-agent -k >/dev/null
  unset SSH_AUTH_SOCK SSH_AGENT_PID
  [ "$status" -eq 0 ] || fail "exit status $status"
  same "$(<files/file)" from-git
}

case_wrong_key() {
  build --ssh default="$sshd_folder/stranger" "$address$work/site.git"
  [ "$status" -ne 0 ] || fail "a key that is not allowed was let in"
  err_has "Permission denied" "--ssh default"
}

case_no_key() {
  build "$address$work/site.git"
  [ "$status" -ne 0 ] || fail "nobody was let in"
  err_has "--ssh default"
}

# A host that has another key than it had is refused; the error says so.
case_changed_host() {
  local port=${address##*:}
  mkdir -p "$work/home/.ssh"
  echo "[127.0.0.1]:$port $(cut -d' ' -f1-2 <"$sshd_folder/stranger.pub")" >"$work/home/.ssh/known_hosts"
  build --ssh default="$key" "$address$work/site.git"
  rm -r "$work/home/.ssh"
  [ "$status" -ne 0 ] || fail "another host key was taken"
  err_has "Host key verification failed"
}

run_cases
