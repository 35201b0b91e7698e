"""Servers that examples are played to."""
import re
import subprocess


def start_server(test, program, *flags):
    """A server that ends with the test; its address."""
    process = subprocess.Popen([program, "--listen", "127.0.0.1:0", "--store", "memory:", *flags],
                               stdout=subprocess.PIPE, text=True)
    test.addCleanup(process.stdout.close)
    test.addCleanup(process.wait)
    test.addCleanup(process.kill)
    return re.search(r"grpc=(\S+)", process.stdout.readline()).group(1)
