# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of what our programs take on their line, as their hidden option --describe prints them (shared/base/CommandTable.h)."""

import json
import re
import subprocess

NAMES = ("sgn-dashboard", "sgnctl", "sgn-provision", "sgn-device", "sgn-sim")
# Qt's own, which prints what --help prints.
UNDESCRIBED = {"--help-all"}


class Failure(Exception):
    """A sentence for whoever builds."""


def run(program, *arguments):
    done = subprocess.run([program, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failure(f"{' '.join([str(program), *arguments])}: exit code {done.returncode}: {done.stderr.strip()}")
    return done.stdout


class Value:
    """What stands behind an option or as an argument: its name, and what a shell can complete it with."""

    FOLDER = re.compile(r"DIR")
    FILE = re.compile(r"FILE|ZIP|PEM|KEY|PATH|WHEEL|\.(json|bin)$")

    def __init__(self, name, words=()):
        self.name = name
        self.words = list(words)

    @property
    def kind(self):
        """"words", "file", "folder", "other", or "" where there is no value."""
        if self.words:
            return "words"
        if self.FILE.search(self.name):
            return "file"
        if self.FOLDER.search(self.name):
            return "folder"
        return "other" if self.name else ""


class Option:
    def __init__(self, described):
        self.names = [("-" if len(name) == 1 else "--") + name for name in described["names"]]
        self.value = Value(described.get("value", ""), described.get("words", ()))
        self.default = described.get("default", "")
        self.description = described.get("description", "")

    @property
    def may_repeat(self):
        return bool(re.search(r"may be (repeated|given several times)", self.description))

    def __eq__(self, other):
        return vars(self) | {"value": vars(self.value)} == vars(other) | {"value": vars(other.value)}


class Argument:
    def __init__(self, described):
        self.name = described["name"]
        self.syntax = described["syntax"]
        self.description = described.get("description", "")
        self.value = Value(self.name, described.get("words", ()))

    @property
    def may_repeat(self):
        return "..." in self.syntax


class Table:
    """One program, or one command of a program."""

    def __init__(self, program, command):
        table = json.loads(run(program, *([command] if command else []), "--describe"))
        self.command = command
        self.description = table.get("description", "")
        self.example = table.get("example", "")
        self.commands = [(entry["name"], entry["summary"]) for entry in table.get("commands", ())]
        self.arguments = [Argument(entry) for entry in table.get("arguments", ())]
        self.options = [Option(entry) for entry in table.get("options", ())]
        if command and self.syntax[:1] != [command]:
            raise Failure(f"{program.name} {command}: the first positional argument is not the command itself")

    @property
    def syntax(self):
        """The words of a usage line behind the program's name; a command's own first."""
        return [word for argument in self.arguments for word in argument.syntax.split()]

    @property
    def values(self):
        """Of the words behind the command: (Value, may_repeat) each."""
        values = []
        for argument in self.arguments:
            words = argument.syntax.split()
            if len(words) > 1: # "keys new": fixed words
                values += [(Value(word, [word]), False) for word in words]
            else:
                values.append((argument.value, argument.may_repeat))
        return values[1:] if self.command else values


class Program:
    def __init__(self, folder, name):
        self.name = name
        self.path = folder / name
        version = run(self.path, "--version").split()
        self.version = version[-1]
        self.table = Table(self.path, "")
        self.commands = [Table(self.path, command) for command, _ in self.table.commands]

    @property
    def tables(self):
        return [self.table, *self.commands]

    @property
    def common(self):
        """The options of the program itself, and those that all its commands have."""
        shared = [option for option in self.commands[0].options
                  if all(option in table.options for table in self.commands)] if self.commands else []
        return self.table.options + [option for option in shared if option not in self.table.options]

    def own(self, table):
        """A command's options but the common ones."""
        return [option for option in table.options if option not in self.common]


def listed(text, head):
    """The entries of a part of Qt's help: (names, value) each."""
    part = re.search(rf"^{head}:\n((?:[ ].*\n|\n)*)", text, re.M)
    for line in (part[1] if part else "").split("\n"):
        if found := re.match(r"  ((?:-[\w-]+, )*-[\w-]+)(?: <([^>]*)>)?(?:  |$)", line):
            yield found[1].split(", "), found[2] or ""
        elif found := re.match(r"  (\S+)(?:  |$)", line):
            yield [found[1]], ""


def disagreements(program):
    """Where --help of a program or command isn't the table: sentences."""
    for table in program.tables:
        line = f"{program.name} {table.command}".strip()
        text = run(program.path, *([table.command] if table.command else []), "--help")
        shown = [(names, value) for names, value in listed(text, "Options") if not UNDESCRIBED & set(names)]
        described = [(option.names, option.value.name) for option in table.options]
        for entry in shown:
            if entry not in described:
                yield f"{line}: {entry[0][-1]} is in --help only"
        for entry in described:
            if entry not in shown:
                yield f"{line}: {entry[0][-1]} isn't in --help"
        shown = [names[0] for names, _ in listed(text, "Arguments")]
        described = [argument.name for argument in table.arguments]
        if shown != described:
            yield f"{line}: the arguments are {', '.join(described)}, in --help {', '.join(shown)}"
        for command, summary in table.commands:
            if not re.search(rf"^  {re.escape(command)} +{re.escape(summary)}$", text, re.M):
                yield f"{line}: {command} isn't in --help as it is described"
