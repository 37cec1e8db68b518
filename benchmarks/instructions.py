"""Steps a carrier thread of a running workload, and tells the instructions for each task by method; see instructions.sh."""

import bisect
import collections
import ctypes
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

SEIZE, INTERRUPT, SINGLESTEP, PEEKUSER = 0x4206, 0x4207, 9, 3
RIP = 16 * 8  # its place among the registers, on x86-64
WALL = 0x40000000
ATTEMPTS = 4

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.restype = ctypes.c_long
libc.ptrace.argtypes = [ctypes.c_long] * 4


def ptrace(request, thread, data=0):
    ctypes.set_errno(0)
    result = libc.ptrace(request, thread, 0 if request != PEEKUSER else RIP, data)
    if ctypes.get_errno():
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result & 0xFFFFFFFFFFFFFFFF


def threads(pid):
    return [int(thread) for thread in os.listdir(f"/proc/{pid}/task")]


def ticks(pid, thread):
    fields = open(f"/proc/{pid}/task/{thread}/stat").read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def busiest(pid):
    before = {thread: ticks(pid, thread) for thread in threads(pid)}
    time.sleep(1)
    return max(before, key=lambda thread: ticks(pid, thread) - before[thread])


def step(pid, thread, steps):
    """Where the thread was, again and again, while the others stood still: else its time would seem to run too fast."""
    places = []
    signal.alarm(60)  # a thread that waits for another one, which stands still, would wait for ever
    try:
        for each in threads(pid):
            ptrace(SEIZE, each)
            ptrace(INTERRUPT, each)
            _, status = os.waitpid(each, WALL)
            if each == thread:
                last = status
        while len(places) < steps:
            stopped = os.WSTOPSIG(last)
            ptrace(SINGLESTEP, thread, 0 if stopped == signal.SIGTRAP else stopped)
            _, last = os.waitpid(thread, WALL)
            if not os.WIFSTOPPED(last):
                raise RuntimeError(f"the JVM has ended: {last:#x} after {len(places)} steps")
            places.append(ptrace(PEEKUSER, thread))
    finally:
        signal.alarm(0)
    return places


def reap():
    """A process that was killed is there until whoever traces it has seen each thread's end."""
    try:
        while True:
            os.waitpid(-1, WALL)
    except ChildProcessError:
        pass


class Symbols:
    """What is compiled, as jcmd says, and the libraries."""

    def __init__(self, pid, perf_map):
        lines = [line.rstrip("\n").split(" ", 2) for line in open(perf_map)]
        self.compiled = sorted((int(at, 16), int(size, 16), name) for at, size, name in lines)
        self.starts = [at for at, _, _ in self.compiled]
        self.mapped = []
        for line in open(f"/proc/{pid}/maps"):
            fields = line.split()
            begin, end = (int(part, 16) for part in fields[0].split("-"))
            self.mapped.append((begin, end, os.path.basename(fields[5]) if len(fields) > 5 else "?"))

    def blob(self, place):
        i = bisect.bisect_right(self.starts, place) - 1
        if i >= 0 and place < self.compiled[i][0] + self.compiled[i][1]:
            return self.compiled[i]
        return None

    def name(self, place):
        blob = self.blob(place)
        if blob:
            return re.sub(r"[\w.]+\.(\w+\.[\w$<>]+\()", r"\1", re.sub(r"^\S+ (?=\S+\()", "", blob[2]))
        return next((name for begin, end, name in self.mapped if begin <= place < end), "?")


def write_code(file, pid, symbols, executed, tasks):
    blobs = {symbols.blob(place) for place in executed} - {None}
    with open(f"/proc/{pid}/mem", "rb") as memory, open(file, "w") as out:
        for at, size, name in sorted(blobs, key=lambda blob: -sum(n for p, n in executed.items() if symbols.blob(p) == blob)):
            memory.seek(at)
            with tempfile.NamedTemporaryFile() as code:
                code.write(memory.read(size))
                code.flush()
                options = ["-D", "-b", "binary", "-m", "i386:x86-64", "-M", "intel", "--no-show-raw-insn"]
                text = subprocess.check_output(["objdump", *options, f"--adjust-vma={at:#x}", code.name], text=True)
            out.write(f"#### {name}\n")
            for line in text.splitlines():
                place = re.match(r"\s*([0-9a-f]+):\t", line)
                if place and int(place[1], 16) in executed:
                    out.write(f"{executed[int(place[1], 16)] / tasks:6.2f} {line}\n")


