#!/usr/bin/env bash
# The chart, rendered by helm itself. Needs a Go toolchain to build helm with.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=tests/deploy/go_tools.sh
source ./go_tools.sh
require_go helm
HELM=$(go_tool helm)
export HELM
python3 -B -m unittest -v chart_test chart_traps_test chart_policy_test chart_unusual_test
