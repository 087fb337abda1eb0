"""The pickle lab's server: one line on its console for each profile; a pickled string goes to everybody else.
Start it: python3 pickle_server.py HOST PORT
pickle.loads runs whatever its sender wants it to: only for clients that you trust."""
import pickle, socket, sys, threading

clients = []
lock = threading.Lock()  # for the list, and so that two profiles never share a line


def send(connection, data):
    try:
        connection.sendall(data)
    except OSError as error:  # this one is gone, as its own thread will find out: no reason to stop here
        print("not sent:", error, flush=True)


def serve(connection):
    try:
        profile = pickle.loads(connection.recv(4096))
        name = profile["name"]
        with lock:
            print(name, profile["student_id"], profile["github"], flush=True)
            clients.append(connection)
        send(connection, pickle.dumps({"status": "ok", "message": f"welcome, {name}"}))
        while data := connection.recv(4096):
            text = pickle.loads(data)
            with lock:
                for other in clients:
                    if other is not connection:
                        send(other, pickle.dumps(f"{name}: {text}"))
    except Exception as error:  # whatever is no pickle, or not the right one
        print("a client was dropped:", repr(error), flush=True)
    finally:
        with lock:
            if connection in clients:
                clients.remove(connection)
        connection.close()


listener = socket.create_server((sys.argv[1], int(sys.argv[2])))
print("listening on %s:%d" % listener.getsockname(), flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
