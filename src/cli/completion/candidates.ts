/** What can stand next on a command line, read off the tree of its commands. */
import type { Argument, Command, Option } from 'commander';
import type { Asked, Candidate, Completions, ValuesOf } from './contract.js';

/**
 * What can stand in the place of the last word, all before it being given.
 *
 * @param words Without the program itself; the last one is being typed, and may be empty.
 */
export async function completionsOf(
  program: Command,
  words: readonly string[],
  valuesOf: ValuesOf,
): Promise<Completions> {
  const typed = words.at(-1) ?? '';
  const { command, positionals, pending, isPlain } = readSoFar(program, words.slice(0, -1));
  const asked = (text: string): Asked => ({ command: command.name(), typed: text, positionals });
  if (pending !== undefined) return fitting(await ofOption(pending, asked(typed), valuesOf), typed);
  if (typed.startsWith('-') && !isPlain) {
    const [, flag, text] = /^(--[^=]+)=(.*)$/.exec(typed) ?? [];
    if (flag === undefined || text === undefined) return fitting(flagsOf(command), typed);
    const option = optionOf(command, flag);
    if (option?.required !== true) return nothing;
    const values = await ofOption(option, asked(text), valuesOf);
    const candidates = values.candidates.map(one => ({ ...one, value: `${flag}=${one.value}` }));
    return fitting({ ...values, candidates }, typed);
  }
  const inner = command.commands.length > 0 && positionals.length === 0;
  const values = inner ? commandsOf(command) : await ofArgument(command, asked(typed), valuesOf);
  return fitting(values, typed);
}

const nothing: Completions = { candidates: [] };

interface SoFar {
  readonly command: Command;
  readonly positionals: readonly string[];
  /** The option whose value comes next. */
  readonly pending?: Option;
  /** Whether `--` was given: nothing after it is an option. */
  readonly isPlain: boolean;
}

function readSoFar(program: Command, words: readonly string[]): SoFar {
  let command = program;
  let positionals: string[] = [];
  let pending: Option | undefined;
  let isPlain = false;
  for (const word of words) {
    if (pending !== undefined) pending = undefined;
    else if (!isPlain && word === '--') isPlain = true;
    else if (!isPlain && word.startsWith('-')) {
      const option = optionOf(command, word);
      pending = option?.required === true ? option : undefined;
    } else {
      const inner = positionals.length === 0 ? commandNamed(command, word) : undefined;
      if (inner === undefined) positionals.push(word);
      else {
        command = inner;
        positionals = [];
      }
    }
  }
  return { command, positionals, isPlain, ...(pending !== undefined && { pending }) };
}

function commandNamed(command: Command, word: string): Command | undefined {
  return command.commands.find(one => one.name() === word || one.aliases().includes(word));
}

function optionOf(command: Command, word: string): Option | undefined {
  return command.options.find(({ long, short }) => word === long || word === short);
}

function flagsOf(command: Command): Completions {
  const options = command.createHelp().visibleOptions(command);
  return {
    candidates: options.flatMap(({ long, description }) =>
      long === undefined ? [] : [{ value: long, about: description }],
    ),
  };
}

function commandsOf(command: Command): Completions {
  return {
    candidates: command
      .createHelp()
      .visibleCommands(command)
      .map(one => ({ value: one.name(), about: one.description() })),
  };
}

async function ofOption(option: Option, asked: Asked, valuesOf: ValuesOf): Promise<Completions> {
  if (option.argChoices !== undefined) return chosen(option.argChoices);
  return valuesOf(option.long ?? option.flags, metavarOf(option), asked);
}

async function ofArgument(
  command: Command,
  asked: Asked,
  valuesOf: ValuesOf,
): Promise<Completions> {
  const argument = argumentAt(command.registeredArguments, asked.positionals.length);
  if (argument === undefined) return nothing;
  if (argument.argChoices !== undefined) return chosen(argument.argChoices);
  return valuesOf(`${command.name()} ${argument.name()}`, argument.name(), asked);
}

function argumentAt(all: readonly Argument[], index: number): Argument | undefined {
  const last = all.at(-1);
  return all[index] ?? (last?.variadic === true ? last : undefined);
}

/** `<file>` of `--config <file>`: what stands between the brackets. */
export function metavarOf({ flags }: Option): string {
  return /[<[](.+)[>\]]$/.exec(flags)?.[1] ?? '';
}

const chosen = (values: readonly string[]): Completions => ({
  candidates: values.map(value => ({ value })),
});

function fitting(all: Completions, typed: string): Completions {
  const fits = ({ value }: Candidate): boolean => value.startsWith(typed);
  return { ...all, candidates: all.candidates.filter(fits) };
}
