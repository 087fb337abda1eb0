"""A server for the comma lab's simulated users: whatever one recv brings is taken for one command.
Start it: python3 comma_server.py HOST PORT"""
import socket, sys, threading

users = {}  # name: connection
lock = threading.Lock()


def answer(connection, name, command, argument):
    with lock:
        if command == "list":
            connection.sendall(",".join(users).encode())
        elif command == "chat" and argument in users:
            users[argument].sendall(f"{name} says hi\n".encode())
        elif command == "chat":
            connection.sendall(f"{argument} is not here\n".encode())
        else:
            connection.sendall(b"there are register,NAME and list,friends and chat,NAME\n")


def serve(connection):
    name = None
    try:
        while data := connection.recv(4096):
            command, _, argument = data.decode().strip().partition(",")
            if command == "register" and not name:
                name = argument
                with lock:
                    users[name] = connection
                print(name, "registered", flush=True)
                connection.sendall(b"ack")
            else:
                answer(connection, name, command, argument)
    except OSError as error:
        print(name, error, flush=True)
    with lock:
        users.pop(name, None)
    print(name, "left", flush=True)
    connection.close()


listener = socket.create_server((sys.argv[1], int(sys.argv[2])))
print("listening on %s:%d" % listener.getsockname(), flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
