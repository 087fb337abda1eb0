"""Runs assets/client.py against the real server: what one types, the other reads."""
import os, queue, re, subprocess, sys, threading

top = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
target = os.environ.get("CARGO_TARGET_DIR", os.path.join(top, "target"))
PATIENCE = 20  # seconds: longer than anything here takes


class Program:
    """A program whose lines are read as they come."""

    def __init__(self, *command):
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, encoding="utf-8")
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def expect(self, pattern):
        while True:
            line = self.lines.get(timeout=PATIENCE)
            if line is None:
                raise AssertionError(f"ended before {pattern!r} came")
            found = re.search(pattern, line)
            if found:
                return found

    def type(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()


def main():
    server = Program(os.path.join(target, "debug", "chat-server"), "--ephemeral", "--bind", "127.0.0.1", "--port", "0")
    try:
        port = server.expect(r"listening on 127\.0\.0\.1:(\d+) ").group(1)
        client = os.path.join(top, "assets", "client.py")
        ann = Program(sys.executable, client, "ann", "127.0.0.1", port)
        server.expect("ann joined lobby")
        bob = Program(sys.executable, client, "bob", "127.0.0.1", port)
        ann.expect(r"^\* bob joined$")
        bob.type("hé, ann")
        ann.expect("^bob: hé, ann$")
        ann.type("hello, bob")
        bob.expect("^ann: hello, bob$")
        bob.process.stdin.close()
        ann.expect(r"^\* bob left$")
        assert bob.process.wait(PATIENCE) == 0, "the client ends well"
        ann.process.stdin.close()
        assert ann.process.wait(PATIENCE) == 0, "the client ends well"
    finally:
        server.process.terminate()
    assert server.process.wait(PATIENCE) == 0, "the server stops cleanly"
    print("the Python client talks to the server")


main()
