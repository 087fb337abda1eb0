"""A server for the comma lab's simulated users: whatever one recv brings is taken for one command.
Start it: python3 comma_server.py HOST PORT"""
import socket, sys, threading

users = {}  # name: connection
lock = threading.Lock()


def send(connection, data):
    try:
        connection.sendall(data)
    except OSError as error:  # this one is gone, as its own thread will find out: no reason to stop here
        print("not sent:", error, flush=True)


def answer(connection, name, command, argument):
    with lock:
        if command == "list":
            send(connection, ",".join(users).encode())
        elif command == "chat" and argument in users:
            send(users[argument], f"{name} says hi\n".encode())
        elif command == "chat":
            send(connection, f"{argument} is not here\n".encode())
        else:
            send(connection, b"there are register,NAME and list,friends and chat,NAME\n")


def register(connection, name):
    """Whether the name was free."""
    with lock:
        return users.setdefault(name, connection) is connection


def serve(connection):
    name = None
    try:
        while data := connection.recv(4096):
            command, _, argument = data.decode(errors="replace").strip().partition(",")
            if command != "register" or name:
                answer(connection, name, command, argument)
            elif register(connection, argument):
                name = argument
                print(name, "registered", flush=True)
                send(connection, b"ack")
            else:
                send(connection, f"there is a {argument} already\n".encode())
    except OSError as error:
        print(name, error, flush=True)
    finally:
        with lock:
            users.pop(name, None)
        print(name, "left", flush=True)
        connection.close()


listener = socket.create_server((sys.argv[1], int(sys.argv[2])))
print("listening on %s:%d" % listener.getsockname(), flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
