#!/bin/sh
# Measures a URL now and then, reports what it saw to the sentinel, and prints every verdict on a line.
#   examples/shell/monitor.sh https://service.example/health
# SENTINEL_URL       where the sentinel is            http://127.0.0.1:8000
# SENTINEL_API_TOKEN its token, if it asks for one
# INTERVAL           seconds from one look to the next     10
# COUNT              how many looks; 0 goes on for ever     0
# A THREAT_DETECTED comes with an action: observe asks for no more than a look, throttle and freeze for more.
# It needs curl. A sentinel that does not answer is said so, and the watching goes on.
set -eu

target=${1:?usage: monitor.sh URL}
sentinel=${SENTINEL_URL:-http://127.0.0.1:8000}
interval=${INTERVAL:-10}
count=${COUNT:-0}

look() {
  # Body size, seconds and status; a URL that cannot be reached is an error with the time that it took.
  curl --silent --output /dev/null --max-time 10 --write-out '%{size_download} %{time_total} %{http_code}' "$1" || true
}

report() {
  set -- --data "$1"
  if [ -n "${SENTINEL_API_TOKEN:-}" ]; then
    set -- "$@" --header "authorization: Bearer $SENTINEL_API_TOKEN"
  fi
  curl --silent --show-error --fail --max-time 3 --header 'content-type: application/json' "$@" \
    "$sentinel/analyze-flow" || echo '{"status":"UNKNOWN"}'
}

looks=0
while [ "$count" -eq 0 ] || [ "$looks" -lt "$count" ]; do
  # shellcheck disable=SC2046 # three words are wanted
  set -- $(look "$target")
  size=$1 seconds=$2 code=$3
  errors=0
  if [ "$code" = 000 ] || [ "$code" -ge 500 ]; then errors=1; fi
  latency=$(awk -v seconds="$seconds" 'BEGIN { printf "%.3f", seconds * 1000 }')
  verdict=$(report "{\"latency\":$latency,\"input_length\":$size,\"errors\":$errors,\"route\":\"monitor\"}")
  echo "$code ${latency}ms ${size}B $verdict"
  looks=$((looks + 1))
  if [ "$count" -eq 0 ] || [ "$looks" -lt "$count" ]; then sleep "$interval"; fi
done
