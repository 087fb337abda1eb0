"""A two-way server: shows what its one client sends and asks you for the answer, turn by turn.
Start it: python3 duet_server.py HOST PORT"""
import socket, sys

listener = socket.create_server((sys.argv[1], int(sys.argv[2])))
print("listening on %s:%d" % listener.getsockname(), flush=True)
connection, address = listener.accept()
print("Connection from:", address, flush=True)
while data := connection.recv(1024).decode():
    print("from connected user:", data, flush=True)
    connection.sendall(input(" -> ").encode())
connection.close()
