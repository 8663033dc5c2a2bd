/** The contract of a command of the command line. */
import type { Command } from 'commander';

/** A command: adds itself to the program; `act` takes what it does, which gives the exit code. */
export interface CliCommand {
  define(program: Command, act: (run: () => Promise<number>) => Promise<void>): void;
}
