"""Runs every lab client of assets/labs against every server that speaks its dialect (the lab's own, the real
server's door for it, and the real server's main port), and chat-tui against every lab server.

python3 .ci/check-labs.py [labs] [server] [client]: only these parts."""
import datetime, itertools, os, pickle, socket, sys, tempfile, threading

from program import PATIENCE, Program, python
from screen import Screen

top = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
target = os.environ.get("CARGO_TARGET_DIR", os.path.join(top, "target"))
DOORS = "line comma pickle nc daytime duet".split()
HOST = "127.0.0.1"
TOGETHER = 200  # profiles at once
people = (f"ann{number}" for number in itertools.count(1))


def lab(script, *arguments):
    return python(os.path.join(top, "assets", "labs", script), HOST, *map(str, arguments))


def lab_server(script):
    """A lab's server, and its port."""
    server = lab(script, 0)
    return server, server.expect(r"^listening on 127\.0\.0\.1:(\d+)$").group(1)


# -- each dialect, as its clients see it -----------------------------------------------------------
def line(server, port):
    ann, bob = next(people), next(people)
    first = lab("line_client.py", port, ann)
    first.type("nobody reads this")
    server.expect(rf"\b{ann} joined\b")
    second = lab("line_client.py", port, bob)
    first.expect(f"^SERVER: {bob} joined$")
    second.type("hé, there")
    first.expect(f"^{bob}: hé, there$")
    first.type("one\ntwo")
    second.expect(f"^{ann}: one$")
    second.expect(f"^{ann}: two$")
    second.type("exit")
    second.expect("^DONE$")
    second.ends()
    first.expect(f"^SERVER: {bob} left$")
    first.process.stdin.close()
    first.ends()


def comma(server, port):
    ann, bob = next(people), next(people)
    first = lab("comma_user.py", port, ann, 0.3)
    first.expect("^ack$")
    second = lab("comma_user.py", port, bob, 0.3)
    second.expect("^ack$")
    for user, other in ((first, bob), (second, ann)):
        user.expect(rf"^friends: (.*, )?{other}(,|$)")
    first.expect(f"^{bob} says hi$")
    second.expect(f"^{ann} says hi$")
    second.process.terminate()
    told = first.expect(rf"\b{bob}\b(?! says hi)").string
    assert "," not in told or " " in told, f"{told!r} is readable"
    first.process.terminate()


def pickles(server, port):
    ann, bob = next(people), next(people)
    first = lab("pickle_client.py", port, ann, "0042", "ann-gh")
    first.expect(rf"^\{{.*{ann}.*\}}$")
    second = lab("pickle_client.py", port, bob, "0043", "bob-gh")
    second.expect(rf"^\{{.*{bob}.*\}}$")
    second.type("hé, there")
    first.expect(f"^{bob}: hé, there$")
    first.type("hello")
    second.expect(f"^{ann}: hello$")
    for client in (first, second):
        client.process.stdin.close()
        client.ends()


def daytime(server, port):
    client = lab("daytime_client.py", port)
    told = client.expect(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$").group(0)
    apart = datetime.datetime.now() - datetime.datetime.fromisoformat(told)
    assert abs(apart.total_seconds()) < 60, f"{told} is now"
    client.ends()


def asks(connection, command):
    """What a comma server answers; the pause is how it knows that the command is whole."""
    connection.sendall(command)
    return connection.recv(4096).decode()


def comma_rough(server, port):
    """Bytes that are no text, and a name that is somebody's, harm nobody."""
    name = next(people)
    with socket.create_connection((HOST, int(port)), PATIENCE) as first:
        assert asks(first, f"register,{name}".encode()) == "ack"
        with socket.create_connection((HOST, int(port)), PATIENCE) as second:
            assert asks(second, f"register,{name}".encode()) == f"there is a {name} already\n"
        server.expect("^None left$")
        assert "register" in asks(first, b"\xff\xfe")
        assert name in asks(first, b"list,friends").split(",")
    server.expect(f"^{name} left$")


# -- the labs among themselves ---------------------------------------------------------------------
def check_labs():
    scenes = {"line_server.py": line, "comma_server.py": comma, "pickle_server.py": pickles, "daytime_server.py": daytime}
    for script, scene in scenes.items():
        scene(*lab_server(script))
    comma_rough(*lab_server("comma_server.py"))
    server, port = lab_server("duet_server.py")
    client = lab("duet_client.py", port)
    client.type("hello")
    server.expect("from connected user: hello$")
    server.type("hello to you")
    client.expect("Received from server: hello to you$")
    client.type("BYE")
    client.ends()
    server.ends()
    _, port = lab_server("echo_server.py")
    with socket.create_connection((HOST, int(port)), PATIENCE) as echo:
        echo.sendall("hé".encode())
        assert echo.recv(4096).decode() == "hé"
    print("the labs' clients talk to the labs' servers")


# -- the labs' clients and the real server ---------------------------------------------------------
def real_server():
    """The real server with every door there is, and the ports by dialect."""
    doors = [word for dialect in DOORS for word in ("--door", f"{dialect}=0")]
    program = os.path.join(target, "debug", "chat-server")
    server = Program(program, "--ephemeral", "--bind", HOST, "--port", "0", *doors)
    listening = [server.expect(r"^listening on 127\.0\.0\.1:(\d+) \(([^)]*)\)") for _ in range(len(DOORS) + 1)]
    ports = {found[2]: found[1] for found in listening}
    main = [port for dialect, port in ports.items() if dialect not in DOORS]
    assert len(main) == 1 and len(ports) == len(listening), f"one port for each door: {ports}"
    return server, ports | {"main": main[0]}


def profiles_at_once(server, port):
    """Every profile is one whole line on the console, in any protocol, and is answered with a dict."""
    answers = []

    def send(number):
        profile = {"name": f"student{number:03}", "student_id": 5000 + number, "github": f"gh-{number:03}"}
        with socket.create_connection((HOST, int(port)), PATIENCE) as connection:
            connection.sendall(pickle.dumps(profile, number % (pickle.HIGHEST_PROTOCOL + 1)))
            answers.append(pickle.loads(connection.recv(4096)))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(TOGETHER)]
    for thread in threads:
        thread.start()
    missing = set(range(TOGETHER))
    while missing:
        whole = server.expect(r"student(\d{3})\b.*\b(\d{4})\b.*\bgh-(\d{3})\b")
        assert int(whole[2]) == 5000 + int(whole[1]) and whole[1] == whole[3], f"{whole.string!r} is of one profile"
        missing.remove(int(whole[1]))
    for thread in threads:
        thread.join(PATIENCE)
    assert len(answers) == TOGETHER and all(isinstance(answer, dict) for answer in answers), "each is answered"


