# Completion of ldirectord's command line for fish: the program itself says what may come next.

function __ldirectord_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found ($words[1] __complete $words[2..-1] 2>/dev/null)
    if test -n "$found"
        string join \n -- $found
    else
        # Where the program knows nothing to say, files may be meant.
        __fish_complete_path (commandline -ct)
    end
end

complete -c ldirectord -f -a '(__ldirectord_complete)'
