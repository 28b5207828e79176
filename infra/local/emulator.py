"""Runs the emulator, and writes snapshots of its state while it runs: infra/local/snapshots.ts restores the newest.

By itself it writes its state only when it ends in order. A snapshot is written by a fork of the process, whose memory stands
still while the emulator goes on. It appears under its name when it is complete, and the three newest are kept.
"""

import asyncio
import json
import os
import shutil
import signal
import time
import traceback
from datetime import datetime, timezone

from kept_environments import keep_environments
from kept_streams import keep_streams
from ministack import app as emulator
from ministack.core import persistence

FOLDER = os.environ["DEEPLENS_SNAPSHOTS"]
SECONDS = float(os.environ["DEEPLENS_SNAPSHOT_SECONDS"])
# Its time tells afterwards how long the emulator was alive after the last snapshot.
ALIVE = os.environ["DEEPLENS_ALIVE"]
KEPT = 3
# A fork that waits for a lock which another thread held would wait for ever.
LIMIT_SECONDS = 50


def write_file(path, value):
    with open(path, "w") as file:
        json.dump(value, file, default=persistence._json_default)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(path):
    folder = os.open(path, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def write_snapshot():
    name = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H-%M-%S.%f")
    unfinished = os.path.join(FOLDER, f"{name}.new")
    os.makedirs(unfinished)
    for service, get_state in emulator._build_persistence_save_dict().items():
        state = get_state()
        if state is None:
            continue
        version = persistence._state_format_version(service)
        write_file(
            os.path.join(unfinished, f"{service}.json"), {"__ministack_format__": version, "payload": state}
        )
    sync_folder(unfinished)
    os.rename(unfinished, os.path.join(FOLDER, name))
    sync_folder(FOLDER)
    complete = sorted(entry for entry in os.listdir(FOLDER) if not entry.endswith(".new"))
    for entry in os.listdir(FOLDER):
        if entry not in complete[-KEPT:]:
            shutil.rmtree(os.path.join(FOLDER, entry), ignore_errors=True)


def fork_writer():
    """Runs in the event loop, so that no request is half done."""
    writer = os.fork()
    if writer:
        return writer
    code = 1
    try:
        write_snapshot()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


async def wait_for(writer):
    end = time.monotonic() + LIMIT_SECONDS
    while True:
        ended, status = os.waitpid(writer, os.WNOHANG)
        if ended:
            if status:
                print(f"snapshot not written: {status}", flush=True)
            return
        if time.monotonic() > end:
            print("snapshot not written in time", flush=True)
            os.kill(writer, signal.SIGKILL)
        await asyncio.sleep(0.1)


async def write_snapshots():
    asked = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, asked.set)
    while True:
        try:
            await asyncio.wait_for(asked.wait(), SECONDS)
        except asyncio.TimeoutError:
            pass
        asked.clear()
        await wait_for(fork_writer())


async def show_life():
    while True:
        with open(ALIVE, "w"):
            pass
        await asyncio.sleep(1)


def with_snapshots(app):
    tasks = set()

    async def run(scope, receive, send):
        async def send_and_start(message):
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                tasks.update(asyncio.create_task(task()) for task in (write_snapshots, show_life))

        await app(scope, receive, send_and_start if scope["type"] == "lifespan" else send)

    return run


os.makedirs(FOLDER, exist_ok=True)
keep_environments()
keep_streams()
emulator.app = with_snapshots(emulator.app)
emulator.main()
