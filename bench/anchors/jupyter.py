"""A Jupyter kernel, driven line by line: each line is a JSON object with code to execute, in a kernel that is started if
none runs, or asks for its end; it is answered when that is done. Called with the kernel's command line, or without
arguments for IPython."""
import json
import sys

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

manager = client = None


def start():
    global manager, client
    manager = KernelManager(kernel_name="python3")
    if sys.argv[1:]:
        manager._kernel_spec = KernelSpec(argv=sys.argv[1:], language="typescript")  # it is installed nowhere
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready()


def end():
    global manager
    if manager:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    manager = None


for line in sys.stdin:
    request = json.loads(line)
    if request.get("end"):
        end()
    elif not manager:
        start()
    for code in request.get("codes", []):
        reply = client.execute_interactive(code, silent=False, output_hook=lambda message: None)
        assert reply["content"]["status"] == "ok", reply["content"]
    print("done", flush=True)
