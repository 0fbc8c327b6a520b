# Makes a manual page (mdoc) from the output of a program's parser with --experimental-dump-help.
#
# Arguments: section; date (November 25, 2026) and version for the page's corners; rest: the sections that the parser
# knows nothing of, written by hand, in which the line `.\" EXIT STATUS` stands for what it does know.

# Words of running text: no line begins like a request, and options keep their dashes when they are copied.
def escaped: gsub("\\\\"; "\\e") | gsub("--"; "\\-\\-") | gsub("(?<start>(^|\n))(?<sign>[.'])"; "\(.start)\\&\(.sign)");

# Lines of at most 78 characters, a new one for every sentence.
def lines:
    [splits("(?<=[.]) (?=[A-Z])")
        | reduce splits(" ") as $word ([""];
            if .[-1] == "" then .[-1] = $word
            elif (.[-1] + " " + $word | escaped | length) <= 78 then .[-1] += " " + $word
            else . + [$word] end)
        | map(escaped) | join("\n")]
    | join("\n");

def paragraphs: (. // "") | split("\n\n") | map(lines) | join("\n.Pp\n");

# The words of a heading's line: no capital at its beginning, no full stop.
def phrase: sub("[.]$"; "") | (.[0:1] | ascii_downcase) + .[1:];

# Those but `help`, which the parser adds.
def commands: .subcommands // [] | map(select(.commandName != "help"));

def is_shown: .shouldDisplay;

# The same for every command, and printed once.
def is_common: (.preferredName.name // "") | . == "help" or . == "version" or . == "state-file";

def flag: if .kind == "short" then "Fl \(.name)" else "Fl -\(.name)" end;

def value: if .kind == "flag" then "" else " Ar \(.valueName)" end;

def usage:
    (if .kind == "positional" then "Ar \(.valueName)" else (.preferredName | flag) + value end)
        + (if .isRepeating then " ..." else "" end);

def usage_line: . as $argument | usage | if $argument.isOptional then ".Op \(.)" else ".\(.)" end;

def item:
    (if .kind == "positional" then ".It Ar \(.valueName)"
        else ".It " + ([.names[] | flag] | join(" , ")) + value end)
    + "\n" + (.abstract // "" | paragraphs)
    + (if .defaultValue and .kind == "option" then "\nThe default is\n.Pa \(.defaultValue) ." else "" end);

def list: if length == 0 then empty else ".Bl -tag -width Ds\n" + (map(item) | join("\n")) + "\n.El" end;

# A command with its arguments, then those of its subcommands.
def command($names):
    ($names + [.commandName]) as $path
    | (.arguments // [] | map(select(is_shown and (is_common | not)))) as $arguments
    | if commands != [] then commands[] | command($path)
      else
        ".Ss \($path[1:] | join(" "))\n.Nm\n.Cm \($path[1:] | join(" "))",
        ($arguments[] | usage_line),
        ".Pp",
        (.abstract | paragraphs),
        (if .discussion then ".Pp\n" + (.discussion | paragraphs) else empty end),
        ($arguments | list)
      end;

# "Exit status: 0 done; 64 wrong arguments." as a list; the rest of the text is `description`.
def exit_status:
    split("\n\n")[] | select(startswith("Exit status: ")) | ltrimstr("Exit status: ") | rtrimstr(".")
    | ".Sh EXIT STATUS\n.Bl -tag -width Ds\n"
        + (split("; ") | map(capture("^(?<number>[0-9]+) (?<text>.*)$")
            | ".It \(.number)\n\(.text | lines)") | join("\n"))
        + "\n.El";

def description: split("\n\n") | map(select(startswith("Exit status: ") | not)) | join("\n\n");

.command
| (.arguments // [] | map(select(is_shown))) as $own
| (commands[0].arguments // [] | map(select(is_shown and is_common))) as $common
| ".Dd \($date)",
".Dt \(.commandName | ascii_upcase) \($section)",
".Os vfmap \($version)",
".Sh NAME",
".Nm \(.commandName)",
".Nd \(.abstract | phrase)",
".Sh SYNOPSIS",
".Nm",
(if commands != [] then ".Op Ar command Op Ar arguments" else $own[] | usage_line end),
".Sh DESCRIPTION",
(.abstract | paragraphs),
(.discussion // "" | description | if . == "" then empty else ".Pp\n" + paragraphs end),
(if commands != [] then
    ".Sh COMMANDS",
    "Without a command\n.Nm\ndoes what\n.Nm Cm \(.defaultSubcommand // "help")\ndoes.",
    (.commandName as $name | commands[] | command([$name])),
    ".Sh OPTIONS",
    "Every command has these as well:",
    ($common | list)
 else
    ".Sh OPTIONS",
    ($own | list)
 end),
((.discussion // "" | exit_status) as $status
| $rest | rtrimstr("\n") | sub("[.]\\\\\" EXIT STATUS"; $status))
