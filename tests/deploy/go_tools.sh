# shellcheck shell=bash
# Sourced by the tests of deploy/: real tools, built by the Go toolchain from their published modules.
#
#   go_tool helm        prints the path of the program, building it the first time
#   go_module PATH@V    prints the directory of a module's files
#
# Where there is no Go the test is skipped (77), or fails if COOPER_REQUIRE_GO is set, as CI does; where there is, a tool
# that cannot be had is a failure.
# Programs are kept in COOPER_TEST_TOOLS (default: ~/.cache/cooper-test-tools), never in the work tree.

command -v go >/dev/null 2>&1 || PATH=$PATH:/usr/local/go/bin

tools_directory=${COOPER_TEST_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/cooper-test-tools}

go_tool_module() {
  case $1 in
    helm) echo helm.sh/helm/v3/cmd/helm@v3.22.0 ;;
    kubeconform) echo github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0 ;;
    actionlint) echo github.com/rhysd/actionlint/cmd/actionlint@v1.7.12 ;;
    versitygw) echo github.com/versity/versitygw/cmd/versitygw@v1.8.0 ;;
    *) echo "go_tool: no tool $1" >&2 && return 1 ;;
  esac
}

require_go() {
  command -v go >/dev/null 2>&1 && return 0
  if [ -n "${COOPER_REQUIRE_GO:-}" ]; then
    echo "no Go toolchain to build $* with, and COOPER_REQUIRE_GO is set" >&2
    exit 1
  fi
  echo "skipped: no Go toolchain to build $* with"
  exit 77
}

# One build at a time, gently: it takes minutes of processor time when nothing is cached.
go_tool() {
  local module directory
  module=$(go_tool_module "$1") || return 1
  directory=$tools_directory/${module##*@}
  mkdir -p "$directory"
  (
    flock 9
    [ -x "$directory/$1" ] && exit 0
    echo "building $module" >&2
    GOBIN=$directory GOFLAGS="-buildvcs=false -p=1 ${GOFLAGS-}" nice go install "$module" >&2
  ) 9>"$tools_directory/lock" || return 1
  echo "$directory/$1"
}

go_module() {
  go mod download -json "$1" | jq -er 'if .Error then error(.Error) else .Dir end'
}
