#!/bin/sh
# The same load on bknd itself and on noded, in one run on one machine, and their ratio.
#   bench/load.sh [--noded PROGRAM] [--judge FOLDER] [--out FOLDER] [--cases "NAME …"]
#                 [--index ENTITY.FIELD] [--get PATH] [arguments of load/load.mjs]
# FOLDER of --judge holds start-bknd.mjs and load/load.mjs (default: ../shared/conformance/bknd beside
# the checkout). Both serve the same configuration from an empty store; the load alternates between
# them case by case, so that a busy machine disturbs both alike. --out keeps the figures as JSON;
# --index gives both an index that the configuration does not name; --get is one more case, a GET by
# the administrator with 64 connections for 4 s.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/.." && pwd)
noded=$root/build/release/noded
judge=$root/../shared/conformance/bknd
out=
index=
get=
cases='ping get-one get-many-20 get-where-sort create patch login'
left=$#
while [ "$left" -gt 0 ]; do
  case $1 in
    --noded) noded=$2; shift 2; left=$((left - 2)) ;;
    --judge) judge=$2; shift 2; left=$((left - 2)) ;;
    --out) out=$2; shift 2; left=$((left - 2)) ;;
    --cases) cases=$2; shift 2; left=$((left - 2)) ;;
    --index) index=$2; shift 2; left=$((left - 2)) ;;
    --get) get=$2; shift 2; left=$((left - 2)) ;;
    --help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) set -- "$@" "$1"; shift; left=$((left - 1)) ;;  # the load program's
  esac
done
if [ ! -f "$judge/load/load.mjs" ]; then
  echo "SKIPPED: there is no load program in $judge"
  exit 77
fi
node=$("$root/scripts/node22")
run=$("$root/scripts/judge_folder" "$judge")
work=$(mktemp -d)
[ -n "$out" ] || out=$work/figures
mkdir -p "$out"
bknd_pid='' noded_pid=''
finish() {
  status=$?
  trap - EXIT INT TERM
  for pid in $bknd_pid $noded_pid; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

wait_for() { # pid, command that succeeds once it serves, log
  turns=0
  until eval "$2" 2>/dev/null; do
    turns=$((turns + 1))
    if ! kill -0 "$1" 2>/dev/null || [ "$turns" -gt 600 ]; then
      cat "$3" >&2
      exit 2
    fi
    sleep 0.1
  done
}

port=$("$node" -e 'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
mkdir "$work/media"
"$node" -e '
  const fs = require("node:fs");
  const [from, to, media, index] = process.argv.slice(1);
  const config = JSON.parse(fs.readFileSync(from, "utf8"));
  if (config.media?.adapter?.type === "local") config.media.adapter.config.path = media;
  if (index) {
    const [entity, field] = index.split(".");
    config.data.indices = { ...config.data.indices, idx_load: { entity, fields: [field], unique: false } };
  }
  fs.writeFileSync(to, JSON.stringify(config));
' "$judge/app-config.json" "$work/app.json" "$work/media" "$index"
(cd "$run" && exec "$node" --no-warnings start-bknd.mjs --port "$port" --dir "$work/bknd" \
  --config "$work/app.json") >"$work/bknd.log" 2>&1 &
bknd_pid=$!
"$noded" --role n1 --data "$work/store" --app "$work/app.json" --listen 127.0.0.1:0 \
  --set "runtime.ready_file=$work/ready" >"$work/noded.log" 2>&1 &
noded_pid=$!
wait_for "$bknd_pid" 'grep -q ^READY "$work/bknd.log"' "$work/bknd.log"
wait_for "$noded_pid" '[ -f "$work/ready" ]' "$work/noded.log"
address=$(grep -o '127\.0\.0\.1:[0-9]*' "$work/ready" | head -n 1)
printf administrator | "$noded" user create admin@example.com --role admin --password-stdin \
  --data "$work/store" >/dev/null

token_of() { # base
  curl -sS -H 'Content-Type: application/json' -d '{"email":"admin@example.com","password":"administrator"}' \
    "$1/api/auth/password/login" | "$node" -pe 'JSON.parse(require("node:fs").readFileSync(0)).token'
}

for case in $cases; do
  for side in bknd noded; do
    if [ "$side" = bknd ]; then base=http://127.0.0.1:$port pid=$bknd_pid; else base=http://$address pid=$noded_pid; fi
    echo "== $side: $case"
    "$node" "$run/load/load.mjs" "$@" --only "$case" --base "$base" --pid "$pid" --out "$out/$side-$case.json"
  done
done

if [ -n "$get" ]; then
  for side in bknd noded; do
    if [ "$side" = bknd ]; then base=http://127.0.0.1:$port; else base=http://$address; fi
    echo "== $side: $get"
    curl -sS -g -H "Authorization: Bearer $(token_of "$base")" "$base$get" | head -c 300
    echo
    wrk -t1 -c64 -d4s --latency -H "Authorization: Bearer $(token_of "$base")" "$base$get" |
      grep -E 'Requests/sec|99%|Non-2xx|Socket errors'
  done
fi

"$node" -e '
  const fs = require("node:fs");
  const folder = process.argv[1];
  const figures = (side) => fs.readdirSync(folder).filter((f) => f.startsWith(side + "-"))
    .flatMap((f) => JSON.parse(fs.readFileSync(`${folder}/${f}`, "utf8")).results);
  const theirs = figures("bknd"), ours = figures("noded");
  console.log("\n| case | connections | bknd req/s | noded req/s | ratio | bknd p99 ms | noded p99 ms | noded not 2xx |");
  console.log("|---|---|---|---|---|---|---|---|");
  for (const a of theirs) {
    const b = ours.find((r) => r.case === a.case && r.connections === a.connections);
    if (!b) continue;
    console.log(`| ${a.case} | ${a.connections} | ${a.rps.toFixed(0)} | ${b.rps.toFixed(0)} | ${(b.rps / a.rps).toFixed(1)} | ${a.p99_ms.toFixed(2)} | ${b.p99_ms.toFixed(2)} | ${b.non2xx + b.socket_errors} |`);
  }
  const memory = (rows) => Math.max(...rows.map((r) => r.rss_mib ?? 0)).toFixed(0);
  console.log(`\nmost resident memory: bknd ${memory(theirs)} MiB, noded ${memory(ours)} MiB`);
' "$out"
