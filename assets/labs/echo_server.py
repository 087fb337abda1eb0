"""Sends everything back to whoever sent it, one client after the other. Start it: python3 echo_server.py HOST PORT"""
import socket, sys

listener = socket.create_server((sys.argv[1], int(sys.argv[2])))
print("listening on %s:%d" % listener.getsockname(), flush=True)
while True:
    connection, address = listener.accept()
    print("connection from %s:%d" % address, flush=True)
    while data := connection.recv(4096):
        connection.sendall(data)
    connection.close()
