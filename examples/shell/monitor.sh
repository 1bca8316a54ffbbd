#!/bin/sh
# Measures a URL now and then, reports what it saw to the sentinel, and prints every verdict on a line.
#   examples/shell/monitor.sh https://service.example/health
# SENTINEL_URL       where the sentinel is            http://127.0.0.1:8000, or unix:/path/of/the.sock
# SENTINEL_API_TOKEN its token, if it asks for one; the first where there are several
# INTERVAL           seconds from one look to the next     10
# COUNT              how many looks; 0 goes on for ever     0
# What is not set is looked for in a file .env of the working directory, which may be the sentinel's own.
# A THREAT_DETECTED comes with an action: observe asks for no more than a look, throttle and freeze for more.
# It needs curl. A sentinel that does not answer is said so, and the watching goes on.
set -eu
# Numbers with a point, whatever the language of the machine.
LC_ALL=C
export LC_ALL

# The value of a name in .env, without quotes; nothing where there is none.
setting() {
  [ -f .env ] || return 0
  sed -n "s/^[[:space:]]*\(export[[:space:]][[:space:]]*\)\{0,1\}$1[[:space:]]*=[[:space:]]*//p" .env | tail -n 1 |
    tr -d '\r' | sed -e 's/^"\([^"]*\)".*/\1/' -e t -e "s/^'\([^']*\)'.*/\1/" -e t -e 's/[[:space:]]*#.*//' -e 's/[[:space:]]*$//'
}

target=${1:?usage: monitor.sh URL}
token=${SENTINEL_API_TOKEN:-$(setting SENTINEL_API_TOKEN)}
token=$(printf %s "${token%%,*}" | tr -d '[:space:]')
port=$(setting SENTINEL_PORT)
sentinel=${SENTINEL_URL:-$(setting SENTINEL_URL)}
sentinel=${sentinel:-http://127.0.0.1:${port:-8000}}
while [ "$sentinel" != "${sentinel%/}" ]; do sentinel=${sentinel%/}; done
socket=
case $sentinel in
unix:*)
  socket=${sentinel#unix:}
  sentinel=http://localhost
  ;;
esac
interval=${INTERVAL:-10}
count=${COUNT:-0}
# The proxy of the environment is for what is far away.
NO_PROXY=${NO_PROXY:-${no_proxy:-}},localhost,127.0.0.1,::1
no_proxy=$NO_PROXY
export NO_PROXY no_proxy

look() {
  # Body size, seconds and status; a URL that cannot be reached is an error with the time that it took.
  curl --silent --output /dev/null --max-time 10 --write-out '%{size_download} %{time_total} %{http_code}' "$1" || true
}

report() {
  set -- --data "$1"
  if [ -n "$token" ]; then
    set -- "$@" --header "authorization: Bearer $token"
  fi
  # The sentinel is next door: no proxy.
  if [ -n "$socket" ]; then
    set -- "$@" --unix-socket "$socket"
  fi
  curl --silent --show-error --fail --noproxy '*' --max-time 3 --header 'content-type: application/json' "$@" \
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
