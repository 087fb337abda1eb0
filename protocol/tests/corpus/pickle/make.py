"""Writes the corpus: python3 make.py. Each folder is named for what becomes of the pickles in it;
../../pickle/corpus.rs feeds them through. `honest/profile-*` all say the same three things."""
import collections, datetime, decimal, enum, os, pickle, pickletools, struct

top = os.path.dirname(os.path.abspath(__file__))


def keep(folder, name, data):
    os.makedirs(os.path.join(top, folder), exist_ok=True)
    with open(os.path.join(top, folder, name + ".pickle"), "wb") as file:
        file.write(data)


def text(value):
    return b"X" + struct.pack("<I", len(value)) + value


# -- honest ---------------------------------------------------------------------------------------
profiles = {
    "dict": {"name": "Ann Bée", "id": 1234, "github": "ann-gh"},
    "words": {"student_name": "Ann Bée", "student_id": "1234", "github_username": "ann-gh"},
    "spaces": {"Full Name": "Ann Bée", "Student ID": "1234", "GitHub": "https://github.com/ann-gh"},
    "tuple": ("Ann Bée", "1234", "ann-gh"),
    "list": ["Ann Bée", 1234, "@ann-gh"],
    "pairs": list({"username": "Ann Bée", "sid": 1234, "git": "ann-gh"}.items()),
    "nested": {"type": "hello", "profile": {"name": "Ann Bée", "studentID": 1234, "gitHubName": "ann-gh"}},
}
values = {
    "text": "hello",
    "emoji": "two 😀😀 lines\nand \\ both ' quotes \"",
    "empty": [[], (), {}, ""],
    "numbers": [0, 1, -1, 255, 256, 65535, 65536, 2**31, -(2**31), 2**63 - 1, -(2**63), 0.1, 1e308, float("nan")],
    "singles": {"yes": True, "no": False, "nothing": None},
    "long-text": "x" * 8000,
    "many": list(range(2000)),
    "shared": [{"name": name, "student_number": name} for name in ("ann", "bob", "cy") * 20],
    "deep": [[[[[[[["eight"]]]]]]]],
}
for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    for name, value in profiles.items():
        keep("honest", f"profile-{name}-{protocol}", pickle.dumps(value, protocol))
    for name, value in values.items():
        keep("honest", f"{name}-{protocol}", pickle.dumps(value, protocol))
    # The other pickler of the standard library frames and remembers differently.
    keep("honest", f"profile-in-python-{protocol}", pickle._dumps(profiles["dict"], protocol))
    keep("honest", f"profile-optimized-{protocol}", pickletools.optimize(pickle.dumps(profiles["dict"], protocol)))
for protocol in (4, 5):
    keep("honest", f"sets-{protocol}", pickle.dumps([{1, 2}, frozenset((3, 4)), set()], protocol))
    keep("honest", f"bytes-{protocol}", pickle.dumps([b"", b"\0\xff", b"x" * 300], protocol))
keep("honest", "bytearray-5", pickle.dumps(bytearray(b"abc"), 5))
keep("honest", "surrogate", pickle.dumps("\ud83d"))
keep("honest", "profile-python2-0", b"(dp0\nS'name'\np1\nS'Ann B\\xc3\\xa9e'\np2\nsS'id'\np3\nI1234\nsS'github'\np4\nS'ann-gh'\np5\ns.")
keep("honest", "profile-python2-1", b"}q\x00(U\x04nameq\x01T\x08\x00\x00\x00Ann B\xc3\xa9eq\x02U\x02idM\xd2\x04U\x06githubU\x06ann-ghu.")
keep("honest", "profile-python2-unicode", b"(V" + "Ann Bée".encode("latin-1") + b"\nL1234L\nVann-gh\nt.")
keep("honest", "python2-surrogates", b"V\\ud83d\\ude00\n.")
keep("honest", "python2-latin", b"S'B\\xe9e'\n.")
keep("honest", "followed-by-another", pickle.dumps("one") + pickle.dumps("two"))
keep("honest", "followed-by-noise", pickle.dumps({"a": 1}) + b"\xff" * 100)
keep("honest", "pops-and-dups", b"\x80\x02](K\x01K\x02220(K\x051e0K\x07K\x08\x860N.")
keep("honest", "pops-a-mark", b"](0K\x01a.")
keep("honest", "memo-far-away", b"\x80\x02X\x01\x00\x00\x00ar\xff\xff\xff\xff0j\xff\xff\xff\xff.")
keep("honest", "as-deep-as-allowed", b"]" * 16 + b"a" * 15 + b".")
keep("honest", "as-long-as-allowed", text(b"x" * (65536 - 6)) + b".")
keep("honest", "long-that-could-be-short", b"\x8a\x0a\x07" + b"\0" * 9 + b".")
keep("honest", "key-twice", b"}(X\x01\x00\x00\x00aK\x01X\x01\x00\x00\x00aK\x02u.")
keep("honest", "shared-a-little", b"](" + text(b"x" * 50) + b"q\x00" + b"h\x00" * 5 + b"e.")