def duet(port, main):
    speaker = python(os.path.join(top, "assets", "client.py"), "speaker", HOST, main)
    speaker.expect("^[*] speaker welcome$")
    client = lab("duet_client.py", port)
    client.type("hello from a script")
    speaker.expect(r"^guest\S*: hello from a script$")
    speaker.type("one")
    client.expect("Received from server: speaker: one$")
    client.type("and now?")
    speaker.expect(r"^guest\S*: and now\?$")
    speaker.type("two")
    client.expect("Received from server: speaker: two$")
    client.type("bye")
    client.ends()
    speaker.process.stdin.close()
    speaker.ends()


def netcat(port):
    """Whoever sits at nc, played by the line client: it sends the same."""
    name = next(people)
    client = lab("line_client.py", port, name)
    client.type("/who")
    client.expect(rf"(?i)\bname\b")
    client.expect(rf"\b{name}\b")
    client.type("/quit")
    client.expect("^DONE$|^SERVER: ")
    client.process.terminate()


def check_server():
    server, ports = real_server()
    for door in ("line", "main"):
        line(server, ports[door])
    for door in ("comma", "main"):
        comma(server, ports[door])
    for door in ("pickle", "main"):
        pickles(server, ports[door])
        profiles_at_once(server, ports[door])
    daytime(server, ports["daytime"])
    duet(ports["duet"], ports["main"])
    netcat(ports["nc"])
    server.process.terminate()
    assert server.process.wait(PATIENCE) == 0, "the server stops cleanly"
    print("the labs' clients talk to the server")


# -- the labs' servers and the real client ---------------------------------------------------------
class Client(Screen):
    """chat-tui as a client of somebody else's server."""

    def __init__(self, home, dialect, port, name):
        program = os.path.join(target, "debug", "chat-tui")
        super().__init__(home, program, "--dialect", dialect, "--host", HOST, "--port", port, "--name", name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


def client_line(home):
    server, port = lab_server("line_server.py")
    with Client(home, "line", port, "ann") as screen:
        server.expect("^SERVER: ann joined$")
        bob = lab("line_client.py", port, "bob")
        screen.expect("bob")
        bob.type("hi, ann")
        screen.expect("hi, ann")
        screen.type("hello, bob")
        bob.expect("^ann: hello, bob$")


def client_comma(home):
    server, port = lab_server("comma_server.py")
    with Client(home, "comma", port, "ann") as screen:
        server.expect("^ann registered$")
        bob = lab("comma_user.py", port, "bob", 0.3)
        screen.expect("bob")
        screen.type("/msg bob hi")
        bob.expect("^ann says hi$")


def client_pickle(home):
    server, port = lab_server("pickle_server.py")
    with Client(home, "pickle", port, "ann") as screen:
        server.expect(r"^ann\b")
        screen.expect("welcome, ann")
        bob = lab("pickle_client.py", port, "bob", "0043", "bob-gh")
        bob.expect("welcome, bob")
        bob.type("hi, ann")
        screen.expect("hi, ann")
        screen.type("hello, bob")
        bob.expect("^ann: hello, bob$")


def client_raw(home):
    _, port = lab_server("echo_server.py")
    with Client(home, "raw", port, "ann") as screen:
        screen.expect("linked")
        screen.type("there and back")
        screen.expect("(?s)there and back.*there and back")
    server, port = lab_server("duet_server.py")
    with Client(home, "raw", port, "ann") as screen:
        screen.expect("linked")
        screen.type("hello")
        server.expect("from connected user: hello")
        server.type("hello to you")
        screen.expect("hello to you")
    _, port = lab_server("daytime_server.py")
    with Client(home, "raw", port, "ann") as screen:
        screen.expect(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def check_client():
    for scene in (client_line, client_comma, client_pickle, client_raw):
        with tempfile.TemporaryDirectory() as home:
            scene(home)
    print("chat-tui talks to the labs' servers")


def main():
    parts = {"labs": check_labs, "server": check_server, "client": check_client}
    for name in sys.argv[1:] or parts:
        try:
            parts[name]()
        finally:
            Program.end_all()


main()
