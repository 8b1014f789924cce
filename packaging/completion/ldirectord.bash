# Completion of ldirectord's command line for bash: the program itself says what may come next.

_ldirectord() {
    local line=${COMP_LINE:0:COMP_POINT} word prefix
    # Words as the program will see them: bash would take the colon of an address for a word of its own.
    local -a words
    read -ra words <<<"$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    word=${words[-1]}
    prefix=${word%"${word##*:}"}
    COMPREPLY=()
    local candidate
    while IFS=$'\t' read -r candidate _; do
        [[ $COMP_WORDBREAKS == *:* ]] && candidate=${candidate#"$prefix"}
        # A configuration may be called anything; an address in brackets needs no quoting.
        [[ $candidate == *[[:space:]\;\&\|\(\)\<\>\$\`\"\'\\\*\?]* ]] && printf -v candidate %q "$candidate"
        COMPREPLY+=("$candidate")
    done < <("${words[0]}" __complete "${words[@]:1}" 2>/dev/null)
}

# Where the program knows nothing to say, files may be meant.
complete -o default -F _ldirectord ldirectord
