"""Runs assets/client.py against the real server: what one types, the other reads."""
import os

from program import PATIENCE, Program, python

top = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
target = os.environ.get("CARGO_TARGET_DIR", os.path.join(top, "target"))


def main():
    server = Program(os.path.join(target, "debug", "chat-server"), "--ephemeral", "--bind", "127.0.0.1", "--port", "0")
    port = server.expect(r"listening on 127\.0\.0\.1:(\d+) ").group(1)
    client = os.path.join(top, "assets", "client.py")
    ann = python(client, "ann", "127.0.0.1", port)
    server.expect("ann joined lobby")
    bob = python(client, "bob", "127.0.0.1", port)
    ann.expect(r"^\* bob joined$")
    bob.type("hé, ann")
    ann.expect("^bob: hé, ann$")
    ann.type("hello, bob")
    bob.expect("^ann: hello, bob$")
    bob.process.stdin.close()
    ann.expect(r"^\* bob left$")
    bob.ends()
    ann.process.stdin.close()
    ann.ends()
    server.process.terminate()
    assert server.process.wait(PATIENCE) == 0, "the server stops cleanly"
    print("the Python client talks to the server")


try:
    main()
finally:
    Program.end_all()
