#!/bin/bash
# The units and, when it is named, the package under a real systemd.
#   tests/packaging/systemd.sh BINARY [PACKAGE.deb]
# Needs root, and the judge tools/systemd-test.sh of the folder `shared` beside this repository; says
# SKIPPED with code 77 otherwise.
set -euo pipefail
cd "$(dirname "$0")/../.."
judge=../shared/tools/systemd-test.sh
[ $# -ge 1 ] || { sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 2; }
skip() { echo "SKIPPED: $1"; exit 77; }
[ -f "$judge" ] || skip "there is no $judge"
[ "$(id -u)" = 0 ] || skip "needs root"
for tool in systemd-nspawn mmdebstrap; do
  command -v "$tool" >/dev/null || skip "needs $tool (systemd-container, mmdebstrap)"
done

log=$(mktemp)
trap 'rm -f "$log"' EXIT
run() {
  echo "== systemd-test $*"
  bash "$judge" "$@" -p 1337 -u /readyz -x tests/packaging/inside.sh | tee "$log"
  level=$(sed -n 's/^security: .*: \([0-9.]*\) .*/\1/p' "$log")
  awk -v level="${level:-10}" 'BEGIN { exit !(level <= 1.5) }' ||
    { echo "FAIL  exposure ${level:-unknown} is above 1.5"; exit 1; }
  grep -Eq 'behind the socket +[0-9]+ sent, 0 failed' "$log" ||
    { echo 'FAIL  requests were lost over a restart behind the socket'; exit 1; }
}

run -b "$1" -s systemd/noded.service -S systemd/noded.socket -f systemd/noded.sysusers:/usr/lib/sysusers.d/noded.conf
[ $# -lt 2 ] || run -d "$2" -s noded.service -S noded.socket
