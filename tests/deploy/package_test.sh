#!/usr/bin/env bash
# What is installed: cmake --install into a directory, the Debian package, and an image: a bare Debian into which apt-get
# installs that package and what it depends on, built by the cooper that is in it.
#
#   JOB_IMAGE   where that image is left, an OCI layout, for deploy/job_container
set -euo pipefail
: "${COOPER_BIN:?the program to test}" "${BUILD_DIRECTORY:?where it was built}" "${JOB_IMAGE:?a folder for the image}"
rm -rf "$JOB_IMAGE"
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "package_test: $*" >&2
  exit 1
}

files="bin/cooper share/man/man1/cooper.1 share/bash-completion/completions/cooper
  share/zsh/site-functions/_cooper share/fish/vendor_completions.d/cooper.fish"

cmake --install "$BUILD_DIRECTORY" --prefix "$work/prefix" >/dev/null
for file in $files; do
  [ -s "$work/prefix/$file" ] || fail "cmake --install left no $file"
done
"$work/prefix/bin/cooper" version | grep -qx 'commit [0-9a-f+changesunkow]*' || fail "cooper version tells no commit"

(cd "$work" && cpack --config "$BUILD_DIRECTORY/CPackConfig.cmake" -B "$work/package" >"$work/log" 2>&1) || {
  cat "$work/log" >&2
  exit 1
}
package=$(echo "$work"/package/cooper_*_"$(dpkg --print-architecture)".deb)
[ -f "$package" ] || fail "no package: $(ls "$work/package")"
field() {
  dpkg-deb --field "$package" "$1"
}
field Depends | grep -q libcurl4 || fail "Depends: $(field Depends)"
field Depends | grep -q libseccomp2 || fail "Depends: $(field Depends)"
field Recommends | grep -q uidmap || fail "Recommends: $(field Recommends)"
dpkg-deb --extract "$package" "$work/unpacked"
for file in $files; do
  [ -s "$work/unpacked/usr/$file" ] || fail "the package has no $file"
done
cmp <("$work/unpacked/usr/bin/cooper" version) <("$COOPER_BIN" version)
if find "$work/unpacked" -perm /022 ! -type l | grep .; then fail "writable by others"; fi
echo "package: $(basename "$package") $(stat -c %s "$package") bytes"

# --- the image
[ "$(id -u)" = 0 ] || { echo "skipped: a base image is made as root only" && exit 77; }
export COOPER_ROOT=$work/store
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
mkdir "$work/base"
mmdebstrap --quiet --variant=minbase --aptopt='Acquire::Languages "none"' "$suite" "$work/base/debian.tar"
printf 'FROM scratch\nADD debian.tar /\nENV PATH=/usr/sbin:/usr/bin:/sbin:/bin\n' >"$work/base/Dockerfile"
"$COOPER_BIN" build --progress quiet --output "type=oci,tar=false,dest=$work/debian" "$work/base"
"$COOPER_BIN" build --progress plain -f deploy/image/Dockerfile -t localhost/cooper:test \
  --build-context "debian:bookworm-slim=oci-layout://$work/debian" "$work/package" 2>&1 | tail -n 40
# As `container:` of a job: the steps of the release workflow that need nothing but it, and a build.
mkdir -p "$work/steps" "$work/server/team"
python3 -B - "$work/steps" <<'PYTHON'
import pathlib
import sys

import yaml

steps = yaml.safe_load(pathlib.Path("deploy/gitea/release.yml").read_text())["jobs"]["release"]["steps"]
for name in ("Check out the tag", "Have cooper"):
    script, = [one["run"] for one in steps if one["name"] == name]
    (pathlib.Path(sys.argv[1]) / name.replace(" ", "-")).write_text(script)
PYTHON
site=$work/server/team/site.git
git init -q "$site"
printf 'FROM scratch\nCOPY a /\n' >"$site/Dockerfile"
touch "$site/a"
git -C "$site" add .
git -C "$site" -c user.name=a -c user.email=a@example.invalid commit -qm site
git -C "$site" tag v1.0.0
cat >"$work/smoke.json" <<JSON
{"targets": {"cooper": {
  "command": ["sleep", "300"],
  "env": {"GITHUB_SERVER_URL": "git://127.0.0.1:9418", "GITHUB_REPOSITORY": "team/site", "GITHUB_REF": "refs/tags/v1.0.0",
          "GITHUB_REF_NAME": "v1.0.0", "GITHUB_SHA": "$(git -C "$site" rev-parse HEAD)", "TOKEN": "t", "COOPER_DEB": "", "COOPER_SHA256": "",
          "HOME": "/root"},
  "mounts": [{"host": "$work/steps", "target": "/steps"}],
  "sidecars": [{"name": "git", "host_command": ["git", "-c", "safe.directory=*", "daemon", "--export-all", "--listen=127.0.0.1", "--port=9418",
                                                "--base-path=$work/server"], "ready_port": 9418}],
  "steps": [
    {"exec": ["cooper", "version"], "expect_exit": 0, "expect_output": "commit "},
    {"exec": ["sh", "-c", "git --version && curl --version && jq --version && ls /etc/ssl/certs/ca-certificates.crt && newuidmap 2>&1 | head -n 1"],
     "expect_exit": 0, "expect_output": "git version"},
    {"exec": ["sh", "-c", "mkdir /workspace && cd /workspace && bash --noprofile --norc -e -o pipefail /steps/Check-out-the-tag && ls Dockerfile"],
     "expect_exit": 0, "expect_output": "Dockerfile"},
    {"exec": ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "/steps/Have-cooper"], "expect_exit": 0, "expect_output": "commit "},
    {"exec": ["cooper", "build", "/workspace"], "expect_exit": 0, "expect_output": "sha256:"}
  ]}}}
JSON
"$COOPER_BIN" smoke -f "$work/smoke.json" -C / localhost/cooper:test
mkdir -p "$JOB_IMAGE"
"$COOPER_BIN" copy --quiet cooper-store:localhost/cooper:test "oci-layout://$JOB_IMAGE"
