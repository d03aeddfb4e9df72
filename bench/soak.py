#!/usr/bin/env python3
"""`tern serve` beside clients that mean harm: how long do the others wait, and is anything lost?

    bench/soak.py [--requests 300000] [--clients 64] [--hostile 1000] [--threads 2] [--binary build/tern]

The others keep their connections and ask for the entities of a sentence, as fast as they are answered. Of the hostile connections a
fifth each says nothing, sends its request byte by byte, reads no answer, asks for much work and leaves, and sends what is no
HTTP; who is cut comes back. Prints a table: requests, those not answered with 200, percentiles of the waiting time, memory. The
first row is without hostile clients.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Callable

ROOT = Path(__file__).resolve().parent.parent
Address = tuple[str, int]


def request(text: str, method: str = "POST", path: str = "/ner") -> bytes:
    body = json.dumps({"text": text}).encode() if method == "POST" else b""
    return (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


SENTENCE = request("Alan Turing was born on June 23, 1912, in London, England.")
WORK = request("'" * 7000)
PAGES = request("", "GET", "/") * 100


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)


async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for byte in SENTENCE:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(1)


async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(PAGES)
    await writer.drain()
    await asyncio.sleep(60)


async def leaving(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(WORK)
    await asyncio.sleep(0.5)
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def junk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(random.randbytes(random.randrange(1, 2000)))
    await reader.read(65536)
    await asyncio.sleep(0.5)


HOSTILE = [silent, slow, deaf, leaving, junk]


async def come_back(kind: Callable[..., Awaitable[None]], address: Address) -> None:
    """Until it is cancelled. Half a second passes between two connections of one client, so that this program keeps up."""
    while True:
        try:
            reader, writer = await asyncio.open_connection(*address, limit=4096)
            try:
                await kind(reader, writer)
            finally:
                writer.close()
        except OSError:
            pass
        await asyncio.sleep(random.uniform(0.2, 0.8))


async def harm(address: Address, count: int) -> None:
    await asyncio.gather(*(come_back(HOSTILE[i % len(HOSTILE)], address) for i in range(count)))


class Client:
    """One connection that is kept; a request that fails is counted, and goes on with a new connection."""

    def __init__(self, address: Address, expected: bytes) -> None:
        self.address, self.expected = address, expected
        self.waits: list[float] = []
        self.failures: list[str] = []

    async def ask(self) -> None:
        self.writer.write(SENTENCE)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        body = await self.reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 200 ") or body != self.expected:
            raise OSError(head.split(b"\r\n")[0].decode())

    async def run(self, count: int) -> None:
        connected = False
        for _ in range(count):
            begin = time.perf_counter()
            try:
                if not connected:
                    self.reader, self.writer = await asyncio.open_connection(*self.address)
                    connected = True
                await self.ask()
            except (OSError, EOFError) as error:
                self.failures.append(repr(error))
                self.writer.close()
                connected = False
            self.waits.append(time.perf_counter() - begin)


def memory_mb(pid: int, field: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) / 1024
    return 0


async def ask_all(address: Address, expected: bytes, clients: int, requests: int) -> list[Client]:
    everyone = [Client(address, expected) for _ in range(clients)]
    await asyncio.gather(*(client.run(requests // clients) for client in everyone))
    return everyone


def measure(name: str, address: Address, pid: int, expected: bytes, options: argparse.Namespace, requests: int) -> None:
    begin = time.perf_counter()
    everyone = asyncio.run(ask_all(address, expected, options.clients, requests))
    seconds = time.perf_counter() - begin
    waits = sorted(wait for client in everyone for wait in client.waits)
    failures = [failure for client in everyone for failure in client.failures]
    at = [waits[min(len(waits) - 1, int(len(waits) * share))] * 1000 for share in (0.5, 0.99, 0.999, 1)]
    print(
        f"| {name} | {len(waits):,} | {len(failures)} | {len(waits) / seconds:,.0f} | "
        + " | ".join(f"{wait:.1f}" for wait in at)
        + f" | {memory_mb(pid, 'VmRSS'):.1f} | {memory_mb(pid, 'VmHWM'):.1f} |",
        flush=True,
    )
    for failure in sorted(set(failures))[:5]:
        print(f"  {failures.count(failure)} x {failure}", file=sys.stderr)


def start_harm(address: Address, count: int) -> list[subprocess.Popen]:
    """In processes of their own: they must not hold up those that measure."""
    program = [sys.executable, __file__, "--harm", f"{address[0]}:{address[1]}"]
    return [subprocess.Popen([*program, str(part)]) for part in (count // 2, count - count // 2)]


def main() -> None:
    if sys.argv[1:2] == ["--harm"]:
        host, _, port = sys.argv[2].rpartition(":")
        asyncio.run(harm((host, int(port)), int(sys.argv[3])))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("requests", 300_000), ("clients", 64), ("hostile", 1000), ("threads", 2)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--binary", type=Path, default=ROOT / "build" / "tern")
    options = parser.parse_args()
    command = [
        options.binary,
        "serve",
        "-m",
        ROOT / "weights" / "en_core_web_sm.tern",
        "--port",
        "0",
        "--threads",
        str(options.threads),
    ]
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        host, _, port = server.stdout.readline().decode().strip().rpartition("//")[2].rpartition(":")
        address = (host, int(port))
        expected = json.dumps(
            {
                "entities": [
                    {"text": "Alan Turing", "label": "PERSON", "start": 0, "end": 11},
                    {"text": "June 23, 1912", "label": "DATE", "start": 24, "end": 37},
                    {"text": "London", "label": "GPE", "start": 42, "end": 48},
                    {"text": "England", "label": "GPE", "start": 50, "end": 57},
                ]
            }
        ).encode()
        print(
            "| | requests | failed | a second | p50 ms | p99 | p99.9 | worst | memory MB | peak MB |\n|---|---|---|---|---|---|---|---|---|---|"  # noqa: E501
        )
        measure("alone", address, server.pid, expected, options, options.requests // 10)
        harmful = start_harm(address, options.hostile)
        time.sleep(3)
        measure(f"beside {options.hostile} hostile", address, server.pid, expected, options, options.requests)
        for process in harmful:
            process.terminate()
            process.wait()
        measure("alone again", address, server.pid, expected, options, options.requests // 10)
        server.terminate()


if __name__ == "__main__":
    main()
