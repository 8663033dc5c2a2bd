#!/usr/bin/env node
/** The command `seatrial`: parses the command line, runs a command, turns errors into messages and codes. */
import { Command, CommanderError } from 'commander';
import {
  columns,
  commandLine,
  environment,
  exitNow,
  letReadersGo,
  onStall,
  optimizeLate,
  setExitCode,
  writeError,
  writeOut,
} from '../host.js';
import { knownArguments } from '../input/arguments.js';
import { exitCodes, UserError } from '../input/errors.js';
import { version } from '../version.js';
import { commandsFor } from './index.js';
import { withMeantChoice } from './meant-choice.js';

/** Runs the command line; returns the exit code. */
async function main(): Promise<number> {
  const [name, ...words] = commandLine();
  if (name === '__complete' || name === '__completeNoDesc') {
    const { completionLines } = await import('./completion/lines.js');
    writeOut(await completionLines(words, { isDescribed: name === '__complete' }));
    return exitCodes.pass;
  }
  const width = columns();
  const program = new Command('seatrial')
    .description("Takes an ML platform's own manifests on a sea trial, on a simulated Kubernetes.")
    .version(`seatrial ${version}`, '-V, --version')
    .configureOutput({
      writeOut,
      writeErr: writeError,
      outputError: (text, write) => write(withMeantChoice(text)),
      ...(width !== undefined && { getOutHelpWidth: () => width, getErrHelpWidth: () => width }),
    })
    .showSuggestionAfterError()
    .exitOverride();
  let exitCode: number = exitCodes.pass;
  // A long time goes into loading commands that are not asked for.
  for (const command of await commandsFor(name)) {
    command.define(program, async run => {
      exitCode = await run();
    });
  }
  nameHelp(program);
  try {
    await program.parseAsync(knownArguments(commandLine()), { from: 'user' });
    return exitCode;
  } catch (error) {
    return tell(error);
  }
}

/** Whoever mistypes is told where the help of that very command is. */
function nameHelp(command: Command, words = command.name()): void {
  command.showHelpAfterError(`(see ${words} --help)`);
  for (const inner of command.commands) nameHelp(inner, `${words} ${inner.name()}`);
}

function tell(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
  if (error instanceof UserError) {
    writeError(`error: ${error.message}\n`);
    if (error.details.next !== undefined) writeError(`  next: ${error.details.next}\n`);
    return error.details.exitCode;
  }
  if (isOfHost(error)) {
    writeError(`error: the operating system refuses: ${error.message}\n`);
    writeError(
      '  next: check that there is room, and that it is there and can be read and written\n',
    );
    return exitCodes.backend;
  }
  const told = error instanceof Error ? error : new Error(String(error));
  const text = environment('SEATRIAL_DEBUG') === undefined ? told.message : told.stack;
  writeError(`error: this is a defect of seatrial: ${text ?? told.message}\n`);
  writeError('  next: run again with SEATRIAL_DEBUG=1 and report what it prints\n');
  return exitCodes.backend;
}

/** Whether a file, a folder or the output could not be used. */
function isOfHost(error: unknown): error is NodeJS.ErrnoException {
  if (!(error instanceof Error) || !('syscall' in error)) return false;
  return 'path' in error || error.syscall === 'write';
}

letReadersGo(error => exitNow(tell(error)));
optimizeLate();
const forget = onStall(() => exitNow(tell(new Error('it waits for what nobody will answer'))));
setExitCode(await main());
forget();
