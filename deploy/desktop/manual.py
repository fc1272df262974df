# SPDX-License-Identifier: GPL-3.0-or-later
"""Manual pages: a text of man/ with the parts put in that come from the program's table, in the language of scdoc."""

import re

from programs import NAMES, Failure


def plain(text):
    """As it is, whatever scdoc would make of it."""
    return re.sub(r"([\\*_`#~|\[\]])", r"\\\1", text)


def paragraphs(text, indent=""):
    return f"\n\n{indent}".join(plain(part) for part in text.split("\n\n"))


def bold(text):
    return f"*{plain(text)}*"


def value_of(name):
    return f"_{plain(name)}_"


def syntax_of(words):
    return " ".join(bold(word) if re.fullmatch(r"[a-z-]+", word) else plain(word) for word in words)


def options_of(options):
    for option in options:
        names = ", ".join(bold(name) for name in option.names)
        yield f"{names} {value_of(option.value.name)}" if option.value.name else names
        text = option.description
        if option.default and option.default not in text:
            text += f" Without: {option.default}."
        yield f"\t{paragraphs(text, chr(9))}\n"


def arguments_of(table):
    for argument in table.arguments[1 if table.command else 0:]:
        yield value_of(argument.name)
        yield f"\t{paragraphs(argument.description, chr(9))}\n"


def synopsis(program):
    lines = [" ".join(filter(None, [bold(program.name), syntax_of(table.syntax), "[_options_]"]))
             for table in program.commands or [program.table]]
    yield "++\n".join(lines)


def commands(program):
    for table in program.commands:
        yield f"## {' '.join(word for word in table.syntax if re.fullmatch('[a-z-]+', word))}\n"
        yield paragraphs(table.description) + "\n"
        yield from arguments_of(table)
        yield from options_of(program.own(table))
        yield f"Example:\n\n```\n{table.example}\n```\n"


def check(name, text, programs):
    """The text names no option that isn't there. In its examples lines of other programs stand as well."""
    in_example = False
    for number, line in enumerate(text.split("\n"), 1):
        in_example ^= line.startswith("```")
        if in_example and re.match(r"\w", line) and not line.startswith(NAMES):
            continue
        mentioned = [other for other in NAMES if re.search(rf"\b{other}\b", line)] or [name]
        known = {spelling for other in {*mentioned, name} for table in programs[other].tables
                 for option in table.options for spelling in option.names}
        for option in re.findall(r"(?<![\w-])--[a-z][\w-]*", line.replace("\\", "")):
            if option not in known:
                raise Failure(f"{name}.1.scd:{number}: {option} is an option of neither {' nor '.join({*mentioned, name})}")


def page(program, text, programs):
    check(program.name, text, programs)
    parts = {"SYNOPSIS": synopsis(program), "OPTIONS": options_of(program.common), "COMMANDS": commands(program)}
    for name, lines in parts.items():
        text = text.replace(f"@{name}@", "\n".join(lines).strip())
    if left := re.search(r"@\w+@", text):
        raise Failure(f"{program.name}.1.scd: there is no part {left[0]}")
    lines = [line for line in text.split("\n") if not line.startswith("; ")]
    return f'{program.name}(1) "SGN {program.version}" "SGN"\n' + "\n".join(lines)
