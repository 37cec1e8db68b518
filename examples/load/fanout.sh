#!/usr/bin/env bash
# Loads the fan-out service: without hedging, with it, and with clients that leave too early.
#
#   examples/load/fanout.sh [SECONDS] [CLIENTS]     default: 10 seconds for each row, 10 clients
#
# Prints a Markdown table, and after it what each run has left behind in the service: nothing. BUILD=no takes what is
# built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tools/find-java.sh
seconds=${1:-10}
clients=${2:-10}

if [[ "${BUILD:-yes}" != no ]]; then
  mvn -q -B -ntp -DskipTests -Dformat.skip=true -pl core,examples -am package
fi
java=$(find_java)
run=("$java" -cp "examples/target/classes:examples/target/lib/*")
output=$(mktemp -d)
demo=
trap 'kill "$demo" 2>/dev/null || true; rm -rf "$output"' EXIT

load() { # NAME, LEAVING OF 100, OPTIONS OF THE SERVICE...
  local name=$1 leave=$2 address stats
  shift 2
  rm -f "$output/address"
  "${run[@]}" dev.musubi.examples.fanout.Demo "$@" >"$output/address" 2>"$output/report" &
  demo=$!
  until [[ -s "$output/address" ]]; do
    kill -0 "$demo" # or it has ended with an error
    sleep 0.1
  done
  address=$(cat "$output/address")
  "${run[@]}" dev.musubi.examples.fanout.LoadClient --clients="$clients" --seconds=3 "$address" >/dev/null # warm
  "${run[@]}" dev.musubi.examples.fanout.LoadClient \
    --name="$name" --clients="$clients" --seconds="$seconds" --leave="$leave" "$address"
  for _ in {1..50}; do # those that were left end within two heartbeats
    stats=$(curl -s "${address%/ask}/stats")
    if [[ "$stats" == *'"otherLiveTasks":0'* ]]; then break; fi
    sleep 0.1
  done
  kill -TERM "$demo"
  wait "$demo" || true
  after+=("$name: $stats; at SIGTERM: $(cat "$output/report")")
}

after=()
echo "| service | requests | per second | p50 ms | p90 ms | p99 ms | max ms | complete | left by the client |"
echo "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
load "without hedging" 0 --hedge=0
load "asked again after 30 ms" 0 --hedge=30
load "the same, 30 of 100 clients leave" 30 --hedge=30
echo
printf '%s\n' "${after[@]}"
