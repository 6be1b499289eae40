"""An IPython kernel, driven line by line: each line is a JSON list of code to execute; answers with milliseconds."""
import json
import sys
import time

from jupyter_client.manager import KernelManager

manager = client = None


def start():
    global manager, client
    if manager:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready()


for line in sys.stdin:
    request = json.loads(line)
    started = time.perf_counter()
    if request.get("start"):
        start()
    for code in request["codes"]:
        client.execute_interactive(code, silent=False, output_hook=lambda message: None)
    print((time.perf_counter() - started) * 1000, flush=True)
