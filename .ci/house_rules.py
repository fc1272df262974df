# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the house that a look at the text can check: what must not stand where, words, names, sizes in views."""

import collections
import pathlib
import re

TOP = pathlib.Path(__file__).resolve().parent.parent
CODE = r"^(shared|device|dashboard|qml|tests)/.*\.(cpp|h)$"
PROGRAM = r"^(shared|device|dashboard|qml)/.*\.(cpp|h)$"
FUNCTION_LINES = 60
NUMBER_TYPES = (r"bool|char|uchar|short|ushort|int|uint|long|ulong|unsigned|float|double|qreal|qint8|quint8|qint16|quint16|"
                r"qint32|quint32|qint64|quint64|qsizetype|size_t|ssize_t|off_t|pid_t|uid_t|gid_t|mode_t|time_t|u?int(8|16|32|64)_t")

# (which files, what their code must not have, why)
RULES = (
    (PROGRAM, r"\bQEventLoop\b", "no nested event loops outside tests"),
    (CODE, r"\bsetContext(Property|Object)\b", "no context properties: QML sees typed models"),
    (r"^tests/.*\.(cpp|h|qml)$", r"(?<!time\.)\b(qSleep|m?sleep|usleep|sleep_for|sleep_until|nanosleep)\s*\(",
     "tests wait for the event, with a limit; they never sleep"),
    (r"\.qml$", r"\b(property\s+var|var)\s+\w", "QML properties and variables have types"),
    (PROGRAM, r"\bQThread::|\bstd::(j?thread|async)\b", "no second thread but Qt Concurrent"),
    (CODE, rf"(?<![\w<:.>&*])(?<!operator )(?<!-> )(std::)?({NUMBER_TYPES})\(", "casts are static_casts"),
    (r"^tests/(?!unit/).*(\.(cpp|h)|CMakeLists\.txt)$", r"\bunit/", "what tests share is in tests/support, not in tests/unit"),
)

# Names of files on a device, which only DeviceTree spells.
DEVICE_FILES = r"^device/(?!provision/).*\.(cpp|h)$|^shared/(?!base/DeviceTree).*\.(cpp|h)$"
DEVICE_FILE = re.compile(r'"[^"\n]*\b((wdog|downloads|JabberClient|certs|cfg|logs)/\w|(control|watchdog)\.sock\b|'
                         r'(agent-swap|processes|update|commands|reboot|panelmap|panel)\.json\b|(watchdog|agent|agent-output)\.log\b)')

# (what no comment, message, text or test name has, what to write instead). Plain technical English: verbs with an object,
# things instead of persons.
WORDS = (
    (r"says?|said|saying", "reports, returns, states, names, contains"),
    (r"tells?|told|telling", "reports, notifies, sends to"),
    (r"(some|every|any)body|nobody(?!\")|(?<!\")nobody", "no process, another program, every operator, the user"),
    (r"believ(e|es|ed|ing)", "accepts, verifies, takes as valid"),
    (r"ways? back", "rollback, restore"),
    (r"(go|goes|going|gone|went|put|puts|putting|take|takes|taken|taking|took|swap|swaps|swapped|swapping) back",
     "roll back, restore, return"),
    (r"sets? aside|setting aside", "quarantine"),
    (r"(?<!thread-)(?<!signal-)(?<!type-)(?<!async-)(?<!icf=)safe", "durable, persisted; for other senses the property itself"),
    (r"look(s|ed|ing)? after", "supervise, monitor"),
    (r"(is|are|was|were|been|be) away", "is disconnected, has ended"),
    (r"for good", "permanently, finally"),
    (r"last words?", "final result, last output"),
    (r"prov(e|es|ed|en|ing) (itself|themselves)", "is confirmed, passes probation"),
    (r"hears?|heard|hearing", "receives"),
    (r"asks", "requests, queries"),
    (r"releas(e|es|ed|ing) (the|a|its|this|that) hold|hold (is|was|be|gets) released", "a hold ends with resume"),
)
# The same in a test's name, whose words are taken apart.
NAME_WORDS = re.compile(r"\b(?:" + "|".join(what for what, _ in WORDS) + r")\b")
WORD_FILES = r"\.(cpp|h|qml|py|md|cmake)$|(^|/)CMakeLists\.txt$"
# The lists of words themselves, and the tables and sentences of earlier versions of the store.
WORD_LISTS = (".ci/house_rules.py", "CONTRIBUTING.md", "dashboard/store/StoreSchema.cpp")
WORD = re.compile(r"(?<![\w./-])(?:" + "|".join(f"({what})" for what, _ in
                                               ((re.sub(r"\((?!\?)", "(?:", what).replace(" ", r"\s+(?:(?://|#)\s*)?"), why)
                                                for what, why in WORDS)) + r")(?![\w(-])", re.I)

