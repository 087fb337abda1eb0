"""Tells whoever connects the date and the time of day, and hangs up. Start it: python3 daytime_server.py HOST PORT"""
import datetime, socket, sys

listener = socket.create_server((sys.argv[1], int(sys.argv[2])))
print("listening on %s:%d" % listener.getsockname(), flush=True)
while True:
    connection, _ = listener.accept()
    connection.sendall(datetime.datetime.now().strftime("%Y-%m-%d %H:%M:%S").encode())
    connection.close()
