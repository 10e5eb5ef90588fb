"""Five tasks in Python's three ways to run many of them.

usage: tasks.py SYSTEM TASK MILLISECONDS AMOUNT WANT WORKERS...

Prints for every number of workers a line with that number, how many tasks ran
and the nanoseconds that they took together. AMOUNT is how much a task does,
WANT what each must return.
"""

import asyncio
import concurrent.futures
import math
import multiprocessing
import os
import socket
import sys
import threading
import time

# The waits inside mixed and of the echo server; the programs in other
# languages have the same.
MIXED_WAIT = 0.002
ECHO_WAIT = 0.001

SYSTEM, TASK = sys.argv[1:3] if len(sys.argv) > 6 else sys.exit(__doc__)
BOX = int(sys.argv[3]) * 1_000_000
AMOUNT, WANT = int(sys.argv[4]), int(sys.argv[5])
MESSAGE = bytes([7]) * AMOUNT if TASK == "echo" else b""

port = 0  # of the echo server
mine = threading.local()  # the connection of this thread, or process


def fnv(steps):
    h = 2166136261
    for i in range(steps):
        h = (h ^ (i & 255)) * 16777619 & 0xFFFFFFFF
    return h


def sieve(limit):
    prime = bytearray(b"\x01") * limit
    prime[0] = prime[1] = 0
    for p in range(2, math.isqrt(limit - 1) + 1):
        if prime[p]:
            prime[p * p :: p] = bytes(len(range(p * p, limit, p)))
    return prime.count(1)


def mixed():
    h = fnv(AMOUNT)
    time.sleep(MIXED_WAIT)
    return h


def sleep():
    time.sleep(AMOUNT / 1000)
    return AMOUNT


def echoed(got):
    return len(got) if got == MESSAGE else -1


def echo():
    if not hasattr(mine, "socket"):
        mine.socket = socket.create_connection(("127.0.0.1", port))
    mine.socket.sendall(MESSAGE)
    return echoed(mine.socket.recv(len(MESSAGE), socket.MSG_WAITALL))


BLOCKING = {
    "hash": lambda: fnv(AMOUNT),
    "sieve": lambda: sieve(AMOUNT),
    "mixed": mixed,
    "sleep": sleep,
    "echo": echo,
}

idle = []  # connections of asyncio that no task has


async def async_mixed():
    h = fnv(AMOUNT)
    await asyncio.sleep(MIXED_WAIT)
    return h


async def async_sleep():
    await asyncio.sleep(AMOUNT / 1000)
    return AMOUNT


async def async_echo():
    reader, writer = idle.pop() if idle else await asyncio.open_connection("127.0.0.1", port)
    writer.write(MESSAGE)
    got = await reader.readexactly(len(MESSAGE))
    idle.append((reader, writer))
    return echoed(got)


WAITING = {"mixed": async_mixed, "sleep": async_sleep, "echo": async_echo}


async def answer(reader, writer):
    """Sends every message back a millisecond later."""
    try:
        while True:
            message = await reader.readexactly(len(MESSAGE))
            await asyncio.sleep(ECHO_WAIT)
            writer.write(message)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def serve():
    global port
    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=512)
    port = server.sockets[0].getsockname()[1]


def serve_in_thread():
    """Starts the server on an event loop in a thread of its own."""
    ready = threading.Event()

    async def for_ever():
        await serve()
        ready.set()
        await asyncio.Event().wait()

    threading.Thread(target=lambda: asyncio.run(for_ever()), daemon=True).start()
    ready.wait()


def check(results):
    for got in results:
        if got != WANT:
            sys.exit(f"wrong result {got}, want {WANT}")


async def pace(workers, run):
    """Finds how many tasks take BOX and prints the run of so many."""
    n = 2 * workers
    await run(n)  # starts the workers
    while True:
        start = time.perf_counter_ns()
        await run(n)
        took = time.perf_counter_ns() - start
        if took >= BOX / 2:
            print(workers, n, took)
            return
        n = min(16 * n, max(2 * n, n * BOX // max(1, took)))
        n = -(-n // workers) * workers  # no last wave that is half full


def perform(_):
    return BLOCKING[TASK]()


async def executor(workers, pool):
    async def run(n):
        check(pool.map(perform, range(n)))

    with pool:
        await pace(workers, run)


async def threads(workers):
    await executor(workers, concurrent.futures.ThreadPoolExecutor(workers))


async def processes(workers):
    fork = multiprocessing.get_context("fork")
    await executor(workers, concurrent.futures.ProcessPoolExecutor(workers, fork))


async def event_loop(workers):
    limit = asyncio.Semaphore(workers)

    async def one():
        async with limit:
            return await WAITING[TASK]() if TASK in WAITING else BLOCKING[TASK]()

    async def run(n):
        check(await asyncio.gather(*(one() for _ in range(n))))

    await pace(workers, run)


SYSTEMS = {"threads": threads, "processes": processes, "asyncio": event_loop}


async def main():
    if TASK == "echo" and SYSTEM == "asyncio":
        await serve()
    elif TASK == "echo":
        serve_in_thread()
    for workers in sys.argv[6:]:
        await SYSTEMS[SYSTEM](int(workers))
    sys.stdout.flush()
    os._exit(0)  # an orderly end reports every connection that it cancels


if __name__ == "__main__":
    asyncio.run(main())
