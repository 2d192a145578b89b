#!/bin/sh
# Runs the judge of passkeys, in a real browser, against a fresh noded.
#   passkey.sh [--noded PROGRAM] [--judge FOLDER] [judge's own arguments]
# FOLDER holds run.mjs (default: ../shared/conformance/passkey beside the checkout). Among the judge's
# arguments are --strict (compare the codes of refusals too), --only TEXT and --challenge-ttl-ms N,
# which the node is started with as well. The exit status is the judge's. 77: there is no judge, or
# no Chromium (the variable CHROMIUM may name one).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
noded=$root/build/release/noded
judge=$root/../shared/conformance/passkey
lifetime=
left=$#
while [ "$left" -gt 0 ]; do
  case $1 in
    --noded) noded=$2; shift 2; left=$((left - 2)) ;;
    --judge) judge=$2; shift 2; left=$((left - 2)) ;;
    --challenge-ttl-ms)
      lifetime=$2
      set -- "$@" "$1" "$2"
      shift 2
      left=$((left - 2))
      ;;
    --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) set -- "$@" "$1"; shift; left=$((left - 1)) ;;  # the judge's
  esac
done
if [ ! -f "$judge/run.mjs" ]; then
  echo "SKIPPED: there is no judge at $judge"
  exit 77
fi
if [ -z "${CHROMIUM:-}" ] && ! command -v chromium chromium-browser google-chrome >/dev/null; then
  echo "SKIPPED: there is no Chromium"
  exit 77
fi
noded=$(cd "$(dirname "$noded")" && pwd)/$(basename "$noded")
node=$("$root/scripts/node22")
run=$("$root/scripts/judge_folder" "$judge")

. "$here/node.sh"

# The judge deletes the only passkey of an account without a password.
start_node "$noded" --role n1 --app "$here/passkey_app.json" --set passkey.allow_delete_last=true \
  ${lifetime:+--set "passkey.challenge_ttl=${lifetime}ms"}

status=0
(cd "$run" && "$node" --no-warnings run.mjs --origin "http://localhost:${address##*:}" "$@") \
  >"$work/judged" 2>&1 || status=$?
cat "$work/judged"
stop_node
exit "$status"
