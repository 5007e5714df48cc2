"""What the recorder and the replay do with sockets. May not listen anywhere but on loopback."""

import asyncio
import socket
import struct
from collections.abc import Callable

LOOPBACK = "127.0.0.1"
# A socket that is closed while it lingers for zero seconds tells its peer of a reset.
_RESET = struct.pack("ii", 1, 0)


class ListenError(Exception):
    """The port cannot be listened on; the text says why in one line."""


async def listen(accept: Callable[[], asyncio.Protocol], port: int) -> asyncio.Server:
    """Listen on a port, 0 for any free one. Raises ListenError."""
    try:
        return await asyncio.get_running_loop().create_server(accept, LOOPBACK, port)
    except OSError as error:
        raise ListenError(f"cannot listen on {LOOPBACK}:{port}: {error}") from error


def port_of(listening: asyncio.Server) -> int:
    """The port that it listens on."""
    port: int = listening.sockets[0].getsockname()[1]
    return port


def reset(transport: asyncio.Transport) -> None:
    """Cut a connection so that the peer sees a reset, not an end."""
    if not transport.is_closing():
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        transport.abort()
