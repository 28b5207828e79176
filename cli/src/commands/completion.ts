import type { Command } from 'commander';
import type { Act } from '../cli.ts';
import { UsageError } from '../errors.ts';

/** Scripts that ask `deeplens __complete` for what fits; after a name of no option they offer files. */
const SCRIPTS: Record<string, string> = {
  bash: `# deeplens: completion for bash. Load it with: source <(deeplens completion bash)
_deeplens() {
  local IFS=$'\\n' current="\${COMP_WORDS[COMP_CWORD]}"
  COMPREPLY=($(compgen -W "$(deeplens __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1)" -- "$current"))
  if [[ \${#COMPREPLY[@]} -eq 0 ]]; then COMPREPLY=($(compgen -f -- "$current")); fi
}
complete -o filenames -F _deeplens deeplens
`,
  zsh: `#compdef deeplens
# deeplens: completion for zsh. Load it with: source <(deeplens completion zsh)
_deeplens() {
  local -a found
  found=(\${(f)"$(deeplens __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null | sed 's/:/\\\\:/g; s/\\t/:/')"})
  if (( \${#found} )); then _describe deeplens found; else _files; fi
}
compdef _deeplens deeplens
`,
  fish: `# deeplens: completion for fish. Load it with: deeplens completion fish | source
complete -c deeplens -f -a '(deeplens __complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null; or __fish_complete_path (commandline -ct))'
`,
};

export function register(program: Command, act: Act): void {
  program
    .command('completion')
    .description('Prints the completion script of a shell.')
    .argument('<shell>', Object.keys(SCRIPTS).join(', '))
    .action(
      act(async ({ print }, shell: string) => {
        const script = SCRIPTS[shell];
        if (!script)
          throw new UsageError(
            `There is no completion for ${shell}.`,
            `Use one of ${Object.keys(SCRIPTS).join(', ')}.`,
          );
        await print.text(script);
        return undefined;
      }),
    );
}
