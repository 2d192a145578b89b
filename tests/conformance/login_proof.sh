#!/bin/sh
# Logs into a fresh noded under a storm of failed logins, in Chromium with scripts and without.
#   login_proof.sh [--noded PROGRAM]
# Playwright comes from the folder of a judge (../shared/conformance beside the checkout). 77: there is
# none, or there is no Chromium (the variable CHROMIUM may name one).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
noded=$root/build/release/noded
judge=$root/../shared/conformance/passkey
while [ $# -gt 0 ]; do
  case $1 in
    --noded) noded=$2; shift 2 ;;
    *) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 2 ;;
  esac
done
chromium=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if [ ! -f "$judge/package.json" ] || [ -z "$chromium" ]; then
  echo "SKIPPED: there is no judge at $judge, or no Chromium"
  exit 77
fi
noded=$(cd "$(dirname "$noded")" && pwd)/$(basename "$noded")
node=$("$root/scripts/node22")
playwright=$("$root/scripts/judge_folder" "$judge")

. "$here/node.sh"
start_node "$noded" --role n1 --app "$here/clients_app.json" --set auth.storm_failures=3
status=0
"$node" --no-warnings "$here/login_proof.mjs" "http://localhost:${address##*:}" "$playwright" \
  "$chromium" >"$work/said" 2>&1 || status=$?
cat "$work/said"
stop_node
exit "$status"
