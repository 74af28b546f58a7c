"""Open the port to listen on, and determine the host names of the server."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket

from generator.model.errors import command_error


def listen(bind: str, wanted: int) -> socket.socket:
    """Return a socket that listens on the wanted port, or on the next free one of the hundred after it.

    Port 0 means any free one. Raises `ConfigError` if the address does not belong to this machine.
    """
    try:
        family, _, _, _, target = socket.getaddrinfo(bind, wanted, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise command_error(f"--bind {bind}", "is not an address", "use 127.0.0.1") from error
    host = str(target[0])
    if ipaddress.ip_address(host.partition("%")[0]).is_unspecified:
        advice = "use 127.0.0.1, or this machine's own address to show it to others"
        raise command_error(f"--bind {bind}", "means every network", advice)
    for port in range(wanted, min(wanted + 100, 65536)):
        # Naming the protocol makes asyncio send small answers at once; otherwise each waits about 40 ms.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            if os.name == "posix":  # on Windows this would share a port that is in use
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port, *target[2:]))
            listener.listen(128)
        except OSError as error:
            listener.close()
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise command_error(
                    f"--bind {bind}", f"cannot be used: {error.strerror}", "use 127.0.0.1"
                ) from error
        else:
            return listener
    raise command_error(f"--bind {bind}", f"has no free port from {wanted} on", "choose another with --port")


def host_headers(hosts: set[str], port: int) -> set[str]:
    """Return the values of the Host header that browsers send to this server."""
    return {f"{host}:{port}" for host in hosts} | (hosts if port == 80 else set())
