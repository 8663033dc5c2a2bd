/** Makes the plan of a bench from what the command line says, and refuses what cannot be, before anything runs. */
import type { TieRule } from '../../../sim/scheduler/ties.js';
import { coreCount } from '../../host.js';
import { exitCodes, meantOrKnown, UserError } from '../../input/errors.js';
import type { BenchPlan, PlannedSetup } from '../bench.js';
import { policies } from '../policies/index.js';
import type { Policy } from '../policies/policy.js';
import { unpriced, type Prices } from '../results/cost.js';
import { inflationGroups, inflationMain } from '../results/inflation-figures.js';
import { checkPublished } from '../results/published-check.js';
import { servingGroups, servingMain } from '../results/serving-figures.js';
import { timedGroups, timedMain } from '../results/timed-figures.js';
import type { Arrival, BenchInput } from '../run/task.js';
import { objectiveOf, serverOf } from '../serving/read-flags.js';
import { readVariants, variantOfFlags, type WhatIfFlags } from '../what-if/read.js';
import type { Variant } from '../what-if/variant.js';
import { readSources, type SourceFlags } from './sources.js';

/** What the command line says. */
export interface BenchFlags extends SourceFlags, WhatIfFlags {
  readonly policy?: string;
  readonly seeds: string;
  readonly ties?: TieRule;
  readonly arrival?: 'inflation' | 'times';
  readonly tune: string;
  readonly load?: string;
  readonly resample?: boolean;
  readonly baseline?: string;
  readonly price: readonly string[];
  readonly whatIf?: string;
  readonly workers?: number;
  readonly server?: string;
  readonly objective?: string;
  readonly scale?: string;
  readonly gpuModel?: string;
}

/**
 * The plan.
 *
 * @throws UserError or InputError that says what is wrong and the next step.
 */
export function planOf(source: string, flags: BenchFlags): Omit<BenchPlan, 'keepsHeat'> {
  if (source === 'llm') return servingPlan(source, flags);
  const prices = pricesOf(flags.price);
  const inputs = readSources(source, flags);
  const arrival = arrivalOf(source, flags);
  const setups = setupsOf(flags, { arrival, prices });
  const tune = arrival.kind === 'inflation' ? arrival.tune : undefined;
  return {
    arrival: arrivalText(arrival),
    workloads: inputs.map(input => ({
      ...input,
      ...(source === 'openb' &&
        flags.trace !== undefined && {
          check: own => checkPublished(flags.trace ?? '', input.trace.name, own),
        }),
      notes: notesOf(input, prices),
    })),
    setups,
    seeds: seedsOf(flags.seeds),
    baseline: baselineOf(flags.baseline, setups),
    groups: tune === undefined ? timedGroups(namespacesOf(inputs)) : inflationGroups,
    compared: tune === undefined ? timedMain : [inflationMain(tune), 'failed'],
    workers: flags.workers ?? coreCount(),
  };
}

/** Request logs: a setup for each scale of the load. */
function servingPlan(source: string, flags: BenchFlags): Omit<BenchPlan, 'keepsHeat'> {
  const server = serverOf(flags.server);
  const objectiveText = flags.objective ?? 'ttft-p99=2s';
  const objective = objectiveOf(objectiveText);
  const { gpuModel = 'A100' } = flags;
  const prices = pricesOf(flags.price);
  const isResampled = flags.resample !== false;
  const variant: Variant = { name: '' };
  const setups = (flags.scale ?? '1').split(',').map((text): PlannedSetup => ({
    variant,
    setup: {
      name: `load x ${ratioOf('--scale', text)}`,
      policy: 'least-outstanding',
      ties: 'smallest-name',
      arrival: {
        kind: 'serving',
        scale: ratioOf('--scale', text),
        server,
        objective,
        isResampled,
        gpuModel,
      },
      prices,
    },
  }));
  const { prefillPerSecond, stepMs, perAnswerMs, batchMax, cacheTokens, gpus } = server;
  return {
    arrival: `requests come at the log's times${isResampled ? ', dealt anew by each seed' : ''}; objective ${objectiveText}`,
    workloads: readSources(source, flags).map(input => ({
      ...input,
      notes: [
        `a replica has ${gpus} GPU of ${gpuModel}, reads ${prefillPerSecond} tokens a second, takes ${stepMs} + ${perAnswerMs} ms for each answer a step, ${batchMax} answers and ${cacheTokens} tokens at most: a stated model (--server), not a measured server`,
      ],
    })),
    setups,
    seeds: seedsOf(flags.seeds),
    baseline: baselineOf(flags.baseline, setups),
    groups: servingGroups,
    compared: servingMain,
    workers: flags.workers ?? coreCount(),
  };
}

type PlacedArrival = Exclude<Arrival, { readonly kind: 'serving' }>;

/** A queue has times; other sources are inflated unless told otherwise or what-ifs need time. */
function arrivalOf(source: string, flags: BenchFlags): PlacedArrival {
  const kind = flags.arrival ?? (source === 'queue' ? 'times' : 'inflation');
  if (kind === 'inflation') {
    if (flags.split === true) {
      throw usage('needs-times', '--split: gangs wait, which needs time', 'add --arrival times');
    }
    if (source === 'queue') throw usage('queue', 'a queue comes at its times', '--arrival times');
    return { kind, tune: ratioOf('--tune', flags.tune) };
  }
  return {
    kind,
    rules: {},
    load: flags.load === undefined ? undefined : ratioOf('--load', flags.load),
    isResampled: flags.resample !== false,
  };
}

