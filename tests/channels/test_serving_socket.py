"""The socket that doors listen on: an answer leaves at once, whole or in parts."""

import asyncio
import socket

from channels.serving import _bound


async def test_what_a_door_says_is_not_held_back_for_the_other_sides_word():
    """Headers and body go in two parts: with Nagle's wait the second comes 40 ms late."""
    found = asyncio.get_running_loop().create_future()

    async def answer(_reader, writer):
        own = writer.get_extra_info("socket")
        found.set_result(own.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    listening = _bound("127.0.0.1", 0)
    server = await asyncio.start_server(answer, sock=listening)
    _, writer = await asyncio.open_connection(*listening.getsockname())
    assert await asyncio.wait_for(found, 30)
    writer.close()
    server.close()
    await server.wait_closed()
