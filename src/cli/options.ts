/** Options that several commands take, and how their values are read. */
import { InvalidArgumentError, Option } from 'commander';
import { tieRules } from '../../sim/scheduler/ties.js';
import { containerEngines } from '../backends/kind/tool.js';
import { environment, freshSeed } from '../host.js';
import { withLawSetting } from '../scenario/judge-step.js';
import { durationMs } from '../input/duration.js';
import { exitCodes, UserError } from '../input/errors.js';
import { readShard } from '../input/shard.js';

/** `-o, --output`. */
export function outputOption(choices: readonly string[]): Option {
  return new Option('-o, --output <format>', 'output format')
    .choices(choices)
    .default(choices[0] ?? 'text');
}

/** `--seed`: given, from SEATRIAL_SEED, or fresh (see `seedOf`). */
export function seedOption(): Option {
  return new Option('--seed <n>', 'the seed: equal seeds give equal histories').argParser(
    wholeNumber,
  );
}

/** `--law-setting LAW.SETTING=NUMBER`, repeatable. */
export function lawSettingOption(): Option {
  return new Option(
    '--law-setting <law.setting=n>',
    'a threshold of a law, repeatable; seatrial explain LAW tells which there are',
  )
    .argParser(withLawSetting)
    .default({}, 'the defaults');
}

/** `--scheduler-config`: the file that kube-scheduler's --config would take. */
export function schedulerConfigOption(): Option {
  return new Option(
    '--scheduler-config <file>',
    'a KubeSchedulerConfiguration (v1): profiles, plug-ins, weights, arguments',
  );
}

/** `--autoscaler`: a file of what a scenario has in spec.cluster.autoscaler. */
export function autoscalerOption(): Option {
  return new Option(
    '--autoscaler <file>',
    'Cluster Autoscaler and its node groups: what a scenario has in spec.cluster.autoscaler',
  );
}

/** `--scheduler-ties`. */
export function schedulerTiesOption(): Option {
  return new Option(
    '--scheduler-ties <rule>',
    'which of several best nodes a pod gets; Kubernetes draws one',
  ).choices(tieRules);
}

/** `--engine`. */
export function engineOption(): Option {
  return new Option(
    '--engine <program>',
    'what runs containers (default: what kind finds)',
  ).choices(containerEngines);
}

/** `--shard`: a part of the work. */
export function shardOption(what: string): Option {
  return new Option(
    '--shard <i/n>',
    `only this part of the ${what}: 2/8; see seatrial merge`,
  ).argParser(text => {
    try {
      return readShard(text);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      throw new InvalidArgumentError(error.details.next ?? error.message);
    }
  });
}

/** `--no-color`; NO_COLOR and FORCE_COLOR count too, and only a terminal gets colours unasked. */
export function colorOption(): Option {
  return new Option('--no-color', 'print without colours');
}

/** The seed that was asked for (by flag, environment or configuration, in this order), or a fresh one. */
export function seedOf(given: number | undefined, configured?: number): number {
  return given ?? numberFrom('SEATRIAL_SEED') ?? configured ?? freshSeed();
}

/** How many voyages are asked for, in the same order. */
export function runsOf(given: number | undefined, configured?: number): number {
  return given ?? numberFrom('SEATRIAL_RUNS') ?? configured ?? runsByDefault;
}

/** As many voyages as are tried unless another number is asked for. */
export const runsByDefault = 1000;

/** The whole number in a variable of the environment, if it is set. */
function numberFrom(variable: string): number | undefined {
  const text = environment(variable);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new UserError(`${variable} is "${text}", not a whole number`, {
    exitCode: exitCodes.usage,
    code: variable === 'SEATRIAL_SEED' ? 'bad-seed' : 'bad-number',
    next: 'unset it or give a number from 0 on',
  });
}

/** Reads a whole number from 0 on. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  // Of a text that is empty Number would make 0.
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 0) {
    throw new InvalidArgumentError('a whole number from 0 on is needed.');
  }
  return value;
}

/** Reads a port. */
export function portNumber(text: string): number {
  if (wholeNumber(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('a port is at most 65535.');
}

/** Adds a value to the list of a repeatable option. */
export function collect(value: string, values: readonly string[]): readonly string[] {
  return [...values, value];
}

/** Reads `60x`, `1x`, `0.5x`, `max`: virtual seconds a real one; Infinity for max. */
export function speedOf(text: string): number {
  if (text === 'max') return Infinity;
  const speed = Number(/^(\d+(?:\.\d+)?)x?$/.exec(text)?.[1]);
  if (!(speed > 0)) throw new InvalidArgumentError('give it as 1x, 60x or max.');
  return speed;
}

/** Reads a duration, in milliseconds. */
export function durationOf(text: string): number {
  try {
    return durationMs(text);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new InvalidArgumentError(`${error.message}: ${error.details.next ?? ''}.`);
  }
}

/** Reads what names of namespaces begin with. */
export function namespacePrefix(text: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,39}$/.test(text)) return text;
  throw new InvalidArgumentError(
    'lower-case letters, digits and dashes, at most 40 of them, the first no dash.',
  );
}

/** What help tells after the options: examples, and what the exit codes mean. */
export function helpAfter(examples: readonly string[], codes?: string): string {
  const lines = ['', 'Examples:', ...examples.map(line => `  ${line}`)];
  return [...lines, ...(codes === undefined ? [] : ['', codes])].join('\n');
}

/** A name of a cluster, as kind takes them. */
export function nameOf(text: string): string {
  if (/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text)) return text;
  throw new InvalidArgumentError('lower-case letters, digits and dashes only.');
}