# Comments and literals of C++ and QML; a ' between digits is neither.
COMMENT = r"//[^\n]*|/\*.*?\*/"
LITERAL = r'R"(?P<raw>[^(\s]*)\(.*?\)(?P=raw)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])*\''
PIECES = re.compile(f"{COMMENT}|{LITERAL}", re.S)
PYTHON_PIECES = re.compile(r'#[^\n]*|""".*?"""|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
GENITIVE = re.compile(r"(?m)^(?![ ]*//)[^\n]*\n[ ]*// Of [^\n]*")
TEST_NAME = re.compile(r"^\s*(?:void (?:\w+::)?|function test_)(\w+)\(", re.M)

# Properties of views that are a size, a share or a time.
QML_SIZE = re.compile(r"(?:^|[{;])\s*(?:(?:required |readonly )*property \w+ )?(?:\w+\.)*\w*(?:width|height|spacing|radius|margins?|padding|"
                      r"size|opacity|duration|interval|delay|timeout|strokeWidth)\s*:(?P<value>[^\n;}]*)", re.I | re.M)
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")
QML_COLOUR = re.compile(r"(?i)colou?r\s*:[^\n]*?(\"(?!transparent\")[^\"\n]*\"|Qt\.(rgba|hsla|hsva)\()")


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def pieces_of(path, text):
    """What finds comments and literals in a file; None for one that is read as a whole."""
    if path.endswith((".cpp", ".h", ".qml")):
        return PIECES
    return PYTHON_PIECES if path.endswith(".py") or "python" in text[:80].split("\n")[0] else None


def blank(piece):
    return re.sub(r"[^\n]", " ", piece[0])


def code_of(path, text):
    """The text with comments and literals blanked, so that lines stay where they are."""
    pieces = pieces_of(path, text)
    return pieces.sub(blank, text) if pieces else re.sub(r"(?m)^\s*#.*", "", text)


def prose_of(path, text, code):
    """The text with all but comments and literals blanked."""
    if not pieces_of(path, text):
        return text
    return "".join(old if old == "\n" or new == " " else " " for old, new in zip(text, code))


def licences(path, text, _code):
    if not path.endswith(".md") and "SPDX-License-Identifier: GPL-3.0-or-later" not in "\n".join(text.split("\n")[:5]):
        yield 1, "no SPDX-License-Identifier line"


def forbidden_code(path, _text, code):
    for which, what, why in RULES:
        if re.search(which, path):
            for found in re.finditer(what, code):
                yield line_of(code, found.start()), f"{found[0].strip('( ')}: {why}"


def includes(path, text, _code):
    """An #include's name is a literal, which code_of() blanks."""
    if re.match(r"^tests/(?!unit/)", path):
        for found in re.finditer(r'(?m)^#include "[^"]*\bunit/', text):
            yield line_of(text, found.start()), "what tests share is in tests/support, not in tests/unit"


def device_files(path, text, _code):
    if re.search(DEVICE_FILES, path):
        for found in DEVICE_FILE.finditer(re.sub("//[^\n]*", blank, text)):
            yield line_of(text, found.start()), f"{found[1]}: names of a device's files are DeviceTree's"


def words(path, text, code):
    if path in WORD_LISTS or not (re.search(WORD_FILES, path) or text.startswith("#!")):
        return
    prose = prose_of(path, text, code)
    for found in WORD.finditer(prose):
        if "." not in found[0]:
            number = next(i for i, group in enumerate(found.groups()) if group is not None)
            yield line_of(prose, found.start()), f"\"{' '.join(re.sub('//|#', '', found[0]).split())}\": {WORDS[number][1]}"
    if path.endswith((".cpp", ".h", ".qml")):
        for found in GENITIVE.finditer(prose):
            yield line_of(prose, found.end()), "a comment that is only a genitive: write what is returned, and when"
    names = {}
    if path.startswith("tests/") and path.endswith((".cpp", ".h", ".qml")):
        for found in TEST_NAME.finditer(code):
            names.setdefault(found[1].removesuffix("_data"), line_of(code, found.start(1)))
    for name, line in names.items():
        parts = " ".join(re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name)).lower()
        if word := NAME_WORDS.search(parts):
            yield line, f"{name}: the name of a test has no \"{word[0]}\""


