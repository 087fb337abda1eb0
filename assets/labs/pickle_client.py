"""The pickle lab's client: sends a profile as a pickled dict, prints the answer, then what others say; lines
typed are sent as pickled strings. Start it: python3 pickle_client.py HOST PORT NAME STUDENT_ID GITHUB
pickle.loads runs whatever its sender wants it to: only connect to servers that you trust."""
import pickle, socket, sys, threading

host, port, name, student_id, github = sys.argv[1:]
server = socket.create_connection((host, int(port)))

server.sendall(pickle.dumps({"name": name, "student_id": student_id, "github": github}))
print(pickle.loads(server.recv(4096)), flush=True)


def receive():
    with server.makefile("rb") as stream:
        while stream.peek(1):
            print(pickle.load(stream), flush=True)


threading.Thread(target=receive, daemon=True).start()
for line in sys.stdin:
    server.sendall(pickle.dumps(line.rstrip("\n")))
