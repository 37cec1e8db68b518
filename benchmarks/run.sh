#!/usr/bin/env bash
# Builds the benchmarks, runs them, and writes the results to benchmarks/results.
#
#   benchmarks/run.sh [short|long|smoke] [NAME...]
#
# short: all but JMH, in less than ten minutes. long: everything, about an hour and a half; the published form.
# smoke: tiny parameters, to see that all of it runs; its figures mean nothing and are not kept.
# NAME:  ratios, features, live, fairness, abort, select, timers, sleepers, sets, suite, million, jmh; the default is all of the form.
#
# BUILD=no      uses the jar that is there
# RESULTS=DIR   writes elsewhere
#
# Java: JAVA_HOME if that is a JDK 25, else "java" on the PATH if it is one, else the first JDK 25
# in the places where installers put them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

. tools/find-java.sh

form=short
case "${1:-}" in
  short | long | smoke)
    form=$1
    shift
    ;;
esac

case "$form" in
  smoke)
    ratios="rounds=2 warmup=1 forks=1 oneByOne=500 atOnce=5000"
    features="rounds=2 warmup=1 forks=1 oneByOne=200 atOnce=2000"
    live="tasks=20000 rounds=1 shutdownTasks=2000 shutdownRounds=2 heap=512m"
    fairness="rounds=1 warmup=0.5 seconds=0.5 backlog=2000"
    abort="samples=20 warmup=10"
    select="rounds=2 warmup=1 forks=1 ready=2000 pending=500"
    timers="rounds=2 warmup=1 forks=1 oneByOne=2000 atOnce=20000"
    sets="rounds=2 warmup=1 forks=1 tasks=2000"
    sleepers="rounds=2 warmup=1 forks=1 tasks=2000 stopRounds=2 heapRounds=1"
    suite="rounds=2 warmup=1 warmupMillis=0 scale=5"
    million="rounds=1 tasks=20000"
    jmh="-f 1 -wi 1 -w 100ms -i 1 -r 100ms"
    all="ratios features live fairness abort select timers sleepers sets suite million jmh"
    ;;
  short)
    ratios="rounds=9 warmup=6 forks=1"
    features="rounds=8 warmup=6 forks=1"
    live="tasks=250000 rounds=1 shutdownRounds=3"
    fairness="rounds=1 warmup=0.6 seconds=0.8"
    abort="samples=1000 warmup=500"
    select="rounds=12 warmup=10 forks=1"
    timers="rounds=4 warmup=2 forks=1 oneByOne=100000"
    sets="rounds=10 warmup=8 forks=1"
    sleepers="rounds=4 warmup=3 forks=1 stopRounds=2 heapRounds=1"
    suite="rounds=9 warmup=5 warmupMillis=2000"
    million="rounds=1"
    jmh="-f 1 -wi 2 -w 1 -i 3 -r 1"
    all="ratios features live fairness abort select timers sleepers sets suite million"
    ;;
  long)
    ratios="rounds=60 warmup=20 forks=5"
    features="rounds=40 warmup=15 forks=3"
    live="rounds=5 shutdownRounds=15"
    fairness="rounds=7 warmup=3 seconds=4"
    abort="samples=10000 warmup=4000"
    select="rounds=40 warmup=20 forks=3"
    timers="rounds=12 warmup=3 forks=3"
    sets="rounds=30 warmup=12 forks=3"
    sleepers="rounds=20 warmup=5 forks=3 stopRounds=10 heapRounds=3"
    suite="rounds=40 warmup=20 warmupMillis=5000"
    million="rounds=3"
    jmh="-prof gc"
    all="ratios features live fairness abort select timers sleepers sets suite million jmh"
    ;;
esac
chosen=("$@")
if [[ ${#chosen[@]} -eq 0 ]]; then
  read -r -a chosen <<<"$all"
fi

for name in "${chosen[@]}"; do
  case "$name" in
    ratios | features | live | fairness | abort | select | timers | sleepers | sets | suite | million | jmh) ;;
    *)
      echo "run.sh: unknown: $name" >&2
      exit 2
      ;;
  esac
done

java=$(find_java)
if [[ "${BUILD:-yes}" != no ]]; then
  mvn -q -B -ntp -DskipTests -Dformat.skip=true -pl benchmarks -am package
fi
jar=benchmarks/target/benchmarks.jar
if [[ "$form" == smoke ]]; then
  results=${RESULTS:-benchmarks/target/smoke}
else
  results=${RESULTS:-benchmarks/results}
fi
mkdir -p "$results"

# Builds the Tokio program with cargo and Debian's crates, and prints its path; nothing where that cannot be done.
tokio() {
  if [[ "${TOKIO:-yes}" != no ]] \
    && (cd benchmarks/tokio && cargo build --quiet --release --offline) >&2; then
    echo benchmarks/target/tokio/release/musubi-benchmarks-tokio
  else
    echo "run.sh: no Tokio: see benchmarks/README.md" >&2
  fi
}

if [[ -r /proc/loadavg ]]; then
  read -r load _ </proc/loadavg
  if awk -v load="$load" 'BEGIN { exit !(load > 0.5) }'; then
    echo "run.sh: the load average is $load: other work disturbs the figures" >&2
  fi
fi

# Word splitting of the parameters is meant.
# shellcheck disable=SC2086
for name in "${chosen[@]}"; do
  run() {
    local main=$1
    shift
    "$java" -cp "$jar" "dev.musubi.benchmarks.$main" "$@" "out=$results"
  }
  case "$name" in
    ratios) run Ratios $ratios ;;
    features) run Features $features ;;
    live) run LiveHeap $live ;;
    fairness) run Fairness $fairness ;;
    abort) run AbortLatency $abort ;;
    select) run Selects $select ;;
    timers) run TimerCosts $timers ;;
    sets) run Sets $sets ;;
    suite) run Suite $suite "tokio=$(tokio)" ;;
    million) run Million $million "tokio=$(tokio)" ;;
    sleepers) run Sleepers $sleepers ;;
    jmh)
      "$java" -jar "$jar" $jmh -rf json -rff "$results/jmh.json" -o "$results/jmh.txt"
      # paths of this machine say nothing about the results
      sed -i.bak '/"jvm" :/d' "$results/jmh.json"
      sed -i.bak -e '/^# VM invoker:/d' -e '/^WARNING:/d' "$results/jmh.txt"
      rm -f "$results/jmh.json.bak" "$results/jmh.txt.bak"
      sed -n '/^Benchmark /,$p' "$results/jmh.txt"
      ;;
  esac
done
