"""Reads perf's samples from standard input; see profile.sh."""

import html
import re
import sys
from collections import Counter

said_file, stat_file, flame = sys.argv[1:4]


def room(comm, symbol, dso):
    """Whose code it is that was on the CPU."""
    if comm.startswith(("GC Thread", "G1 ", "VM Thread")):
        return "collector"
    if comm.startswith(("C1 Comp", "C2 Comp")):
        return "compiler"
    if "kernel" in dso:
        return "kernel"
    if dso.endswith(".so") or ".so." in dso or "[vdso]" in dso:
        return "JVM and C library"
    if "dev.musubi.benchmarks" in symbol:
        return "workload"
    if "dev.musubi" in symbol:
        return "Musubi"
    if re.search(r"VirtualThread|Continuation|ForkJoin|Stub", symbol):
        return "virtual threads"
    if re.search(r"\bjava\.|\bjdk\.", symbol):
        return "rest of the JDK"
    return "other"


def samples(lines):
    comm, stack = None, []
    for line in lines:
        if not line.strip():
            if stack:
                yield comm, stack
            comm, stack = None, []
        elif not line[0].isspace():
            comm = line.strip()
        else:
            found = re.match(r"\s+[0-9a-f]+ (.*) \((.*)\)$", line.rstrip())
            if found:
                stack.append((found.group(1), found.group(2)))
    if stack:
        yield comm, stack


def short(symbol):
    found = re.search(r"([\w$.]+\.)?([\w$]+)\.([\w$<>]+)\(", symbol)
    return f"{found.group(2)}.{found.group(3)}" if found else symbol[:60]


class Frame:
    def __init__(self):
        self.count = 0
        self.inner = {}


rooms, symbols, total = Counter(), Counter(), 0
root = Frame()
for comm, stack in samples(sys.stdin):
    where = room(comm or "", *stack[0])
    if where == "compiler":
        continue
    total += 1
    rooms[where] += 1
    symbols[(short(stack[0][0]), where)] += 1
    frame = root
    frame.count += 1
    for name in [where] + [short(symbol) for symbol, _ in reversed(stack)]:
        frame = frame.inner.setdefault(name, Frame())
        frame.count += 1

done = int(re.search(r"(\d+) done", open(said_file).read()).group(1))
stat = open(stat_file).read()
switches = float(re.search(r"^([\d.]+),[^,]*,context-switches", stat, re.M).group(1))
counted = re.search(r"^([\d.]+),[^,]*,instructions", stat, re.M)
instructions = f"{float(counted.group(1)) / done:.0f}" if counted else "this machine does not count them"
print(f"\ncontext switches for each: {switches / done:.4f}; instructions, of all threads: {instructions}\n")
print("| whose code | share |\n| --- | ---: |")
for where, count in rooms.most_common():
    print(f"| {where} | {100 * count / total:.0f} % |")
print("\n| hottest | whose | share |\n| --- | --- | ---: |")
for (symbol, where), count in symbols.most_common(12):
    print(f"| `{symbol}` | {where} | {100 * count / total:.1f} % |")

if flame:
    WIDTH, HEIGHT, LEAST = 1200, 16, 0.002
    colours = {
        "Musubi": "#e4572e",
        "workload": "#f3a712",
        "virtual threads": "#76b041",
        "rest of the JDK": "#a8c686",
        "JVM and C library": "#669bbc",
        "kernel": "#9a8c98",
        "collector": "#c9ada7",
    }
    boxes, depth = [], [0]

    def draw(name, frame, x, level, colour):
        if frame.count < LEAST * root.count:
            return
        width = WIDTH * frame.count / root.count
        depth[0] = max(depth[0], level)
        boxes.append((name, x, level, width, colour, frame.count))
        for inner, one in sorted(frame.inner.items()):
            draw(inner, one, x, level + 1, colours.get(inner, colour) if level == 0 else colour)
            x += WIDTH * one.count / root.count

    draw("all", root, 0.0, 0, "#dddddd")
    height = (depth[0] + 1) * HEIGHT + 4
    with open(flame, "w", encoding="utf-8") as out:
        out.write(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            'font-family="monospace" font-size="11">\n'
        )
        for name, x, level, width, colour, count in boxes:
            y = height - (level + 1) * HEIGHT
            label = html.escape(name[: max(0, int(width / 6.8))]) if width > 24 else ""
            out.write(
                f'<g><title>{html.escape(name)}: {100 * count / root.count:.1f} %</title>'
                f'<rect x="{x:.1f}" y="{y}" width="{max(width - 0.5, 0.3):.1f}" height="{HEIGHT - 1}" fill="{colour}"/>'
                f'<text x="{x + 2:.1f}" y="{y + 11}">{label}</text></g>\n'
            )
        out.write("</svg>\n")
