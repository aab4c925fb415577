"""A mail server that takes everything, and keeps nothing unless it is asked to."""
import asyncio
import threading


async def take_mail(reader, writer, kept):
    """One SMTP session that takes every mail, into a list if there is one."""
    async def say(line):
        writer.write(line + b"\r\n")
        await writer.drain()

    try:
        await say(b"220 sink")
        while line := await reader.readline():
            word = line[:4].upper()
            if word == b"DATA":
                await say(b"354 go on")
                mail = []
                while (line := await reader.readline()) not in (b".\r\n", b""):
                    if kept is not None:
                        mail.append(line)
                if kept is not None:
                    kept.append(b"".join(mail))
                await say(b"250 taken")
            elif word == b"QUIT":
                await say(b"221 bye")
                break
            else:
                await say(b"250 fine")
    except (ConnectionError, asyncio.CancelledError):
        pass
    writer.close()


def start(kept=None):
    """Starts the mail server in a thread; its port. `kept`: a list for the mails."""
    ready = threading.Event()
    port = []

    async def serve():
        server = await asyncio.start_server(lambda reader, writer: take_mail(reader, writer, kept), "127.0.0.1", 0, limit=1 << 20)
        port.append(server.sockets[0].getsockname()[1])
        ready.set()
        await server.serve_forever()

    threading.Thread(target=lambda: asyncio.run(serve()), daemon=True).start()
    ready.wait()
    return port[0]
