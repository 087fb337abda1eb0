"""A two-way client: sends a line, waits for the answer, shows it, and asks for the next; `bye` leaves.
Start it: python3 duet_client.py HOST PORT"""
import socket, sys

server = socket.create_connection((sys.argv[1], int(sys.argv[2])))
message = input(" -> ")
while message.lower().strip() != "bye":
    server.sendall(message.encode())
    data = server.recv(1024).decode()
    if not data:
        break
    print("Received from server:", data, flush=True)
    message = input(" -> ")
server.close()
