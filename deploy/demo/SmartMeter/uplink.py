#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for the program that hands the readings to the utility, in packets of a minute."""

import itertools

from heartbeat import repeat, say

packets = itertools.count(1)


def send_packet():
    say("INFO", f"packet {next(packets)} with 12 readings is sent")


if __name__ == "__main__":
    repeat(send_packet, every_s=20)
