/** The scripts that bring completion to shells: each asks the program itself, so that nothing in them grows old. */

/** Lets the shell name a function after a program. */
const wordOf = (program: string): string => program.replaceAll('-', '_');

/** The shells, and the script of each for a program of a name. */
export const scripts: Readonly<Record<string, (program: string) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
  powershell: powershellScript,
};

/**
 * It works with bash 3.2 of macOS too, where nothing but `complete` and `compgen` is there. bash takes words
 * apart at `=` and `:`, and takes an answer for what follows the last of them.
 */
function bashScript(program: string): string {
  const name = `__${wordOf(program)}_complete`;
  return `# bash completion for ${program}: source <(${program} completion bash)
${name}() {
  local words=() word line raw current prefix joined=no directive=0
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [[ \${#words[@]} -gt 0 && ( $joined == yes || $word == [=:]* ) ]]; then
      words[\${#words[@]}-1]+=$word
    else
      words+=("$word")
    fi
    if [[ $word == *[=:] ]]; then joined=yes; else joined=no; fi
  done
  raw=\${COMP_WORDS[COMP_CWORD]}
  if [[ $raw == [=:] ]]; then raw=; fi
  current=\${words[\${#words[@]}-1]}
  prefix=\${current%"$raw"}
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :[0-9]*) directive=\${line#:} ;;
      ?*) line=\${line%%$'\\t'*}; COMPREPLY+=("\${line#"$prefix"}") ;;
    esac
  done < <("\${COMP_WORDS[0]}" __completeNoDesc "\${words[@]}" 2>/dev/null)
  if (( directive & 2 )); then compopt -o nospace 2>/dev/null; fi
  if (( directive & 4 )); then compopt +o default 2>/dev/null; fi
  if (( directive & 16 )) && [[ \${#COMPREPLY[@]} -eq 0 ]]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "$raw")
  fi
  return 0
}
complete -o default -o nosort -F ${name} ${program} 2>/dev/null ||
  complete -o default -F ${name} ${program}
`;
}

function zshScript(program: string): string {
  const name = `_${wordOf(program)}`;
  return `#compdef ${program}
# zsh completion for ${program}: source <(${program} completion zsh)
${name}() {
  local -a lines described open
  local line value directive=0
  lines=("\${(@f)$("\${words[1]}" __complete "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  for line in "\${lines[@]}"; do
    if [[ $line == :<-> ]]; then
      directive=\${line#:}
    elif [[ -n $line ]]; then
      value=\${\${line%%$'\\t'*}//:/\\\\:}
      if [[ $line == *$'\\t'* ]]; then value+=":\${line#*$'\\t'}"; fi
      described+=("$value")
    fi
  done
  if (( directive & 2 )); then open=(-S ''); fi
  if (( \${#described} )); then _describe -V '${program}' described "\${open[@]}"; fi
  if (( \${#described} == 0 && ! (directive & 4) )); then
    compset -P '*='
    if (( directive & 16 )); then _files -/; else _files; fi
  fi
}
if [[ \${funcstack[1]} == ${name} ]]; then ${name} "$@"; else compdef ${name} ${program}; fi
`;
}

function fishScript(program: string): string {
  const name = `__${wordOf(program)}_complete`;
  return `# fish completion for ${program}: ${program} completion fish | source
function ${name}
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  set -l program $words[1]
  set -e words[1]
  set -l lines ($program __complete $words "$current" 2>/dev/null)
  set -l directive (string replace -r '^:' '' -- $lines[-1])
  set -e lines[-1]
  printf '%s\\n' $lines
  if test (count $lines) -eq 0; and test -n "$directive"
    set -l path (string replace -r '^--[^=]+=' '' -- $current)
    set -l prefix (string match -r '^--[^=]+=' -- $current; or echo '')
    if test $directive -eq 16
      printf '%s\\n' $prefix(__fish_complete_directories "$path")
    else if test $directive -eq 0
      printf '%s\\n' $prefix(__fish_complete_path "$path")
    end
  end
end
complete -c ${program} -e
complete -c ${program} -f -a '(${name})'
`;
}

/** An empty last word would be lost on the way to the program in older PowerShells: it is given by an option. */
function powershellScript(program: string): string {
  return `# PowerShell completion for ${program}: ${program} completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName '${program}' -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements |
    Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
    ForEach-Object { $_.Extent.Text })
  $given = @($words | Select-Object -Skip 1)
  $lines = @(& '${program}' __complete "--current=$wordToComplete" @given 2>$null)
  foreach ($line in $lines) {
    if ($line -match '^:\\d+$' -or $line -eq '') { continue }
    $value, $about = $line -split "\`t", 2
    if (-not $about) { $about = $value }
    [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $about)
  }
}
`;
}
