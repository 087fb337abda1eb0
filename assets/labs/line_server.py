"""A chat server in lines of text, a thread for each client: the first line is a name, every other goes to
everybody else, `EXIT` leaves. Start it: python3 line_server.py HOST PORT"""
import socket, sys, threading

clients = {}  # connection: name
lock = threading.Lock()


def tell_others(connection, text):
    with lock:
        print(text, flush=True)
        for other in clients:
            if other is not connection:
                other.sendall(f"{text}\n".encode())


def serve(connection):
    lines = connection.makefile(encoding="utf-8", errors="replace")
    name = lines.readline().strip()
    tell_others(connection, f"SERVER: {name} joined")
    with lock:
        clients[connection] = name
    try:
        for line in map(str.strip, lines):
            if line.upper() == "EXIT":
                connection.sendall(b"DONE\n")
                break
            tell_others(connection, f"{name}: {line}")
    except OSError as error:
        print(name, error, flush=True)
    with lock:
        del clients[connection]
    tell_others(connection, f"SERVER: {name} left")
    lines.close()
    connection.close()


listener = socket.create_server((sys.argv[1], int(sys.argv[2])))
print("listening on %s:%d" % listener.getsockname(), flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