# -- incomplete -----------------------------------------------------------------------------------
whole = pickle.dumps(profiles["dict"], 2)
for end in (1, 2, 3, len(whole) // 2, len(whole) - 1):
    keep("incomplete", f"cut-at-{end:03}", whole[:end])
keep("incomplete", "nothing", b"")
keep("incomplete", "mark-alone", b"(")
keep("incomplete", "text-announced", b"\x80\x02X\x00\x01\x00\x00abc")
keep("incomplete", "line-without-end", b"(V" + b"a" * 500)
keep("incomplete", "frame-without-body", b"\x80\x04\x95\x20\x00\x00\x00\x00\x00\x00\x00")
keep("incomplete", "class-half-named", b"cos\nsyst")
keep("incomplete", "never-stops", b"]" * 1000)

# -- class: names one, whatever for ---------------------------------------------------------------
class Student:
    pass


class Colour(enum.Enum):
    RED = 1


class Evil:
    def __init__(self, function, *arguments):
        self.what = function, arguments

    def __reduce__(self):
        return self.what


Point = collections.namedtuple("Point", "x y")
instances = {
    "instance": Student(), "enum": Colour.RED, "namedtuple": Point(1, 2), "decimal": decimal.Decimal("1.5"),
    "datetime": datetime.datetime(2026, 1, 1), "ordered": collections.OrderedDict(a=1), "complex": 1j,
    "range": range(3), "function": len, "type": int, "exception": ValueError("no"), "ellipsis": ...,
    "system": Evil(os.system, "touch /tmp/pwned"), "eval": Evil(eval, "print('pwned')"),
    "exec": Evil(exec, "raise SystemExit"), "import": Evil(__import__, "os"), "getattr": Evil(getattr, "a", "upper"),
    "open": Evil(open, "/etc/passwd"), "hidden-in-a-dict": {"name": "ann", "id": Evil(os.system, "id")},
}
for name, value in instances.items():
    for protocol in (0, 2, 4, 5):
        keep("class", f"{name}-{protocol}", pickle.dumps(value, protocol))
for protocol in (0, 1, 2):  # before they had opcodes of their own
    keep("class", f"bytes-{protocol}", pickle.dumps(b"\xff", protocol))
    keep("class", f"set-{protocol}", pickle.dumps({1}, protocol))
keep("class", "popen", b"csubprocess\nPopen\n((S'id'\nltR.")
keep("class", "inst", b"(S'id'\nios\nsystem\n.")
keep("class", "steers-a-terminal", b"c\x1b[2J\x1b]0;title\x07\n\xe2\x80\xaename\xff\n.")
keep("class", "endless-name", b"c" + b"m" * 30000 + b"\n" + b"n" * 30000 + b"\n.")
keep("class", "endless-module", b"c" + b"m" * 70000)
keep("class", "unreadable-module", b"c" + b"\0" * 300 + b"\nname\n.")
keep("class", "stack-global-of-ints", b"\x80\x04K\x01K\x02\x93.")
keep("class", "stack-global-of-lists", b"\x80\x04]]\x93.")

# -- call: of what the stack happens to hold ------------------------------------------------------
keep("call", "stack-global-of-nothing", b"\x80\x04\x93.")
for name, code in {"reduce": b"K\x01)R.", "build": b"}}b.", "newobj": b"K\x01)\x81.", "newobj-ex": b"K\x01)}\x92.", "obj": b"(K\x01o."}.items():
    keep("call", name, b"\x80\x04" + code)
    keep("call", name + "-alone", code[-2:])

# -- what is elsewhere ----------------------------------------------------------------------------
keep("persistent-id", "text", b"P/etc/passwd\n.")
keep("persistent-id", "binary", b"\x80\x02K\x01Q.")
keep("extension", "one", b"\x80\x02\x82\x01.")
keep("extension", "two", b"\x80\x02\x83\x01\x01.")
keep("extension", "four", b"\x80\x02\x84\xff\xff\xff\xff.")
keep("buffer", "out-of-band", pickle.dumps(pickle.PickleBuffer(bytearray(b"abc")), 5, buffer_callback=lambda buffer: None))
keep("buffer", "read-only", b"\x80\x05\x97\x98.")
keep("buffer", "read-only-alone", b"\x98.")
keep("protocol", "six", b"\x80\x06N.")
keep("protocol", "last", b"\x80\xff")

# -- large-int ------------------------------------------------------------------------------------
for name, value in {"64-bits": 2**63, "negative": -(2**63) - 1, "huge": 10**400}.items():
    for protocol in (0, 2):
        keep("large-int", f"{name}-{protocol}", pickle.dumps(value, protocol))
keep("large-int", "in-kilobytes", b"\x8b\x00\x40\x00\x00" + b"\x7f" * 0x4000 + b".")
keep("large-int", "in-digits", b"I" + b"9" * 60000 + b"\n.")

# -- too-long: refused before it has come, where its length is told ----------------------------------
for name, code in {
    "text": b"X\xff\xff\xff\xff", "text-8": b"\x8d" + b"\xff" * 8, "bytes": b"B\xff\xff\xff\x7f",
    "bytes-8": b"\x8e\x00\x00\x00\x00\x01\x00\x00\x00", "bytearray": b"\x96" + b"\xff" * 7 + b"\x7f",
    "string": b"T\xff\xff\xff\xff", "string-2g": b"T\xff\xff\xff\x7f", "long": b"\x8b\xff\xff\xff\x7f",
    "one-too-many": b"X" + struct.pack("<I", 65536 - 4),
}.items():
    keep("too-long", name, b"\x80\x04"[: 0 if name == "string" else 2] + code)
keep("too-long", "line", b"V" + b"a" * 70000)
keep("too-long", "opcodes", b"N0" * 40000)
keep("too-long", "marks", b"(" * 70000)
keep("too-long", "stop-comes-too-late", text(b"x" * (65536 - 5)) + b".")

# -- too-deep -------------------------------------------------------------------------------------
keep("too-deep", "lists", b"]" * 17 + b"a" * 16 + b".")
keep("too-deep", "many-lists", b"]" * 30000 + b"a" * 29999 + b".")
keep("too-deep", "tuples", b")" + b"\x85" * 60000 + b".")
keep("too-deep", "dicts", b"}" + b"(K\x01}" * 5000 + b"u" * 5000 + b".")
keep("too-deep", "keys", b"\x80\x02)" + b"\x85" * 20 + b"q\x00}h\x00Ns.")
keep("too-deep", "sets", b"\x80\x04" + b"(" * 40 + b"K\x01" + b"\x91" * 40 + b".")
loop = []
loop.append(loop)
keep("too-deep", "holds-itself", pickle.dumps(loop, 2))
loop = {}
loop["me"] = loop
keep("too-deep", "dict-holds-itself", pickle.dumps(loop, 4))
loop = ([],)
loop[0].append(loop)
keep("too-deep", "tuple-holds-itself", pickle.dumps(loop, 0))

# -- too-large: little that refers to much --------------------------------------------------------
laugh = ["lol"]
for _ in range(14):
    laugh = [laugh] * 10
for protocol in (0, 2, 4):
    keep("too-large", f"laughs-{protocol}", pickle.dumps(laugh, protocol))
keep("too-large", "text-often", b"](" + text(b"x" * 20000) + b"q\x00" + b"h\x00" * 20000 + b"e.")
keep("too-large", "text-dup", b"](" + text(b"x" * 30000) + b"2" * 30000 + b"e.")
keep("too-large", "bytes-dup", b"\x80\x04](B" + struct.pack("<I", 30000) + b"x" * 30000 + b"2" * 30000 + b"e.")
keep("too-large", "tuples-doubled", b")" + b"2\x86" * 15 + b".")
keep("too-large", "dicts-doubled", b"}" + b"q\x00}(K\x01h\x00K\x02h\x00u" * 15 + b".")
keep("too-deep", "loop-of-ten", b"]q\x00(" + b"h\x00" * 10 + b"e.")

# -- malformed ------------------------------------------------------------------------------------
for name, code in {
    "stop-alone": b".", "stop-above-a-mark": b"K\x01(.", "json": b'{"name": "ann"}', "newline": b"\n", "http": b"HEAD / HTTP/1.1\r\n",
    "append-to-nothing": b"K\x01a.", "append-to-int": b"K\x01K\x02a.", "append-to-dict": b"}K\x01a.", "appends-without-mark": b"]K\x01e.",
    "setitem-on-list": b"]K\x01K\x02s.", "setitem-without-value": b"}K\x01s.", "setitems-odd": b"}(K\x01u.", "dict-odd": b"(K\x01d.",
    "additems-to-list": b"](K\x01\x90.", "appends-to-set": b"\x8f(K\x01e.", "tuple-without-mark": b"K\x01t.", "tuple3-of-two": b"K\x01K\x02\x87.",
    "tuple1-above-a-mark": b"K\x01(\x85.", "pop-nothing": b"0.", "pop-mark-nothing": b"1.", "dup-nothing": b"2.", "dup-above-a-mark": b"K\x01(2.",
    "get-unknown": b"h\x07.", "get-unknown-text": b"g7\n.", "get-no-number": b"gx\n.", "get-negative": b"g-1\n.", "get-large": b"g99999999999\n.",
    "put-nothing": b"p0\n.", "put-above-a-mark": b"N(q\x00.", "memoize-nothing": b"\x94.", "int-of-letters": b"Iann\n.", "int-empty": b"I\n.",
    "int-of-other-digits": "I٣\n.".encode(), "long-of-letters": b"LL\n.", "float-of-letters": b"Fx\n.", "float-empty": b"F\n.", "string-unquoted": b"Sann\n.",
    "string-half-quoted": b"S'ann\n.", "string-bad-escape": b"S'\\xg0'\n.", "unicode-cut-escape": b"V\\u12\n.", "unicode-beyond": b"V\\U00110000\n.",
    "zeros": b"\0" * 50, "ones": b"\xff" * 50, "half-a-word": b"\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00name", "text-typed": b"(note to all: lunch)\n",
}.items():
    keep("malformed", name, code)
