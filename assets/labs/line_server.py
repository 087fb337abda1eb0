"""A chat server in lines of text, a thread for each client: the first line is a name, every other goes to
everybody else, `EXIT` leaves. Start it: python3 line_server.py HOST PORT"""
import socket, sys, threading

clients = {}  # connection: name
lock = threading.Lock()


def send(connection, data):
    try:
        connection.sendall(data)
    except OSError as error:  # this one is gone, as its own thread will find out: no reason to stop here
        print("not sent:", error, flush=True)


def tell_others(connection, text):
    with lock:
        print(text, flush=True)
        for other in clients:
            if other is not connection:
                send(other, f"{text}\n".encode())


def serve(connection):
    name = None
    lines = connection.makefile(encoding="utf-8", errors="replace")
    try:
        name = lines.readline().strip()
        tell_others(connection, f"SERVER: {name} joined")
        with lock:
            clients[connection] = name
        for line in map(str.strip, lines):
            if line.upper() == "EXIT":
                send(connection, b"DONE\n")
                break
            tell_others(connection, f"{name}: {line}")
    except OSError as error:
        print(name, error, flush=True)
    finally:
        with lock:
            clients.pop(connection, None)
        if name is not None:
            tell_others(connection, f"SERVER: {name} left")
        lines.close()
        connection.close()


listener = socket.create_server((sys.argv[1], int(sys.argv[2])))
print("listening on %s:%d" % listener.getsockname(), flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
