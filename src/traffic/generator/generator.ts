/** Transactions of any volume: the handbook's people and frauds, at instants that arrivals give. */
import type { Random } from '../../../sim/engine/random.js';
import { dayMs } from '../calendar.js';
import { scenarios } from '../scenarios.js';
import type { Transaction, TransactionSource } from '../transaction.js';
import { AliasTable } from './alias-table.js';
import { campaignAtWork, type Campaign, type CampaignAtWork, type Draft } from './campaigns.js';
import { Compromised } from './compromised.js';
import { choicesOf, peopleOf, type People, type PeopleSettings } from './people.js';

/** What the generator is made from; everything has a default. */
export interface GeneratorSettings extends PeopleSettings {
  /**
   * The share of transactions that are fraud while no campaign runs. Default .0084 as in the handbook,
   * which is 8 to 20 times what card networks report.
   */
  readonly fraudRate: number;
  /** Genuine amounts are at most this; the handbook's first scenario is above it. Default 220. */
  readonly amountMax: number;
  /** How long a terminal stays compromised, in milliseconds. Default 28 days. */
  readonly terminalStayMs: number;
  /** How long a card stays compromised, in milliseconds. Default 14 days. */
  readonly customerStayMs: number;
  /** By what the thief of a card multiplies its usual amount. Default 5. */
  readonly amountFactor: number;
  readonly campaigns: readonly Campaign[];
}

/** The defaults of the generator. */
export const generatorDefaults: GeneratorSettings = {
  customers: 5000,
  terminals: 10_000,
  radius: 5,
  fraudRate: 0.0084,
  amountMax: 220,
  terminalStayMs: 28 * dayMs,
  customerStayMs: 14 * dayMs,
  amountFactor: 5,
  campaigns: [],
};

/** A source whose usual frauds can be made more or fewer while it runs. */
export interface SteeredSource extends TransactionSource {
  /** From the next transaction on there are so many times the usual frauds. 1: as stated. */
  steerFrauds(factor: number): void;
}

/** How the handbook's frauds fall to its three scenarios: 973, 9,077 and 4,631 of 14,681. */
const scenarioShares = { largeAmount: 0.0663, terminal: 0.6183, customer: 0.3154 } as const;

/** The handbook makes a third of a compromised card's transactions fraudulent. */
const stolenShare = 1 / 3;

/** By how much the large amounts of the first scenario exceed the limit, in the mean: as there, in cents. */
const excessCents = 2200;

/**
 * Draws transactions in constant time each. Memory is that of the people: 100 bytes a customer and 50 a
 * terminal, and 4 bytes for each pair that is near. The genuine ones do not depend on the campaigns.
 */
export class TransactionGenerator implements SteeredSource {
  readonly settings: GeneratorSettings;
  private readonly people: People;
  private readonly customers: AliasTable;
  private readonly terminalsTaken: Compromised;
  private readonly cardsTaken: Compromised;
  private readonly campaigns: readonly CampaignAtWork[];
  private readonly random: Random;
  private readonly frauds: Random;
  private readonly draft: Draft = { customer: 0, terminal: 0, cents: 0, scenario: 0 };
  private factor = 1;

  constructor(random: Random, settings: Partial<GeneratorSettings> = {}) {
    this.settings = { ...generatorDefaults, ...settings };
    const { terminalStayMs, customerStayMs, campaigns } = this.settings;
    this.people = peopleOf(this.settings, random.fork('people'));
    const { customerShare, terminalShare } = this.people;
    this.customers = new AliasTable(customerShare);
    this.terminalsTaken = new Compromised(terminalShare, {
      stayMs: terminalStayMs,
      random: random.fork('compromised terminals'),
    });
    this.cardsTaken = new Compromised(customerShare, {
      stayMs: customerStayMs,
      random: random.fork('compromised cards'),
    });
    this.campaigns = campaigns.map((campaign, index) =>
      campaignAtWork(campaign, this.settings, random.fork(`campaign ${index}`)),
    );
    this.random = random.fork('transactions');
    this.frauds = random.fork('frauds');
  }

  steerFrauds(factor: number): void {
    this.factor = factor;
  }

  next(timeMs: number): Transaction {
    const { draft } = this;
    this.drawGenuine();
    this.drawFraud(timeMs);
    for (const campaign of this.campaigns) {
      if (timeMs >= campaign.fromMs && timeMs < campaign.untilMs) campaign.act(draft, timeMs);
    }
    const { customer, terminal, cents, scenario } = draft;
    return { timeMs, customer, terminal, amount: cents / 100, scenario };
  }

  private drawGenuine(): void {
    const { draft, random, people } = this;
    const customer = this.customers.draw(random);
    const { offsets, flat } = people.nearby;
    const chosen = random.integer(choicesOf(people.nearby, customer));
    draft.customer = customer;
    draft.terminal = flat[(offsets[customer] as number) + chosen] as number;
    draft.cents = this.genuineCents(people.meanAmount[customer] as number);
    draft.scenario = scenarios.genuine;
  }

  /** As in the handbook: normal, a negative one drawn again evenly; but none above the limit. */
  private genuineCents(mean: number): number {
    const { amountMax } = this.settings;
    const drawn = this.random.normal(mean, mean / 2);
    const amount =
      drawn < 0 || drawn > amountMax
        ? this.random.between(0, Math.min(mean * 2, amountMax))
        : drawn;
    return Math.round(amount * 100);
  }

  private drawFraud(timeMs: number): void {
    const { draft, frauds, terminalsTaken, cardsTaken } = this;
    const rate = this.settings.fraudRate * this.factor;
    const byTerminal = rate * scenarioShares.terminal;
    const byCustomer = rate * scenarioShares.customer;
    terminalsTaken.moveTo(timeMs, byTerminal);
    cardsTaken.moveTo(timeMs, byCustomer / stolenShare);
    if (frauds.float() < rate * scenarioShares.largeAmount) {
      draft.scenario = scenarios.largeAmount;
      draft.cents = Math.round(this.settings.amountMax * 100 + 1 + frauds.exponential(excessCents));
    } else if (terminalsTaken.has(draft.terminal)) {
      // Its members make a little more of the traffic than they should: the rest stays genuine.
      const isFraud = frauds.float() * terminalsTaken.share < byTerminal;
      if (isFraud) draft.scenario = scenarios.terminal;
    } else if (cardsTaken.has(draft.customer)) {
      if (frauds.float() * cardsTaken.share >= byCustomer) return;
      draft.scenario = scenarios.customer;
      draft.cents = Math.round(draft.cents * this.settings.amountFactor);
    }
  }
}
