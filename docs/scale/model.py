#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fleet of any size needs, from what a device costs each part. The costs are straight lines through measured.json, which
tests/scale/measure writes; the demands and the machines are in inputs.json.

  model.py           prints the tables of docs/scale.md
  model.py --plot    writes the plots beside this program
  model.py --check   ends with 1 where the lines miss the largest measured size by more than 20 %, or docs/scale.md has other tables
"""

import argparse
import json
import math
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parent / "scale.md"
TOLERANCE = 0.20
SIZES = (1_000, 10_000, 100_000, 1_000_000)
MIB = 1024 * 1024

# What is taken from the figures of one size: name, unit, and where it stands.
COSTS = (
    ("server memory", "MB", lambda f: f["memory_mb"]["update"]["server"]),
    ("server, processor of all logins", "s", lambda f: f["cpu_ms"]["login"]["server"] / 1000),
    ("server, processor of a command to all", "s", lambda f: f["cpu_ms"]["update"]["server"] / 1000),
    ("database memory", "MB", lambda f: f["memory_mb"]["update"].get("database")),
    ("database, processor of a command to all", "s", lambda f: f["cpu_ms"]["update"].get("database", 0) / 1000 or None),
    ("disk of the accounts", "MB", lambda f: f["stored_bytes"]["accounts"] / MIB),
    ("archive of a command to all", "MB", lambda f: f["stored_bytes"]["update"] / MIB),
    ("panel memory", "MB", lambda f: f["panel"]["memory_bytes"] / MIB),
    ("panel, sign-in until all are known", "s", lambda f: f["panel"]["login_ms"] / 1000),
    ("panel, versions of all", "s", lambda f: f["panel"]["request_ms"] / 1000),
)


class Line:
    """cost = fixed + slope * devices, by least squares over the relative errors, so that small sizes count as much as large ones."""

    def __init__(self, points):
        weights = [1 / max(cost, 1e-9) ** 2 for _, cost in points]
        total = sum(weights)
        mean_x = sum(w * x for w, (x, _) in zip(weights, points)) / total
        mean_y = sum(w * y for w, (_, y) in zip(weights, points)) / total
        spread = sum(w * (x - mean_x) ** 2 for w, (x, _) in zip(weights, points))
        self.slope = sum(w * (x - mean_x) * (y - mean_y) for w, (x, y) in zip(weights, points)) / spread if spread else 0
        self.fixed = mean_y - self.slope * mean_x

    def at(self, devices):
        return self.fixed + self.slope * devices


class Costs:
    """The lines of one kind of server."""

    def __init__(self, by_size):
        self.sizes = sorted(map(int, by_size))
        self.points = {}
        for name, _, value in COSTS:
            found = [(size, value(by_size[str(size)])) for size in self.sizes]
            if all(cost is not None for _, cost in found):
                self.points[name] = found
        self.lines = {name: Line(points) for name, points in self.points.items()}

    def misses(self):
        """How far a line through all sizes but the largest misses that one, as a share of it."""
        if len(self.sizes) < 3:
            return {}
        return {name: Line(points[:-1]).at(points[-1][0]) / points[-1][1] - 1 for name, points in self.points.items() if points[-1][1]}


class Fleet:
    """What so many devices need."""

    def __init__(self, devices, costs, inputs):
        line = {name: each.at(devices) for name, each in costs.lines.items()}
        machine = inputs["machine"]
        self.devices = devices
        self.memory_gb = (line["server memory"] + line.get("database memory", 0)) / 1024
        by_memory = line["server memory"] / 1024 / (machine["memory_gb"] * machine["memory_share"])
        # All devices back within the time after the loss of everything.
        self.login_cores = line["server, processor of all logins"] / inputs["all_back_within_s"]
        by_login = self.login_cores / (machine["cores"] * machine["cores_share"])
        # One may be lost.
        self.nodes = max(2, math.ceil(by_memory), math.ceil(by_login))
        per_command = line["archive of a command to all"]
        self.archive_gb = per_command * inputs["commands_a_day"] * inputs["archive_days"] / 1024
        self.panels = math.ceil(devices / inputs["devices_of_a_panel"])
        of_a_panel = devices / self.panels
        self.panel_mb = costs.lines["panel memory"].at(of_a_panel)
        self.panel_sign_in_s = costs.lines["panel, sign-in until all are known"].at(of_a_panel)
        # Header and payload of the probes and pings that a quiet device sends and gets.
        self.traffic_kbit_s = devices * inputs["quiet_mb_a_month"] * 8e3 / (30 * 24 * 3600)


def number(value):
    if value is None:
        return "–"
    if isinstance(value, int):
        return f"{value:,}"
    for digits, limit in ((2, 1), (1, 100)):
        if abs(value) < limit:
            return f"{value:.{digits}f}"
    return f"{value:,.0f}"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def cost_table(costs):
    head = ["part"] + [f"{size:,}" for size in costs.sizes] + ["a device more", "line misses the largest by"]
    misses = costs.misses()
    rows = []
    for name, unit, _ in COSTS:
        if name not in costs.points:
            continue
        slope, small = costs.lines[name].slope, {"MB": ("KB", 1024), "s": ("ms", 1000)}[unit]
        rows.append([f"{name}, {unit}", *(number(cost) for _, cost in costs.points[name]), f"{number(slope * small[1])} {small[0]}",
                     f"{misses[name] * 100:+.0f} %" if name in misses else "–"])
    return table(head, rows)


def fleet_table(costs, inputs):
    fleets = [Fleet(size, costs, inputs) for size in SIZES]
    rows = (
        ("nodes", lambda f: number(f.nodes)),
        ("memory of nodes and database, GB", lambda f: number(f.memory_gb)),
        (f"cores for all to be back within {inputs['all_back_within_s'] // 60} min", lambda f: number(f.login_cores)),
        (f"archive, {inputs['archive_days']} days, GB", lambda f: number(f.archive_gb)),
        ("panel accounts", lambda f: number(f.panels)),
        ("memory of each panel, MB", lambda f: number(f.panel_mb)),
        ("its sign-in until all are known, s", lambda f: number(f.panel_sign_in_s)),
        ("traffic of a quiet fleet, kbit/s", lambda f: number(f.traffic_kbit_s)),
    )
    return table(["", *(f"{size:,}" for size in SIZES)], [[name, *(value(fleet) for fleet in fleets)] for name, value in rows])


def plot(title, unit, series):
    """Measured points and lines, both axes logarithmic, as SVG."""
    width, height, left, bottom, top, right = 640, 360, 70, 44, 34, 150
    low_x, high_x = 2.7, 6.1
    costs = [cost for _, points, line in series for cost in [*(cost for _, cost in points), line.at(10 ** 6)] if cost > 0]
    low_y, high_y = math.floor(math.log10(min(costs))), math.ceil(math.log10(max(costs)))

    def at(devices, cost):
        x = left + (math.log10(devices) - low_x) / (high_x - low_x) * (width - left - right)
        return x, height - bottom - (math.log10(cost) - low_y) / (high_y - low_y) * (height - bottom - top)

    colours = ("#2563eb", "#b45309", "#047857", "#7c3aed")
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
             f'<rect width="{width}" height="{height}" fill="#ffffff"/>', f'<text x="{left}" y="20" font-size="14">{title}</text>']
    for power in range(3, 7):
        x, _ = at(10 ** power, 10 ** low_y)
        parts.append(f'<path d="M{x:.0f} {top}V{height - bottom}" stroke="#e5e7eb"/>')
        parts.append(f'<text x="{x:.0f}" y="{height - bottom + 18}" text-anchor="middle">{10 ** power:,}</text>')
    for power in range(low_y, high_y + 1):
        _, y = at(1_000, 10 ** power)
        parts.append(f'<path d="M{left} {y:.0f}H{width - right}" stroke="#e5e7eb"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4:.0f}" text-anchor="end">{10 ** power:,}</text>')
    parts.append(f'<text x="{(left + width - right) / 2:.0f}" y="{height - 8}" text-anchor="middle">devices</text>')
    parts.append(f'<text x="14" y="{height / 2:.0f}" text-anchor="middle" transform="rotate(-90 14 {height / 2:.0f})">{unit}</text>')
    for index, (name, points, line) in enumerate(series):
        colour = colours[index % len(colours)]
        sizes = [10 ** (low_x + step * (6 - low_x) / 30) for step in range(31)]
        curve = [at(size, max(line.at(size), 10 ** low_y)) for size in sizes]
        parts.append('<path d="M' + "L".join(f"{x:.1f} {y:.1f}" for x, y in curve) + f'" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        for devices, cost in points:
            x, y = at(devices, cost)
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>')
        parts.append(f'<text x="{width - right + 10}" y="{top + 16 + 20 * index}" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def plots(costs):
    """Name and content of each."""
    def series(name):
        return [(kind, each.points[name], each.lines[name]) for kind, each in costs.items() if name in each.points]

    return {"memory.svg": plot("Memory of the server", "MB", series("server memory")),
            "login.svg": plot("Processor of all logins", "s", series("server, processor of all logins")),
            "panel.svg": plot("Sign-in of a panel, until all devices are known", "s", series("panel, sign-in until all are known"))}


def tables(costs, inputs):
    found = {f"costs of {kind}": cost_table(each) for kind, each in costs.items()}
    return {**found, "fleets": fleet_table(costs["cluster"], inputs)}


def findings(costs, inputs):
    wrong = [f"{kind}: {name} is missed by {miss * 100:+.0f} %" for kind, each in costs.items() for name, miss in each.misses().items()
             if abs(miss) > TOLERANCE and name not in inputs["not_straight"]]
    page = PAGE.read_text(encoding="utf-8")
    wrong += [f"{PAGE.name} has another table of {name}; take over what model.py prints" for name, text in tables(costs, inputs).items()
              if text not in page]
    wrong += [f"{name} is another plot; run model.py --plot" for name, text in plots(costs).items()
              if not (HERE / name).exists() or (HERE / name).read_text(encoding="utf-8") != text]
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plot", action="store_true")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    costs = {kind: Costs(sizes) for kind, sizes in json.loads((HERE / "measured.json").read_text(encoding="utf-8")).items()}
    inputs = json.loads((HERE / "inputs.json").read_text(encoding="utf-8"))
    if arguments.plot:
        for name, text in plots(costs).items():
            (HERE / name).write_text(text, encoding="utf-8")
    elif arguments.check:
        wrong = findings(costs, inputs)
        print("\n".join(wrong) or "the lines hold, and the page has them")
        sys.exit(1 if wrong else 0)
    else:
        for name, text in tables(costs, inputs).items():
            print(f"## {name}\n\n{text}\n")


if __name__ == "__main__":
    main()
