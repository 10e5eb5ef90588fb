"""What overlap is compared with, in Python's standard library.

usage: peers.py MODE COUNT    prints the nanoseconds of one operation
"""

import asyncio
import concurrent.futures
import sys
import threading
import time

ANSWER = 7
MESSAGE = bytes([ANSWER]) * 64


def give():
    return ANSWER


def echo(message):
    return message


def timed(count, operation):
    """Times count operations after some that fill caches and start workers."""
    for _ in range(max(1, count // 10)):
        operation()
    start = time.perf_counter_ns()
    for _ in range(count):
        operation()
    return (time.perf_counter_ns() - start) / count


def check(got, want):
    if got != want:
        sys.exit(f"wrong result {got!r}, want {want!r}")


def thread_pool(count):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return timed(count, lambda: check(pool.submit(give).result(), ANSWER))


def process_pool(count):
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        return timed(count, lambda: check(pool.submit(echo, MESSAGE).result(), MESSAGE))


def asyncio_task(count):
    async def child():
        return ANSWER

    async def repeat(times):
        for _ in range(times):
            check(await asyncio.create_task(child()), ANSWER)

    async def main():
        await repeat(max(1, count // 10))
        start = time.perf_counter_ns()
        await repeat(count)
        return (time.perf_counter_ns() - start) / count

    return asyncio.run(main())


def event(count):
    """Two threads wake each other; an operation is one wake."""
    ping, pong = threading.Event(), threading.Event()
    rounds = max(1, count // 2)

    def partner():
        for _ in range(rounds):
            ping.wait()
            ping.clear()
            pong.set()

    thread = threading.Thread(target=partner, daemon=True)
    thread.start()
    start = time.perf_counter_ns()
    for _ in range(rounds):
        ping.set()
        pong.wait()
        pong.clear()
    return (time.perf_counter_ns() - start) / (2 * rounds)


MODES = {
    "thread-pool": thread_pool,
    "process-pool": process_pool,
    "asyncio-task": asyncio_task,
    "event": event,
}

if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in MODES:
        sys.exit(__doc__ + "modes: " + ", ".join(MODES))
    print(MODES[sys.argv[1]](int(sys.argv[2])))
