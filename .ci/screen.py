"""A full-screen program in a terminal: types into it, and waits for what it shows. Knows as much of a terminal
as chat-tui uses: text, where it goes, and clearing."""
import codecs, fcntl, os, pty, re, struct, subprocess, termios, threading

from program import PATIENCE

WIDTH, HEIGHT = 100, 30
TOKEN = re.compile(
    r"\x1b\[(?P<numbers>[0-9;:?<>=!]*)[ -/]*(?P<final>[@-~])"
    r"|\x1b\][^\x07\x1b]*(\x07|\x1b\\)|\x1b[PX^_].*?\x1b\\|\x1b[^\[\]PX^_]|(?P<text>[^\x1b])",
    re.DOTALL,
)


class Screen:
    def __init__(self, home, *command):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
        environment = {key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH") if key in os.environ}
        environment |= {"TERM": "xterm-256color", "LANG": "C.UTF-8", "HOME": home, "XDG_DATA_HOME": home}
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
        )
        os.close(slave)
        self.rows = [[" "] * WIDTH for _ in range(HEIGHT)]
        self.row = self.column = 0
        self.rest = ""
        self.changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        while True:
            try:
                data = os.read(self.master, 65536)
            except OSError:  # the program has ended
                return
            with self.changed:
                self._draw(self.rest + decode(data))
                self.changed.notify_all()

    def _draw(self, written):
        at = 0
        while found := TOKEN.match(written, at):
            at = found.end()
            if found["text"]:
                self._put(found["text"])
            elif found["final"] == "H":
                row, column = (found["numbers"].split(";") + ["", ""])[:2]
                self.row, self.column = int(row or 1) - 1, int(column or 1) - 1
            elif found["final"] == "J":
                self.rows = [[" "] * WIDTH for _ in range(HEIGHT)]
            elif found["final"] == "K" and self.row < HEIGHT:  # to the end of the row
                self.rows[self.row][self.column :] = [" "] * max(WIDTH - self.column, 0)
        self.rest = written[at:]  # a sequence that has not come whole

    def _put(self, character):
        if character == "\r":
            self.column = 0
        elif character == "\n":
            self.row += 1
        elif character >= " ":
            if self.row < HEIGHT and self.column < WIDTH:
                self.rows[self.row][self.column] = character
            self.column += 1

    def text(self):
        return "\n".join("".join(row).rstrip() for row in self.rows)

    def expect(self, pattern):
        """Waits until this is on the screen."""
        with self.changed:
            if not self.changed.wait_for(lambda: re.search(pattern, self.text()), PATIENCE):
                raise AssertionError(f"no {pattern!r} on the screen:\n{self.text()}")

    def type(self, line):
        """Types a line and presses Enter."""
        os.write(self.master, line.encode() + b"\r")

    def end(self):
        self.process.terminate()
        self.process.wait(PATIENCE)
        os.close(self.master)
