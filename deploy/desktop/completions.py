# SPDX-License-Identifier: GPL-3.0-or-later
"""Completions for bash, zsh and fish, from a program's table."""

import re

HEAD = "# SPDX-License-Identifier: GPL-3.0-or-later\n# Made from the options of {}.\n"


def function_of(program):
    return "_" + program.name.replace("-", "_")


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def summary(text):
    """The first sentence."""
    return re.split(r"(?<!e\.g\.)(?<=[.;:]) |\n", text)[0].rstrip(".;:")


# What a case of bash sets `kind` to.
BASH_KINDS = {"file": "files", "folder": "folders", "other": "nothing"}


def bash_kind(value):
    return "'" + " ".join(["words", *value.words]) + "'" if value.words else BASH_KINDS[value.kind]


def bash_values(program):
    """Cases of "command option": what the option takes."""
    for table in program.tables:
        for option in table.options if not table.command else program.own(table):
            if option.value.name:
                patterns = "|".join(quoted(f"{table.command} {name}") if table.command else f"*{quoted(f' {name}')}" for name in option.names)
                yield f"        {patterns}) kind={bash_kind(option.value)} ;;"
    for option in program.common:
        if option.value.name and option not in program.table.options:
            yield "        {}) kind={} ;;".format("|".join(f"*{quoted(f' {name}')}" for name in option.names), bash_kind(option.value))


def bash_positions(program):
    """Cases of "command number": what the argument behind the command is."""
    for table in program.commands or [program.table]:
        for number, (value, may_repeat) in enumerate(table.values):
            if value.kind != "other":
                pattern = quoted(f"{table.command} ") + "*" if may_repeat else quoted(f"{table.command} {number}")
                yield f"        {pattern}) kind={bash_kind(value)} ;;"


def names_of(options):
    return " ".join(name for option in options for name in option.names)


def bash(program):
    function = function_of(program)
    commands = " ".join(command for command, _ in program.table.commands)
    own = [f"        {table.command}) options+=' {names_of(program.own(table))}' ;;"
           for table in program.commands if program.own(table)]
    lines = [HEAD.format(program.name) + f"""{function}_complete()
{{
    local kind=$1 word=$2
    case $kind in
        files) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
        folders) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
        words*) mapfile -t COMPREPLY < <(compgen -W "${{kind#words}}" -- "$word") ;;
    esac
}}

{function}()
{{
    local words=() word option='' command='' kind='' number=0 index
    COMPREPLY=()
    # Readline takes "--option=value" apart at its "=".
    for ((index = 1; index <= COMP_CWORD; ++index)); do
        if [[ ${{COMP_WORDS[index]}} != = ]]; then
            words+=("${{COMP_WORDS[index]}}")
        elif ((index == COMP_CWORD)); then
            words+=('')
        fi
    done
    for word in "${{words[@]:0:${{#words[@]}}-1}}"; do
        if [[ -n $option ]]; then
            option=''
        elif [[ $word == -* ]]; then
            {function}_value "$command" "$word" && option=$word"""]
    if commands:
        lines.append("""        elif [[ -z $command ]]; then
            command=$word""")
    lines.append(f"""        else
            number=$((number + 1))
        fi
    done
    word=${{words[-1]}}
    if [[ -n $option ]]; then
        {function}_value "$command" "$option"
    elif [[ $word == -* ]]; then""")
    if commands:
        lines.append(f"""        local options='{names_of(program.common)}'
        case $command in
""" + "\n".join(own) + """
        esac
        kind="words $options\"""")
    else:
        lines.append(f"        kind='words {names_of(program.common)}'")
    if commands:
        lines.append(f"""    elif [[ -z $command ]]; then
        kind='words {commands}'""")
    lines.append(f"""    else
        {function}_argument "$command" "$number"
    fi
    {function}_complete "$kind" "$word"
}}

# Sets what an option of a command takes; fails if it takes nothing.
{function}_value()
{{
    case "$1 $2" in""")
    lines += bash_values(program)
    lines.append(f"""        *) return 1 ;;
    esac
}}

# Sets what the argument of this number behind a command is.
{function}_argument()
{{
    case "$1 $2" in""")
    lines += bash_positions(program)
    lines.append(f"""        *) return 1 ;;
    esac
}}

complete -F {function} {program.name}
""")
    return "\n".join(lines)


def zsh_action(value):
    if value.words:
        return f"({' '.join(value.words)})"
    return {"file": "_files", "folder": "_files -/", "other": " ", "": " "}[value.kind]


def zsh_text(text):
    return re.sub(r"([\[\]:])", r"\\\1", text)


