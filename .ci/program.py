"""Programs as a check uses them: what they say is waited for, with a deadline, and nothing outlives the check."""
import queue, re, subprocess, sys, threading, time

PATIENCE = 20  # seconds: longer than anything here takes


class Program:
    """A program whose lines are read as they come."""

    started = []

    def __init__(self, *command):
        pipe = subprocess.PIPE
        self.name = " ".join(command[:2])
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, encoding="utf-8")
        self.seen = []
        self.lines = queue.Queue()
        self.started.append(self)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def expect(self, pattern):
        """Waits for a line with this in it, passing others over."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                line = self.lines.get(timeout=max(deadline - time.monotonic(), 0))
            except queue.Empty:
                line = None
            if line is None:
                raise AssertionError(f"{self.name}: no {pattern!r} after {self.seen[-20:]}")
            self.seen.append(line)
            found = re.search(pattern, line)
            if found:
                return found

    def type(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ends(self):
        """Waits until it ends by itself, without complaint."""
        assert self.process.wait(PATIENCE) == 0, f"{self.name} ends with {self.process.returncode}"

    @classmethod
    def end_all(cls):
        for program in cls.started:
            if program.process.poll() is None:
                program.process.terminate()
                program.process.wait(PATIENCE)
        cls.started.clear()


def python(script, *arguments):
    return Program(sys.executable, script, *arguments)
