#!/bin/sh
# Runs the judge of bknd's HTTP contract against a fresh noded.
#   bknd.sh [--noded PROGRAM] [--judge FOLDER] [--except GROUP,GROUP] [judge's own arguments]
# FOLDER holds app-config.json and run.mjs (default: ../shared/conformance/bknd beside the checkout).
# The node gets that configuration, an empty store and the administrator admin@example.com /
# administrator. The exit status is the judge's. With --except it is instead 0 when every case that
# failed belongs to one of the groups ("media" for "media: upload"). 77: there is no judge.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
noded=$root/build/release/noded
judge=$root/../shared/conformance/bknd
except=
left=$#
while [ "$left" -gt 0 ]; do
  case $1 in
    --noded) noded=$2; shift 2; left=$((left - 2)) ;;
    --judge) judge=$2; shift 2; left=$((left - 2)) ;;
    --except) except=$2; shift 2; left=$((left - 2)) ;;
    --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) set -- "$@" "$1"; shift; left=$((left - 1)) ;;  # the judge's
  esac
done
if [ ! -f "$judge/run.mjs" ]; then
  echo "SKIPPED: there is no judge at $judge"
  exit 77
fi
noded=$(cd "$(dirname "$noded")" && pwd)/$(basename "$noded")
node=$("$root/scripts/node22")

run=$("$root/scripts/judge_folder" "$judge")

. "$here/node.sh"

mkdir "$work/media"
"$node" -e '
  const fs = require("node:fs");
  const [from, to, media] = process.argv.slice(1);
  const config = JSON.parse(fs.readFileSync(from, "utf8"));
  if (config.media?.adapter?.type === "local") config.media.adapter.config.path = media;
  fs.writeFileSync(to, JSON.stringify(config));
' "$judge/app-config.json" "$work/app.json" "$work/media"

start_node "$noded" --role n1 --app "$work/app.json"
printf administrator | "$noded" user create admin@example.com --role admin --password-stdin \
  --data "$work/store" >/dev/null

status=0
(cd "$run" && "$node" --no-warnings run.mjs --base "http://$address" "$@") >"$work/judged" 2>&1 || status=$?
cat "$work/judged"
stop_node
if [ -z "$except" ]; then exit "$status"; fi

grep -Eq '^[0-9]+ passed, [0-9]+ failed$' "$work/judged" || exit 2
groups=$(printf '%s' "$except" | tr ',' '|')
unexpected=$(grep '^not ok ' "$work/judged" | grep -Ev "^not ok [0-9]+ ($groups): " || true)
if [ -n "$unexpected" ]; then
  echo "failed outside of $except:"
  echo "$unexpected"
  exit 1
fi
echo "every case outside of $except passed"
