"""Lets a function's environment outlive an error of its handler, as on AWS.

By itself the emulator ends the process, so that the next call starts another: half a second of CPU for each call that the
authorizer refuses, which it does by throwing.
"""

import threading
import time

from ministack.core import lambda_runtime as runtime

end_process, collect_process, invoke_worker = runtime._signal, runtime._collect, runtime.Worker.invoke
# The processes that an invocation would have ended, while a thread is in one.
invocation = threading.local()


def is_in_invocation():
    return getattr(invocation, "ended", None) is not None


def signal(process):
    if is_in_invocation():
        invocation.ended.append(process)
    else:
        end_process(process)


def collect(process, deadline):
    if not is_in_invocation():
        collect_process(process, deadline)


def invoke(worker, *args, **named):
    invocation.ended = ended = []
    response = {}
    try:
        response = invoke_worker(worker, *args, **named)
    finally:
        invocation.ended = None
        for process in ended:
            # Only what a handler has thrown has a trace: not a time-out, and not the death of the process.
            if "trace" in response and process.poll() is None:
                worker._proc = process
            else:
                end_process(process)
                collect_process(process, time.monotonic() + runtime._REAP_GRACE)
    return response


def keep_environments():
    runtime._signal, runtime._collect, runtime.Worker.invoke = signal, collect, invoke
