#!/usr/bin/env bash
# helm installs, upgrades, rolls back and uninstalls the chart, on an API server that only stores objects.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=tests/deploy/go_tools.sh
source ./go_tools.sh
require_go helm
HELM=$(go_tool helm)
export HELM
python3 -B -m unittest -v chart_release_test
