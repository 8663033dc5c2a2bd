/** Lets a ledger's drift happen: to the transactions of the world, to delivered features, to labels. */
import type { Random } from '../../../sim/engine/random.js';
import { hourMs, isNight, isWeekend } from '../calendar.js';
import {
  campaignAtWork,
  type CampaignAtWork,
  type Draft,
  type Victims,
} from '../generator/campaigns.js';
import type { SteeredSource } from '../generator/generator.js';
import type { LabelDelay } from '../generator/label-delay.js';
import { scenarios } from '../scenarios.js';
import {
  featureNames,
  type FeatureState,
  type Transaction,
  type TransactionSource,
} from '../transaction.js';
import { intensity, partly, type DriftEntry, type DriftLedger } from './ledger.js';

/** What drift of the world needs besides the source. */
export interface DriftedSourceOptions {
  readonly random: Random;
  /** Whom card testing chooses its cards and terminals from. */
  readonly victims: Victims;
}

/**
 * A source in whose world the ledger's drift happens. Prior drift needs a source that can be steered; of
 * any other, `checkLedger` refuses it beforehand.
 */
export function driftedSource(
  source: TransactionSource | SteeredSource,
  ledger: DriftLedger,
  options: DriftedSourceOptions,
): TransactionSource {
  return new DriftedSource(source, ledger, options);
}

class DriftedSource implements TransactionSource {
  private readonly draft: Draft = { customer: 0, terminal: 0, cents: 0, scenario: 0 };
  private readonly changes: readonly DriftEntry[];
  private readonly priors: readonly (DriftEntry & { readonly kind: 'prior' })[];
  private readonly testing: ReadonlyMap<DriftEntry, CampaignAtWork>;
  private readonly random: Random;
  private readonly mixes: readonly (DriftEntry & { readonly kind: 'covariate' })[];
  private readonly mixing: Random;

  constructor(
    private readonly source: TransactionSource | SteeredSource,
    ledger: DriftLedger,
    { random, victims }: DriftedSourceOptions,
  ) {
    this.random = random.fork('drift');
    this.mixing = random.fork('mix');
    this.mixes = ledger.flatMap(entry =>
      entry.kind === 'covariate' && (entry.mix ?? 0) > 0 ? [entry] : [],
    );
    this.priors = ledger.flatMap(entry => (entry.kind === 'prior' ? [entry] : []));
    this.changes = ledger.filter(({ kind }) => worldKinds.has(kind));
    this.testing = new Map(
      ledger.flatMap((entry, index) => {
        if (entry.kind !== 'card-testing') return [];
        const { atMs, untilMs = Infinity, cards, terminals } = entry;
        // Without end or pause; how much of it there is, the entry's ramp says.
        const campaign = {
          ...always,
          fromMs: atMs,
          untilMs,
          ...(cards !== undefined && { cards }),
          ...(terminals !== undefined && { terminals }),
        };
        return [[entry, campaignAtWork(campaign, victims, random.fork(`card testing ${index}`))]];
      }),
    );
  }

  next(timeMs: number): Transaction {
    if (this.priors.length > 0 && 'steerFrauds' in this.source) {
      let factor = 1;
      for (const entry of this.priors)
        factor *= partly(entry.fraudFactor, intensity(entry, timeMs));
      this.source.steerFrauds(factor);
    }
    const transaction = this.drawn(timeMs);
    let changed: Draft | undefined;
    for (const entry of this.changes) {
      const level = intensity(entry, timeMs);
      if (level === 0) continue;
      changed ??= this.drafted(transaction);
      this.change(changed, entry, { level, timeMs });
    }
    if (changed === undefined) return transaction;
    const { customer, terminal, cents, scenario } = changed;
    return { timeMs: transaction.timeMs, customer, terminal, amount: cents / 100, scenario };
  }

  private drawn(timeMs: number): Transaction {
    const first = this.source.next(timeMs);
    for (const entry of this.mixes) {
      if (this.mixing.float() >= (entry.mix ?? 0) * intensity(entry, timeMs)) continue;
      const second = this.source.next(timeMs);
      return second.amount > first.amount ? second : first;
    }
    return first;
  }

  private change(
    draft: Draft,
    entry: DriftEntry,
    { level, timeMs }: { readonly level: number; readonly timeMs: number },
  ): void {
    if (entry.kind === 'covariate') {
      draft.cents = Math.round(draft.cents * partly(entry.amountFactor, level));
    } else if (entry.kind === 'stealth' && draft.scenario === scenarios.customer) {
      const factor = partly(entry.toFactor / entry.fromFactor, level);
      draft.cents = Math.round(draft.cents * factor);
    } else if (entry.kind === 'card-testing' && this.random.float() < entry.share * level) {
      this.testing.get(entry)?.act(draft, timeMs);
    }
  }

  private drafted({ customer, terminal, amount, scenario }: Transaction): Draft {
    return Object.assign(this.draft, {
      customer,
      terminal,
      cents: Math.round(amount * 100),
      scenario,
    });
  }
}

const worldKinds: ReadonlySet<DriftEntry['kind']> = new Set([
  'covariate',
  'stealth',
  'card-testing',
]);

const always = {
  kind: 'card-testing',
  share: 1,
  burstMs: 1,
  everyMs: 1,
} as const;

/**
 * Features as a broken pipeline delivers them. While a fault comes on gradually, that share of the rows
 * has it: as when instances of the pipeline are replaced one by one. The state below counts what happened,
 * not what was delivered.
 */
export function driftedFeatures(
  state: FeatureState,
  ledger: DriftLedger,
  random: Random,
): FeatureState {
  const chance = random.fork('broken pipeline');
  const broken = ledger.flatMap(entry => (entry.kind === 'broken-pipeline' ? [entry] : []));
  return {
    observe: (transaction, into, offset) => {
      state.observe(transaction, into, offset);
      for (const entry of broken) {
        const level = intensity(entry, transaction.timeMs);
        if (level === 0 || (level < 1 && chance.float() >= level)) continue;
        breakRow(entry, transaction, { into, offset });
      }
    },
  };
}

const columnOf = new Map<string, number>(featureNames.map((name, column) => [name, column]));
const weekend = featureNames.indexOf('is_weekend');
const night = featureNames.indexOf('is_night');

function breakRow(
  { fault }: DriftEntry & { readonly kind: 'broken-pipeline' },
  { timeMs }: Transaction,
  { into, offset }: { readonly into: Float64Array; readonly offset: number },
): void {
  if (fault.kind === 'time-zone') {
    const readMs = timeMs + fault.hours * hourMs;
    into[offset + weekend] = isWeekend(readMs) ? 1 : 0;
    into[offset + night] = isNight(readMs) ? 1 : 0;
    return;
  }
  for (const feature of fault.features) {
    const at = offset + (columnOf.get(feature) as number);
    into[at] = fault.kind === 'null' ? fault.value : (into[at] as number) * fault.factor;
  }
}

/** Delays of labels that the ledger makes longer or shorter, by when the transaction was. */
export function driftedDelay(delay: LabelDelay, ledger: DriftLedger): LabelDelay {
  const entries = ledger.flatMap(entry => (entry.kind === 'label-delay' ? [entry] : []));
  return {
    next: timeMs => {
      let delayMs = delay.next(timeMs);
      for (const entry of entries) delayMs *= partly(entry.delayFactor, intensity(entry, timeMs));
      return delayMs;
    },
  };
}
