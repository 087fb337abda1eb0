"""A simulated user of the comma lab: registers, asks who is there, and says hi to one of them again and again.
Start it several times: python3 comma_user.py HOST PORT NAME [SECONDS between its steps]"""
import random, socket, sys, threading, time

host, port, name = sys.argv[1:4]
pause = float(sys.argv[4]) if len(sys.argv) > 4 else 3.0
server = socket.create_connection((host, int(port)))

server.sendall(f"register,{name}".encode())
print(server.recv(4096).decode(), flush=True)  # ack

friends = []
while not friends:  # nobody else is here yet, or somebody's hi came first
    time.sleep(pause)
    server.sendall(b"list,friends")
    names = server.recv(4096).decode().split("\n")[-1].split(",")
    friends = [friend for friend in names if friend not in ("", name)]
print("friends:", ", ".join(friends), flush=True)


def receive():
    while data := server.recv(4096):
        print(data.decode(), end="", flush=True)


threading.Thread(target=receive, daemon=True).start()
while True:
    server.sendall(f"chat,{random.choice(friends)}".encode())
    time.sleep(pause * random.uniform(0.5, 1.5))
