#!/usr/bin/env bash
# How many instructions a task takes, and in which methods, on a machine that does not count them: a carrier is stepped from one
# instruction to the next, by ptrace. For workloads that do one thing again and again: spawnOne, chainedSpawn, oneshot, timers,
# selectReady, selectOneshots. Needs Linux, python3, the right to trace one's own processes, and a built jar.
#
#   benchmarks/instructions.sh WORKLOAD [Musubi|light|JDK] [STEPS]
#   benchmarks/instructions.sh guard       compares with instructions.txt; "mvn verify" does it where it can
#
# ASM=FILE   also writes the stepped code, with how often each instruction was executed for each task (needs objdump)
# CARRIERS=2 as on a machine with two CPUs, where a worker can doze, and light tasks go into the slot. The thread that is stepped
#            may need one that stands still; then it fails after a minute, and is to be tried again. So the guard has one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

. tools/find-java.sh

workload=${1:?usage: instructions.sh WORKLOAD [Musubi|light|JDK] [STEPS], or guard}
if [[ "$workload" == guard ]] && ! command -v python3 > /dev/null; then
  echo "instructions: not counted, as there is no python3"
  exit
fi
exec python3 benchmarks/instructions.py "$(find_java)" "$workload" "${2:-Musubi}" "${3:-100000}" "${ASM:-}"
