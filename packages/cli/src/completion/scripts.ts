// What makes shells ask `everytick complete` for what can come next. The first line of its answer is `values` or `files`;
// each of the others is a value and, behind a tab, what it is. Values may be names that other people have given to their
// targets: a shell must never expand them, so none goes through `eval` or `compgen -W`.

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

export const scripts: Readonly<Record<Shell, string>> = {
  bash: `# everytick completion for bash; in ~/.bashrc: source <(everytick completion bash)
_everytick() {
  local line kind=''
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ -z "$kind" ]]; then kind="$line"; else COMPREPLY+=("$line"); fi
  done < <("\${COMP_WORDS[0]/#\\~/$HOME}" complete bash -- "\${COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null)
  if [[ "$kind" == files ]]; then compopt -o default 2>/dev/null; fi
}
complete -F _everytick everytick
`,
  zsh: `#compdef everytick
# everytick completion for zsh; in ~/.zshrc, after compinit: source <(everytick completion zsh)
_everytick() {
  local line kind=''
  local -a values lines
  while IFS= read -r line; do
    if [[ -z "$kind" ]]; then kind="$line"; continue; fi
    values+=("\${line%%$'\\t'*}")
    lines+=("\${line//$'\\t'/  }")
  done < <("\${(Q)words[1]/#\\~/$HOME}" complete zsh -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  if [[ "$kind" == files ]]; then _files; return; fi
  (( \${#values} )) && compadd -l -d lines -a values
}
if [[ "\${funcstack[1]}" == _everytick ]]; then _everytick "$@"; else compdef _everytick everytick; fi
`,
  fish: `# everytick completion for fish; in ~/.config/fish/config.fish: everytick completion fish | source
function __everytick_complete
    set -l words (commandline -opc)
    set -l begun (commandline -ct)
    set -l answer ($words[1] complete fish -- $words[2..-1] "$begun" 2>/dev/null)
    if test "$answer[1]" = files
        __fish_complete_path "$begun"
    else if test (count $answer) -gt 1
        printf '%s\\n' $answer[2..-1]
    end
end
complete -c everytick -f -a '(__everytick_complete)'
`,
};
