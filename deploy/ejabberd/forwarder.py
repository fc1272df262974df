# SPDX-License-Identifier: GPL-3.0-or-later
"""One address of this machine for several servers: in place of the load balancer, or of the records in DNS, that a real cluster has."""

import asyncio
import contextlib

CHUNK = 1 << 16
SILENCE_S = 2.0


class Forwarder:
    """Leads each connection to the first of its targets, (address, port), that takes it; where `spreads`, the one with the fewest
    connections is the first. A connection ends with either of its ends, at once."""

    def __init__(self, targets, spreads):
        self.counts = dict.fromkeys(targets, 0)
        self.spreads = spreads
        self.server = None

    async def start(self, address, port):
        self.server = await asyncio.start_server(self.serve, address, port)

    async def serve(self, reader, writer):
        for target in sorted(self.counts, key=self.counts.get) if self.spreads else self.counts:
            try:
                ends = await asyncio.wait_for(asyncio.open_connection(*target), SILENCE_S)
            except (OSError, asyncio.TimeoutError):
                continue
            self.counts[target] += 1
            try:
                await join((reader, writer), ends)
            finally:
                self.counts[target] -= 1
            return
        writer.transport.abort()


async def join(one, other):
    """Until either end has ended."""
    pumps = [asyncio.create_task(pump(*ends)) for ends in ((one[0], other[1]), (other[0], one[1]))]
    try:
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in pumps:
            each.cancel()
        for _, writer in (one, other):
            writer.close()


async def pump(reader, writer):
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
