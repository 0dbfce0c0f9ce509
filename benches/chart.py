"""Draws the chart of docs/speed.svg from a record of whole scans.

    python3 benches/chart.py [benches/record/scan-….json]

Without an argument it takes the newest record. It shows three logs, on an axis that begins at zero and has the same distance
everywhere, so that a bar is as long as its speed. parsimd is shown as Python gets it, into an Arrow table: what crosses into Python
is counted. The chart has colours for light and for dark pages.
"""

from __future__ import annotations

import json
import sys
from html import escape
from math import ceil
from pathlib import Path
from typing import Any, Dict, List

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "speed.svg"

# The logs, and what they are. One of a web server, one of the system, one of an application: text of different lengths.
LOGS = {"access": "access log of a web server", "openssh": "syslog of sshd", "spark": "log of Spark"}
# Who is shown, and the beginning of its name in the record; the quickest of several is taken. The last is compared with `BASE`.
BARS = {"parse": "parse", "re": "re", "polars": "polars", "regex crate": "regex,", "parsimd": "parsimd in Python, to Arrow"}
BASE = "re"

# It is small, so that its text can be read where a phone shows it.
WIDTH, LEFT, RIGHT, TOP = 520, 92, 130, 48
BAR, GAP, GROUP = 15, 3, 44
STEP = 500  # megabytes per second, from line to line

STYLE = """
text { fill: #1f2328; font: 13px system-ui, sans-serif } .title { font-size: 16px; font-weight: 600 } .log, .ours { font-weight: 600 }
.quiet { fill: #59636e } .line { stroke: #d1d9e0 } .bar { fill: #8c959f } .bar.ours { fill: #0969da }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc } .quiet { fill: #9198a1 } .line { stroke: #3d444d } .bar { fill: #7d8590 } .bar.ours { fill: #4493f8 }
}
"""


def speeds(record: Dict[str, Any], log: str) -> Dict[str, float]:
    """Megabytes a second of those who are shown, on one log."""
    rows = next(entry for entry in record["logs"] if entry["name"] == log)["rows"]
    found = {}
    for shown, name in BARS.items():
        values = [row["megabytes per second"] for row in rows if row["name"] == name or name.endswith(",") and row["name"].startswith(name)]
        if not values:
            sys.exit(f"the record has no {name} for {log}")
        found[shown] = max(values)
    return found


def chart(record: Dict[str, Any]) -> str:
    logs = {log: speeds(record, log) for log in LOGS}
    most = STEP * ceil(max(max(found.values()) for found in logs.values()) / STEP)
    scale = (WIDTH - LEFT - RIGHT) / most
    group = len(BARS) * (BAR + GAP) + GROUP
    bottom = TOP + len(logs) * group - GROUP // 2
    parts: List[str] = []
    for value in range(0, most + 1, STEP):
        x = LEFT + value * scale
        parts.append(f'<line class="line" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 8}" y2="{bottom}"/>')
        parts.append(f'<text class="quiet" x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{value}</text>')
    parts.append(f'<text class="quiet" x="{LEFT + most * scale + 22:.1f}" y="{bottom + 16}">MB/s</text>')
    for row, (log, found) in enumerate(logs.items()):
        y = TOP + row * group
        parts.append(f'<text class="log" x="{LEFT + 4}" y="{y + 8}">{escape(LOGS[log])}</text>')
        y += GROUP // 2 - 6
        for shown, value in found.items():
            ours, text = (" ours", "ours") if shown == "parsimd" else ("", "quiet")
            times = f", {value / found[BASE]:.0f} × {BASE}" if ours else ""
            middle = y + BAR - 3
            parts.append(f'<text class="{text}" x="{LEFT - 8}" y="{middle}" text-anchor="end">{escape(shown)}</text>')
            parts.append(f'<rect class="bar{ours}" x="{LEFT}" y="{y}" width="{value * scale:.1f}" height="{BAR}"/>')
            parts.append(f'<text class="{text}" x="{LEFT + value * scale + 5:.1f}" y="{middle}">{value:.0f}{times}</text>')
            y += BAR + GAP
    height = bottom + 44
    machine, *_, day = record["machine"].rstrip(".").split("; ")
    told = "; ".join(f"{LOGS[log]}: " + ", ".join(f"{shown} {value:.0f}" for shown, value in found.items()) for log, found in logs.items())
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">
<title>Megabytes a second of whole scans on one thread. {escape(told)}</title>
<style>{STYLE}</style>
<text class="title" x="4" y="20">Lines in, typed columns out: MB/s, one thread</text>
{chr(10).join(parts)}
<text class="quiet" x="4" y="{bottom + 38}">{escape(machine.removeprefix("CPU: ").split(" (2")[0])}, {escape(day)}</text>
</svg>
"""


def main() -> None:
    records = sorted((ROOT / "benches" / "record").glob("scan-*.json"), key=lambda path: path.stem[-10:])
    if len(sys.argv) < 2 and not records:
        sys.exit("there is no record: python benches/python/peers.py --record makes one")
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else records[-1]
    OUT.write_text(chart(json.loads(path.read_text(encoding="utf-8"))), encoding="utf-8")
    print(f"{path.name} drawn in {OUT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
