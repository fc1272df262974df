#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for the program that reads the meter's display with a camera: a load that changes over the day."""

import math
import time

from heartbeat import repeat, say


def read_display():
    hours = time.time() / 3600
    load_kw = 1.6 + math.sin(hours / 24 * 2 * math.pi) + 0.3 * math.sin(hours * 40)
    if load_kw > 2.7:
        say("WARNING", f"load {load_kw:.2f} kW is near the limit of 3 kW")
    say("INFO", f"load {load_kw:.2f} kW")


if __name__ == "__main__":
    repeat(read_display, every_s=5)