def views(path, text, code):
    """Sizes, shares, times and colours of views are named in Theme. Nought, factors and shares of a half may stand there."""
    if not path.startswith("qml/") or not path.endswith(".qml") or path == "qml/theme/Theme.qml":
        return
    for size in QML_SIZE.finditer(code):
        value = re.sub(r"[*/] ?[23]\b|(===|!==|[<>]=?) ?\d+|[cC]ount [+-] 1\b", "", size["value"])
        whole = {"0", "1"} if "pacity" in size[0] else {"0"}
        for number in NUMBER.finditer(value):
            if number[0] not in whole:
                yield line_of(code, size.start("value")), f"{number[0]}: sizes, shares and times have a name in Theme"
    uncommented = re.sub(COMMENT, "", text)
    for found in QML_COLOUR.finditer(uncommented):
        yield line_of(uncommented, found.start()), f"{found[1]}: colours have a name in Theme"


def namespaces(path, _text, code):
    """Every room of device/ and dashboard/ has its own namespace; shared/ has sgn and what is below it."""
    place = re.match(r"^(?:(?:device|dashboard)/(?P<room>\w+)|(?P<shared>shared)/\w+|qml)/.*\.(cpp|h)$", path)
    if not place:
        return
    home = r"sgn(::[\w:]+)?" if place["shared"] else f"sgn::{place['room'] or 'ui'}(::[\\w:]+)?"
    for block in re.finditer(r"(?m)^namespace ([\w:]+)\s*\{(.*?)^\}", code, re.S):
        declares_only = not re.sub(r"\b(class|struct|enum class|enum)\s+\w+(\s*:\s*\w+)?\s*;", "", block[2]).strip()
        if block[1].split("::")[0] == "sgn" and not declares_only and not re.fullmatch(home, block[1]):
            yield line_of(code, block.start()), f"namespace {block[1]}: what is in this folder is in sgn::{place['room'] or 'ui'}"


def functions(path, _text, code):
    """No function is longer than a screen, but tables of tests. The format puts a body's braces on lines of their own."""
    if not re.search(CODE, path):
        return
    lines = code.split("\n")
    for start, line in enumerate(lines):
        opens = re.fullmatch(r"( *)\{ *", line)
        head = next((lines[i] for i in range(start - 1, -1, -1) if lines[i].strip()), "")
        if not opens or re.match(r"\s*(class|struct|union|enum|namespace)\b", head):
            continue
        end = next((i for i in range(start + 1, len(lines)) if lines[i].startswith(opens[1] + "}")), start)
        name = re.search(r"(\w+)\(", head)
        if end - start > FUNCTION_LINES and not (name and name[1].endswith("_data")) and not lines[end].strip().endswith("};"):
            yield start + 1, f"{name[1] if name else head.strip()}: {end - start} lines, at most {FUNCTION_LINES}"


def classes(path, _text, code):
    if re.match(r"^(shared|device|dashboard|qml)/.*\.(cpp|h)$", path):
        for found in re.finditer(r"(?m)^(?:class|struct)(?: \[\[\w+\]\])? (\w+)(?: final)?\s*(?::(?!:)[^;{]*)?\{", code):
            yield found[1], line_of(code, found.start())


def findings(files):
    """Yields (path, line, message)."""
    homes = collections.defaultdict(list)
    for path in files:
        text = (TOP / path).read_text(encoding="utf-8", errors="replace")
        code = code_of(path, text)
        for check in (licences, forbidden_code, includes, device_files, words, views, namespaces, functions):
            for line, message in check(path, text, code):
                yield path, line, message
        for name, line in classes(path, text, code):
            homes[name].append((path, line))
    for name, places in sorted(homes.items()):
        for path, line in places[1:]:
            yield path, line, f"{name}: {places[0][0]}:{places[0][1]} has a class of this name, too"
