#!/usr/bin/env bash
# Where the CPU time of a workload of the suite goes, by Linux' perf: shares of the code of Musubi, the JDK, the JVM, its
# collector and the kernel, context switches and (where the machine counts them) instructions for each task, and the
# hottest symbols. Needs perf (Debian: linux-perf) and a built jar.
#
#   benchmarks/profile.sh WORKLOAD [Musubi|light|JDK] [SECONDS]
#
# FLAME=FILE.svg   also draws a flame graph
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

. tools/find-java.sh

workload=${1:?usage: profile.sh WORKLOAD [Musubi|light|JDK] [SECONDS]}
who=${2:-Musubi}
seconds=${3:-10}
java=$(find_java)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The first seconds are the warm-up. The symbols of compiled code are written at the end of the JVM, which must end by itself.
perf record -q -D 3000 -F 999 -e cpu-clock -g -o "$work/data" -- \
  perf stat -x, -e context-switches,task-clock,instructions:u -o "$work/stat" -- \
  "$java" -Xms2g -Xmx2g -XX:+AlwaysPreTouch -Djdk.virtualThreadScheduler.parallelism=2 \
  -XX:+PreserveFramePointer -XX:+UnlockDiagnosticVMOptions -XX:+DumpPerfMapAtExit \
  -cp benchmarks/target/benchmarks.jar dev.musubi.benchmarks.Solo "workload=$workload" "who=$who" "seconds=$seconds" |
  tee "$work/said"

perf script -i "$work/data" -F comm,ip,sym,dso 2>/dev/null | python3 benchmarks/profile.py "$work/said" "$work/stat" "${FLAME:-}"
