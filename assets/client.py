"""A whole chat client: python3 client.py NAME [HOST] [PORT]. The protocol: protocol/PROTOCOL.md."""
import json, socket, sys, threading, uuid
name, host, port = (sys.argv[1:] + [None] * 3)[:3]
server = socket.create_connection((host or "127.0.0.1", int(port or 65433)))
def send(**frame): server.sendall(json.dumps(frame).encode() + b"\n")
def type_away():
    for line in sys.stdin: send(type="say", id=str(uuid.uuid4()), room="lobby", text=line.rstrip("\n") or " ")
    send(type="bye")
send(type="hello", version=1, name=name or "guest")
threading.Thread(target=type_away, daemon=True).start()
for frame in map(json.loads, server.makefile(encoding="utf-8")):
    if frame["type"] == "ping": send(type="pong")
    elif frame["type"] in ("message", "direct"): print(f"{frame['from']}: {frame['text']}", flush=True)
    elif frame["type"] in ("error", "bye"): print(f"* {frame['text']}", flush=True)
    elif frame["type"] in ("joined", "left"): print(f"* {frame.get('name') or frame['names']} {frame['type']}", flush=True)
