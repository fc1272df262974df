#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for the program that drives the little display beside the meter."""

import itertools

from heartbeat import repeat, say

pages = itertools.cycle(("load", "today", "tariff"))


def turn_page():
    say("INFO", f"page '{next(pages)}'")


if __name__ == "__main__":
    repeat(turn_page, every_s=10)
