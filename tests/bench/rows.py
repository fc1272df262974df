# SPDX-License-Identifier: GPL-3.0-or-later
"""Figures, their bounds, and the tables they are printed in."""

import pathlib

# What one device, process or byte may cost more in the large size than in the small one.
GROWTH = 1.5


class Row:
    """One figure: its name in the JSON, its unit, and the bound for the large size; without one only its growth is checked.

    `steady` marks a figure that another load on the machine doesn't change: a count, bytes, memory. Only those are checked by the short
    form."""

    def __init__(self, name, title, unit, bound=None, lower_is_better=True, grows_with_devices=False, steady=False, may_grow=False):
        self.name = name
        self.title = title
        self.unit = unit
        self.bound = bound
        self.lower_is_better = lower_is_better
        self.grows_with_devices = grows_with_devices
        self.steady = steady
        self.may_grow = may_grow

    def is_kept(self, value):
        return value <= self.bound if self.lower_is_better else value >= self.bound

    def growth(self, sizes, small, large):
        """The cost of a device in the large size over that in the small one; None where the small one costs nothing or one isn't known."""
        if not small or large is None:
            return None
        if not self.lower_is_better:
            return small / large
        return large / small / (sizes[1] / sizes[0] if self.grows_with_devices else 1)

    def broken(self, sizes, small, large):
        """Which of its limits are broken."""
        if large is None:
            return []
        kept = {"bound": self.bound is None or self.is_kept(large),
                "growth": self.may_grow or (self.growth(sizes, small, large) or 0) <= GROWTH}
        return [what for what, is_kept in kept.items() if not is_kept]


def cell(value):
    if value is None:
        return f"{'-':>12}"
    return f"{value:12,.2f}" if abs(value) < 100 else f"{value:12,.1f}"


class Group:
    """Rows whose figures come from the same two sizes."""

    def __init__(self, name, title, sizes, rows, measure, notes):
        self.name = name
        self.title = title
        self.sizes = sizes
        self.rows = rows
        self.measure = measure
        self.notes = notes  # figures without a bound: name, title, unit
        self.figures = []

    def names(self):
        return {self.name} | {row.name for row in self.rows}

    def run(self, programs, folder):
        for devices in self.sizes:
            print(f"  {self.title.format(devices=f'{devices:,}')}…", flush=True)
            self.figures.append(self.measure(programs, devices, pathlib.Path(folder, f"{self.name}-{devices}")))

    def print(self, names, only_steady=False):
        """Whether all bounds are kept."""
        print(f"\n  {'':44}{self.sizes[0]:>12,}{self.sizes[1]:>12,}  {'':3}{'bound':>10}  {'growth':>8}")
        wanted = [row for row in self.rows if not names or names & {row.name, self.name}]
        kept = [self.print_row(row, row.steady or not only_steady) for row in wanted if self.is_shown(row.name, only_steady)]
        for note in self.notes:
            if self.is_shown(note[0], only_steady):
                self.print_note(*note)
        return all(kept)

    def is_shown(self, name, only_steady):
        """The short form has no peers on purpose."""
        return not only_steady or self.figures[-1].get(name) is not None

    def print_row(self, row, is_checked):
        small, large = (figures[row.name] for figures in self.figures)
        growth = row.growth(self.sizes, small, large)
        bound = "" if row.bound is None else f"{row.bound:,}"
        broken = row.broken(self.sizes, small, large)
        remark = ("broken: " if is_checked else "not checked: ") + ", ".join(broken) if broken else ""
        print(f"  {row.title:44}{cell(small)}{cell(large)}  {row.unit:3}{bound:>10}  {'' if growth is None else f'{growth:.2f}':>8}"
              f"  {'not measured, a peer is missing' if large is None else remark}")
        return not (broken and is_checked)

    def print_note(self, name, title, unit):
        small, large = (figures.get(name) for figures in self.figures)
        print(f"  {title:44}{cell(small)}{cell(large)}  {unit:3}{'' if large is not None else '  not measured, it is not there'}")
