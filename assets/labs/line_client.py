"""A chat client in lines of text: a thread receives, the main loop sends; the first line is one's name, `EXIT`
leaves. Start it: python3 line_client.py HOST PORT NAME"""
import socket, sys, threading

host, port, name = sys.argv[1:]
server = socket.create_connection((host, int(port)))


def receive():
    while data := server.recv(4096):
        print(data.decode(), end="", flush=True)


receiver = threading.Thread(target=receive)
receiver.start()
server.sendall(f"{name}\n".encode())
for line in sys.stdin:
    if line.strip().upper() == "EXIT":
        break
    server.sendall(line.encode())
server.sendall(b"EXIT\n")
receiver.join()  # DONE comes, and the server hangs up