def zsh_option(option):
    """A spec for each spelling; each excludes the others unless it may be repeated."""
    others = "" if option.may_repeat else f"({' '.join(option.names)})"
    for name in option.names:
        join = "" if not option.value.name else "=" if name.startswith("--") else "+"
        value = f":{zsh_text(option.value.name)}:{zsh_action(option.value)}" if option.value.name else ""
        yield quoted(f"{'*' if option.may_repeat else others}{name}{join}[{zsh_text(summary(option.description))}]{value}")


def zsh_argument(place, value):
    return quoted(f"{place}:{zsh_text(value.name)}:{zsh_action(value)}")


def zsh_arguments(table, first):
    for number, (value, may_repeat) in enumerate(table.values, first):
        yield zsh_argument("*" if may_repeat else number, value)


def zsh(program):
    function = function_of(program)
    common = [spec for option in program.common for spec in zsh_option(option)]
    lines = [f"#compdef {program.name}", HEAD.format(program.name).rstrip(), f"{function}()", "{",
             "    local -a common=(", *(f"        {spec}" for spec in common), "    )"]
    if not program.commands:
        lines += ["    _arguments -s : \"$common[@]\"" + "".join(f" {spec}" for spec in zsh_arguments(program.table, 1)), "}"]
    else:
        with_value = "|".join(name for option in program.common if option.value.name for name in option.names)
        lines += ["    local -a commands=("]
        lines += [f"        {quoted(command + ':' + zsh_text(summary(text)))}" for command, text in program.table.commands]
        lines += ["    )", "    local word command skip context state state_descr line", "    typeset -A opt_args",
                  "    for word in ${words[2,CURRENT-1]}; do", "        if [[ -n $skip ]]; then", "            skip=", "            continue",
                  "        fi", "        case $word in"]
        lines += [f"            ({with_value}) skip=1 ;;"] if with_value else []
        lines += ["            (-*) ;;", "            (*) command=$word; break ;;", "        esac", "    done", "    case $command in"]
        for table in program.commands:
            specs = [spec for option in program.own(table) for spec in zsh_option(option)]
            specs += [f"'1:command:({table.command})'", *zsh_arguments(table, 2)]
            lines += [f"        ({table.command})", "            _arguments -s : \"$common[@]\" \\",
                      " \\\n".join(f"                {spec}" for spec in specs), "            ;;"]
        lines += ["        (*)", "            _arguments -s : \"$common[@]\" '1:command:->command'",
                  "            [[ $state == command ]] && _describe -t commands command commands", "            ;;", "    esac", "}"]
    return "\n".join([*lines, "", f"{function} \"$@\"", ""])


def fish_option(program, option, condition):
    parts = ["complete", "-c", program.name]
    if condition:
        parts += ["-n", quoted(condition)]
    for name in option.names:
        parts += ["-s", name[1:]] if len(name) == 2 else ["-l", name[2:]]
    if option.value.words:
        parts += ["-x", "-a", quoted(" ".join(option.value.words))]
    elif option.value.name:
        parts += {"file": ["-r", "-F"], "folder": ["-x", "-a", "'(__fish_complete_directories)'"], "other": ["-x"]}[option.value.kind]
    return " ".join([*parts, "-d", quoted(summary(option.description))])


def fish_arguments(program, table, condition):
    for value, _ in table.values:
        if value.words:
            free = f"{condition}; and " if condition else ""
            yield f"complete -c {program.name} -n {quoted(free + 'not __fish_seen_subcommand_from ' + ' '.join(value.words))} " \
                  f"-a {quoted(' '.join(value.words))} -d {quoted(value.name)}"
        elif value.kind in ("file", "folder"):
            yield f"complete -c {program.name}" + (f" -n {quoted(condition)}" if condition else "") + " -F"


def fish(program):
    lines = [HEAD.format(program.name) + f"complete -c {program.name} -f"]
    lines += [fish_option(program, option, "") for option in program.common]
    commands = " ".join(command for command, _ in program.table.commands)
    for command, text in program.table.commands:
        lines.append(f"complete -c {program.name} -n {quoted('not __fish_seen_subcommand_from ' + commands)} -a {command} -d {quoted(summary(text))}")
    for table in program.commands:
        condition = f"__fish_seen_subcommand_from {table.command}"
        lines += [fish_option(program, option, condition) for option in program.own(table)]
        lines += fish_arguments(program, table, condition)
    if not program.commands:
        lines += fish_arguments(program, program.table, "")
    return "\n".join([*lines, ""])


# shell: (maker, where its file is below share/ on Debian)
SHELLS = {
    "bash": (bash, "bash-completion/completions/{}"),
    "zsh": (zsh, "zsh/vendor-completions/_{}"),
    "fish": (fish, "fish/vendor_completions.d/{}.fish"),
}
