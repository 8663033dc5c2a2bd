/** `seatrial completion`: the scripts that complete command lines in shells. */
import { Argument } from 'commander';
import { writeOut } from '../host.js';
import { exitCodes } from '../input/errors.js';
import type { CliCommand } from './command.js';
import { scripts } from './completion/scripts.js';
import { helpAfter } from './options.js';

/** The command. */
export const completionCommand: CliCommand = {
  define(program, act) {
    program
      .command('completion')
      .description('print the script that completes commands, flags and names in your shell')
      .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(scripts)))
      .addHelpText('after', helpAfter(examples))
      .action((shell: string) =>
        act(() => {
          writeOut(scripts[shell]?.('seatrial') ?? '');
          return Promise.resolve(exitCodes.pass);
        }),
      );
  },
};

const examples = [
  'source <(seatrial completion bash)      # in ~/.bashrc; for zsh alike, in ~/.zshrc after compinit',
  'seatrial completion zsh > "${fpath[1]}/_seatrial"',
  'seatrial completion fish > ~/.config/fish/completions/seatrial.fish',
  'seatrial completion powershell | Out-String | Invoke-Expression',
];
