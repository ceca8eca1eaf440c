# Completion of chrootshim for bash: what may be written, chrootshim itself lists.  -*- bash -*-
# SPDX-License-Identifier: Apache-2.0

# What an option takes, as --help shows it: "FILE", "true|false", "[=SECONDS]"; status 1 if nothing.
_chrootshim_argument() { # COMMAND SUBCOMMAND OPTION
        local name argument meaning

        while IFS=$'\t' read -r name argument meaning; do
                # `read` takes two tabs for one: where nothing is taken, the meaning comes second.
                if [[ ${name//_/-} == "${3//_/-}" && -n $meaning ]]; then
                        printf '%s\n' "$argument"
                        return 0
                fi
        done < <("$1" --list options "$2" 2>/dev/null)
        return 1
}

# Completes the last element of a list that colons divide.
_chrootshim_list() { # WORD...
        local before=''

        [[ $cur == *:* ]] && before=${cur%:*}:
        mapfile -t COMPREPLY < <(compgen -P "$before" -W "$*" -- "${cur##*:}")
        compopt -o nospace
        __ltrim_colon_completions "$cur"
}

# Completes a path, which may be the last one of a list.
_chrootshim_path() {
        local i before='' whole=$cur

        [[ $cur == *:* ]] && before=${cur%:*}:
        cur=${cur##*:}
        _filedir
        for i in "${!COMPREPLY[@]}"; do
                COMPREPLY[i]=$before${COMPREPLY[i]}
        done
        __ltrim_colon_completions "$whole"
}

_chrootshim_value() { # COMMAND OPTION ARGUMENT
        local words

        case $2 in
        --services | --service)
                _chrootshim_list $("$1" --list services 2>/dev/null)
                return
                ;;
        --keep?capabilities)
                _chrootshim_list $("$1" --list capabilities 2>/dev/null)
                return
                ;;
        --programs)
                _chrootshim_list $(compgen -c -- "${cur##*:}")
                return
                ;;
        --program)
                _chrootshim_path
                [[ $cur == */* ]] || COMPREPLY+=($(compgen -c -- "$cur"))
                return
                ;;
        --charsets) return ;;
        esac
        case $3 in
        *'|'*)
                words=${3//|/ }
                mapfile -t COMPREPLY < <(compgen -W "${words//PATH/}" -- "$cur")
                [[ $3 != *PATH* || $cur != /* ]] || _filedir
                ;;
        PID) _pids ;;
        *DIR*) _filedir -d ;;
        *PATH* | *FILE* | A:B:...) _chrootshim_path ;;
        esac
}

_chrootshim() {
        local cur prev words cword split argument i subcommand command=${1/#\~/$HOME}

        _init_completion -s -n : || return
        if ((cword == 1)); then
                mapfile -t COMPREPLY < <(compgen -W "$("$command" --list subcommands 2>/dev/null |
                        cut -f 1) --help --version" -- "$cur")
                return
        fi
        subcommand=${words[1]}
        # Behind "--" stands a command of its own.
        for ((i = 2; i < cword; i++)); do
                if [[ ${words[i]} == -- ]]; then
                        _command_offset $((i + 1))
                        return
                fi
        done
        if [[ $prev == --* ]] && argument=$(_chrootshim_argument "$command" "$subcommand" "$prev") &&
                { [[ -n $argument && $argument != \[* ]] || $split; }; then
                _chrootshim_value "$command" "$prev" "$argument"
                return
        fi
        $split && return
        if [[ $cur == -* ]]; then
                mapfile -t COMPREPLY < <(compgen -W "$("$command" --list options "$subcommand" 2>/dev/null |
                        cut -f 1) --" -- "$cur")
        elif [[ $subcommand == init ]]; then
                mapfile -t COMPREPLY < <(compgen -W "$("$command" --list servers 2>/dev/null)" -- "$cur")
        fi
}

complete -F _chrootshim chrootshim