def count(java, workload, who, steps, code=None, quietly=False, patience=1):
    """The instructions that most tasks need."""
    carriers = os.environ.get("CARRIERS", "1")
    command = [java, "-Xms2g", "-Xmx2g", "-XX:+AlwaysPreTouch", f"-Djdk.virtualThreadScheduler.parallelism={carriers}"]
    command += [f"-Djdk.virtualThreadScheduler.maxPoolSize={carriers}", "-cp", "benchmarks/target/benchmarks.jar"]
    command += ["dev.musubi.benchmarks.Solo", f"workload={workload}", f"who={who}", "seconds=4", "count=2000000000"]
    with tempfile.TemporaryDirectory() as work, subprocess.Popen(command, stdout=subprocess.DEVNULL) as jvm:
        try:
            time.sleep(9 * patience)  # until all is compiled, and the long run has begun
            perf_map = os.path.join(work, "map")
            jcmd = os.path.join(os.path.dirname(java), "jcmd")
            subprocess.run([jcmd, str(jvm.pid), "Compiler.perfmap", perf_map], check=True, stdout=subprocess.DEVNULL)
            thread = busiest(jvm.pid)
            places = step(jvm.pid, thread, steps)
            symbols = Symbols(jvm.pid, perf_map)
            executed = collections.Counter(places)
            counts = collections.Counter(executed.values())
            tasks = max(counts, key=lambda often: often * counts[often])  # how often most instructions were executed
            path = sum(n for n in executed.values() if n >= tasks / 2) / tasks
            if not quietly:
                print(f"{workload}, {who}: {steps} steps, {tasks} tasks, {steps / tasks:.0f} instructions each, ", end="")
                print(f"{path:.0f} without those that less than half of the tasks need")
                by_name = collections.Counter()
                for place, n in executed.items():
                    by_name[symbols.name(place)] += n
                for name, n in by_name.most_common(20):
                    print(f"{n / tasks:8.1f}  {name}")
            if code:
                write_code(code, jvm.pid, symbols, executed, tasks)
            return path
        finally:
            jvm.kill()
            reap()


def permitted():
    """Whether one may trace a child of one's own."""
    with subprocess.Popen(["sleep", "60"]) as child:
        try:
            ptrace(SEIZE, child.pid)
            return True
        except OSError:
            return False
        finally:
            child.kill()


def late(*_):
    raise TimeoutError("the stepped thread waits for another one")


def guard(java, recorded):
    """Compares with recorded counts. What disturbs a count adds to it, so the best of some attempts is what is meant."""
    if not permitted():
        print("instructions: not counted, as this process may not trace another one")
        return
    worse = []
    for line in open(recorded):
        if line.startswith("#") or not line.strip():
            continue
        workload, who, known = line.split()
        bound = 1.2 * int(known)
        seen = []
        for attempt in range(1, ATTEMPTS + 1):
            try:
                seen.append(count(java, workload, who, 100000, quietly=True, patience=attempt))
            except (OSError, RuntimeError, TimeoutError, subprocess.CalledProcessError) as e:
                print(f"instructions: {workload}, {who}: attempt {attempt}: {e}")
            if seen and min(seen) <= bound:
                break
        print(f"instructions: {workload}, {who}: {', '.join(f'{n:.0f}' for n in seen)}; recorded: {known}")
        if not seen or min(seen) > bound:
            worse.append(f"{workload}, {who}")
    if worse:
        sys.exit(f"more than a fifth above what benchmarks/instructions.txt records, or not countable: {'; '.join(worse)}")


if __name__ == "__main__":
    signal.signal(signal.SIGALRM, late)
    if sys.argv[2] == "guard":
        guard(sys.argv[1], "benchmarks/instructions.txt")
    else:
        count(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), code=sys.argv[5])
