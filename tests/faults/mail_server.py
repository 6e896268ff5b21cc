"""A mail server on loopback that takes mail, falls silent, or refuses, as it is told."""

import socketserver
import threading
from email import message_from_bytes, policy
from enum import StrEnum


class Mood(StrEnum):
    TAKES = "takes"
    HANGS = "hangs"  # has taken the mail, and never says so
    REFUSES = "refuses"


class MailServer(socketserver.ThreadingTCPServer):
    """``taken`` has the Message-ID and the recipient of each mail that was handed over, in order; of
    ``hanging_count`` of them the sender was never told."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.mood = Mood.TAKES
        self.taken: list[tuple[str, str]] = []
        self.hanging = threading.Semaphore(0)
        self.hanging_count = 0
        self.changed = threading.Condition()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def be(self, mood: Mood) -> None:
        """From the next command on; who hangs is let go."""
        with self.changed:
            self.mood = mood
            self.changed.notify_all()

    def close(self) -> None:
        self.be(Mood.REFUSES)
        self.shutdown()
        self.server_close()


class _Talk(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._say("220 mail.example")
        recipient = ""
        while line := self.rfile.readline():
            words = line.decode().strip().upper()
            if words.startswith("RCPT"):
                recipient = line.decode().partition("<")[2].partition(">")[0]
                self._say("451 try later" if self.server.mood is Mood.REFUSES else "250 ok")
            elif words == "DATA":
                self._say("354 go on")
                self._take(recipient)
            elif words == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _take(self, recipient: str) -> None:
        content = b""
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            content += line
        message = message_from_bytes(content, policy=policy.default)
        self.server.taken.append((str(message["Message-ID"]), recipient))
        with self.server.changed:
            if self.server.mood is Mood.HANGS:
                self.server.hanging_count += 1
                self.server.hanging.release()
                self.server.changed.wait_for(lambda: self.server.mood is not Mood.HANGS)
        self._say("250 taken")

    def _say(self, line: str) -> None:
        try:
            self.wfile.write(f"{line}\r\n".encode())
        except OSError:
            self.rfile.close()  # whoever was talking to us is gone
