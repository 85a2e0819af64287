"""Connections passed on, between TCP on loopback and sockets in the file system, which reach into other network namespaces.

  relay.py FROM=TO...     each tcp:HOST:PORT or unix:PATH, e.g. tcp:127.0.0.1:3306=unix:/run/database
"""
import asyncio
import os
import sys


def connect(address):
    kind, _, rest = address.partition(":")
    if kind == "unix":
        return asyncio.open_unix_connection(rest)
    host, _, port = rest.rpartition(":")
    return asyncio.open_connection(host, int(port))


async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except (ConnectionError, OSError):
        writer.close()


async def serve(source, target):
    async def accepted(reader, writer):
        try:
            there_reader, there_writer = await connect(target)
        except (ConnectionError, OSError):
            writer.close()
            return
        await asyncio.gather(pump(reader, there_writer), pump(there_reader, writer))
        there_writer.close()
        writer.close()

    kind, _, rest = source.partition(":")
    if kind == "unix":
        server = await asyncio.start_unix_server(accepted, rest)
        os.chmod(rest, 0o666)
        return server
    host, _, port = rest.rpartition(":")
    return await asyncio.start_server(accepted, host, int(port))


async def main(pairs):
    servers = [await serve(*pair.split("=", 1)) for pair in pairs]
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
