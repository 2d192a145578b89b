#!/bin/sh
# Runs bknd's SDK and @simplewebauthn/browser beside each other against a fresh noded, in Chromium.
#   clients.sh [--noded PROGRAM]
# Both come from the folders of the judges (../shared/conformance beside the checkout). 77: there are
# none, or there is no Chromium (the variable CHROMIUM may name one).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
noded=$root/build/release/noded
judges=$root/../shared/conformance
while [ $# -gt 0 ]; do
  case $1 in
    --noded) noded=$2; shift 2 ;;
    *) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 2 ;;
  esac
done
if [ ! -f "$judges/bknd/package.json" ] || [ ! -f "$judges/passkey/package.json" ]; then
  echo "SKIPPED: there are no judges at $judges"
  exit 77
fi
chromium=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if [ -z "$chromium" ]; then
  echo "SKIPPED: there is no Chromium"
  exit 77
fi
noded=$(cd "$(dirname "$noded")" && pwd)/$(basename "$noded")
node=$("$root/scripts/node22")
with_bknd=$("$root/scripts/judge_folder" "$judges/bknd")
with_passkeys=$("$root/scripts/judge_folder" "$judges/passkey")

. "$here/node.sh"
start_node "$noded" --role n1 --app "$here/clients_app.json"
status=0
"$node" --no-warnings "$here/clients.mjs" "http://localhost:${address##*:}" "$with_bknd" \
  "$with_passkeys" "$chromium" >"$work/said" 2>&1 || status=$?
cat "$work/said"
stop_node
exit "$status"
