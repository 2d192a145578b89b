# Sourced by the scripts of the judges: a noded of their own in a temporary folder.
#   start_node PROGRAM [its arguments]   returns once it serves; $work is the folder, $address host:port
#   expect_node_alive                    exit status 2 if it ended meanwhile
#   stop_node                            exit status 2 if it ended meanwhile, or does not end well
# When the script ends, the node does, and the folder is removed.
work=$(mktemp -d)
pid=
finish() {
  status=$?
  trap - EXIT INT TERM
  if [ -n "$pid" ]; then
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  fi
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

start_node() {
  "$@" --data "$work/store" --listen 127.0.0.1:0 --set "runtime.ready_file=$work/ready" \
    >"$work/log" 2>&1 &
  pid=$!
  turns=0
  while [ ! -f "$work/ready" ]; do
    turns=$((turns + 1))
    if ! kill -0 "$pid" 2>/dev/null || [ "$turns" -gt 600 ]; then
      echo "noded did not start:" >&2
      cat "$work/log" >&2
      exit 2
    fi
    sleep 0.1
  done
  address=$(grep -o '127\.0\.0\.1:[0-9]*' "$work/ready" | head -n 1)
}

expect_node_alive() {
  kill -0 "$pid" 2>/dev/null && return
  echo "noded ended during the run:" >&2
  tail -n 50 "$work/log" >&2
  exit 2
}

stop_node() {
  expect_node_alive
  kill "$pid"
  ended=0
  wait "$pid" || ended=$?
  pid=
  [ "$ended" = 0 ] && return
  echo "noded ended with status $ended:" >&2
  tail -n 50 "$work/log" >&2
  exit 2
}