function arrivalText(arrival: PlacedArrival): string {
  if (arrival.kind === 'inflation') {
    const percent = Math.round(100 * arrival.tune);
    return `pods arrive one by one and stay until they ask for ${percent} % of the GPUs`;
  }
  const load =
    arrival.load === undefined ? '' : `, pressed to a load of ${Math.round(100 * arrival.load)} %`;
  const deal = arrival.isResampled ? ', dealt anew by each seed' : '';
  return `jobs come at the trace's times${load}${deal}, wait, run and go`;
}

function setupsOf(
  flags: BenchFlags,
  { arrival, prices }: { readonly arrival: PlacedArrival; readonly prices: Prices },
): PlannedSetup[] {
  const variants = variantsOf(flags);
  const setups = variants.flatMap(variant => {
    const names = variant.policies ?? flags.policy?.split(',') ?? policies.map(({ name }) => name);
    return policiesOf(names).map((policy): PlannedSetup => ({
      variant,
      setup: {
        name: nameOf(policy, variant),
        policy: policy.name,
        ties: tiesOf(policy, flags.ties),
        arrival: arrival.kind === 'times' ? { ...arrival, rules: variant.rules ?? {} } : arrival,
        prices,
      },
    }));
  });
  if (arrival.kind === 'inflation') {
    const timed = variants.find(({ rules }) => rules !== undefined);
    if (timed !== undefined) {
      throw usage(
        'needs-times',
        `${timed.name}: rules of waiting need time`,
        'add --arrival times',
      );
    }
  }
  return setups;
}

function variantsOf(flags: BenchFlags): readonly Variant[] {
  const asItIs: Variant = { name: '' };
  const ofFlags = variantOfFlags(flags);
  const ofFile = flags.whatIf === undefined ? [] : readVariants(flags.whatIf);
  if (ofFile.length > 0 && ofFlags === undefined) return ofFile;
  return [asItIs, ...ofFile, ...(ofFlags === undefined ? [] : [ofFlags])];
}

function nameOf(policy: Policy, variant: Variant): string {
  return variant.name === '' ? policy.name : `${policy.name} ${variant.name}`;
}

function policiesOf(names: readonly string[]): Policy[] {
  return [...new Set(names)].map(name => {
    const policy = policies.find(one => one.name === name || one.published === name);
    if (policy !== undefined) return policy;
    const next = meantOrKnown(
      name,
      policies.map(one => one.name),
    );
    throw usage('unknown-policy', `there is no policy ${name}`, next ?? '');
  });
}

/** Policies of ATC'23 were published with their authors' rule; kube-scheduler draws. */
function tiesOf(policy: Policy, asked: TieRule | undefined): TieRule {
  if (policy.drawsAlways === true) return 'random';
  return asked ?? (policy.published === undefined ? 'random' : 'smallest-name');
}

function baselineOf(asked: string | undefined, setups: readonly PlannedSetup[]): string {
  const names = setups.map(({ setup }) => setup.name);
  if (asked === undefined) {
    return names.includes('kube-default') ? 'kube-default' : (names[0] ?? '');
  }
  if (names.includes(asked)) return asked;
  throw usage('unknown-baseline', `--baseline ${asked} is not among what runs`, names.join(', '));
}

function namespacesOf(inputs: readonly BenchInput[]): string[] {
  const names = new Set(
    inputs.flatMap(({ trace, jobs }) => (jobs ?? trace.pods).map(one => one.namespace)),
  );
  names.delete('');
  return [...names].sort();
}

function notesOf({ trace }: BenchInput, prices: Prices): readonly string[] {
  const models = unpriced(trace.nodes, prices);
  if (models.length === 0) return [];
  return [`no cost is told: no price is known for ${models.join(', ')} (--price MODEL=DOLLARS)`];
}

const seedsMax = 1000;

/** Reads `42-46` and `1,2,5`. */
function seedsOf(text: string): number[] {
  const bad = (): UserError =>
    usage('bad-seeds', `--seeds ${text} is no list of seeds`, 'write 42-46, or 1,2,5');
  const seeds = text.split(',').flatMap(part => {
    const [, from, to] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(part.trim()) ?? [];
    if (from === undefined) throw bad();
    const count = Number(to ?? from) - Number(from) + 1;
    if (count < 1 || count > seedsMax) throw bad();
    return Array.from({ length: count }, (_, index) => Number(from) + index);
  });
  return [...new Set(seeds)];
}

function ratioOf(flag: string, text: string): number {
  const ratio = Number(text);
  if (ratio > 0 && ratio <= 10) return ratio;
  throw usage('bad-ratio', `${flag} ${text} is not a ratio`, 'give a number above 0, as 1.3');
}

function pricesOf(texts: readonly string[]): Prices {
  const entries = texts
    .flatMap(text => text.split(','))
    .map(text => {
      const [, model, price] = /^([^=]+)=(\d+(?:\.\d+)?)$/.exec(text.trim()) ?? [];
      if (model !== undefined && price !== undefined) return [model, Number(price)] as const;
      throw usage('bad-price', `--price ${text} cannot be read`, 'write MODEL=DOLLARS: G2=1.20');
    });
  return Object.fromEntries(entries);
}

function usage(code: string, message: string, next: string): UserError {
  return new UserError(message, { exitCode: exitCodes.usage, code, next });
}
