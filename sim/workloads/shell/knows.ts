/** Whether the small shell knows everything that a container's command line names. */
import { plainCommands } from './commands.js';
import { parseScript, ShellSyntaxError } from './parse.js';
import type { Command, Script, Word } from './syntax.js';

const builtins = new Set([
  'sh',
  'ash',
  'sleep',
  'kill',
  'exit',
  'break',
  'continue',
  'exec',
  'wait',
  'trap',
  'set',
  'cd',
  'export',
]);

/** The name without the folder of a system program. */
function baseName(name: string): string {
  return name.replace(/^\/(?:usr\/)?s?bin\//, '');
}

/** Whether this is a command of the shell, or one that comes with it. */
export function isKnownName(name: string): boolean {
  const base = baseName(name);
  return builtins.has(base) || Object.hasOwn(plainCommands, base);
}

/**
 * Whether a command line is in an obvious shell form: every command in it is known. A script that calls
 * other programs (`sh -c 'python train.py'`) is not: what those do, a workload must say.
 */
export function isShellCommand(command: readonly string[]): boolean {
  const [name = '', flag = '', script = ''] = command;
  if (!isKnownName(name)) return false;
  const base = baseName(name);
  if (base !== 'sh' && base !== 'ash') return true;
  if (!/^-\w*c$/.test(flag)) return false;
  try {
    return knowsScript(parseScript(script));
  } catch (error) {
    if (error instanceof ShellSyntaxError) return false;
    throw error;
  }
}

function knowsScript(script: Script): boolean {
  return script.every(({ first, rest }) =>
    [first, ...rest.map(({ pipeline }) => pipeline)].every(({ commands }) =>
      commands.every(knowsCommand),
    ),
  );
}

function knowsCommand(command: Command): boolean {
  switch (command.kind) {
    case 'simple': {
      const [name, next] = command.words;
      if (!command.assignments.every(({ value }) => knowsWord(value))) return false;
      if (!command.words.every(knowsWord)) return false;
      if (name === undefined) return true;
      const text = literal(name);
      if (text === undefined || !isKnownName(text)) return false;
      const program = text === 'exec' && next !== undefined ? literal(next) : undefined;
      return program === undefined || isKnownName(program);
    }
    case 'group':
      return knowsScript(command.body);
    case 'loop':
      return knowsScript(command.condition) && knowsScript(command.body);
    case 'for':
      return command.words.every(knowsWord) && knowsScript(command.body);
    case 'if':
      return (
        command.branches.every(
          ({ condition, body }) => knowsScript(condition) && knowsScript(body),
        ) && knowsScript(command.otherwise ?? [])
      );
  }
}

function knowsWord(word: Word): boolean {
  return word.every(part => part.kind !== 'command' || knowsScript(part.script));
}

function literal(word: Word): string | undefined {
  let text = '';
  for (const part of word) {
    if (part.kind !== 'text') return undefined;
    text += part.text;
  }
  return text;
}
