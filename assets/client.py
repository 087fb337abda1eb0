"""A whole chat client: python3 client.py NAME [HOST] [PORT]. The protocol: protocol/PROTOCOL.md."""
import json, socket, sys, threading, uuid
name, host, port = (sys.argv[1:] + [None] * 3)[:3]
server = socket.create_connection((host or "127.0.0.1", int(port or 65433)))
def send(**frame): server.sendall(json.dumps(frame).encode() + b"\n")
def type_away():
    for line in sys.stdin: send(type="say", id=str(uuid.uuid4()), room="lobby", text=line.rstrip("\n") or " ")
    send(type="bye")
send(type="hello", version=1, name=name or "guest")
for frame in map(json.loads, server.makefile(encoding="utf-8")):
    if frame["type"] == "welcome": threading.Thread(target=type_away, daemon=True).start()
    if frame["type"] == "ping": send(type="pong")
    elif "suggest" in frame: send(type="hello", version=1, name=frame["suggest"])
    elif "text" in frame: print(f"{frame.get('from', '*')}{' (to you)' * (frame['type'] == 'direct')}: {frame['text']}", flush=True)
    elif "name" in frame or "names" in frame: print(f"* {frame.get('name') or frame['names']} {frame['type']}", flush=True)
