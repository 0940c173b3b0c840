"""What holds for every test: one thread, no network."""

import os
import socket

# Before anything imports torch or a library of the hub.
os.environ |= {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "MPLBACKEND": "agg",
}

_LOCAL = {"localhost", "127.0.0.1", "::1", "", None}


class NetworkUsedError(BaseException):
    """A test reaches for the network; no `except Exception` hides it."""


def _guard(call, host_of):
    def guarded(*args, **kwargs):
        host = host_of(*args)
        if host not in _LOCAL:
            raise NetworkUsedError(f"A test wants to reach {host!r}; tests run without a network.")
        return call(*args, **kwargs)

    return guarded


def _host_of_address(sock, address):
    return address[0] if sock.family in (socket.AF_INET, socket.AF_INET6) else None


def _decoded(host, *_):
    return host.decode() if isinstance(host, bytes) else host


socket.socket.connect = _guard(socket.socket.connect, _host_of_address)
socket.socket.connect_ex = _guard(socket.socket.connect_ex, _host_of_address)
socket.getaddrinfo = _guard(socket.getaddrinfo, _decoded)
