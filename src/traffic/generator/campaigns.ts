/** Attack campaigns: frauds that come on top of the usual ones, from one instant to another. */
import type { Random } from '../../../sim/engine/random.js';
import { scenarios } from '../scenarios.js';

/** When a campaign runs, in milliseconds since the epoch. */
interface CampaignSpan {
  readonly name?: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Terminals are compromised: what is bought there is fraud. */
export interface TerminalCompromise extends CampaignSpan {
  readonly kind: 'terminal-compromise';
  /** How many terminals. */
  readonly terminals: number;
  /** The share of what is bought there that is fraud. Default 1. */
  readonly share?: number;
}

/** Stolen cards are tried out with amounts of 0.50 to 2.00, in bursts, at a few terminals. */
export interface CardTesting extends CampaignSpan {
  readonly kind: 'card-testing';
  /** The share of all transactions that are tries while a burst lasts. */
  readonly share: number;
  /** How many cards. Default 500. */
  readonly cards?: number;
  /** At how many terminals. Default 3. */
  readonly terminals?: number;
  /** How long a burst lasts, and how often one begins, in milliseconds. Default 5 and 15 minutes. */
  readonly burstMs?: number;
  readonly everyMs?: number;
}

/** Accounts are taken over: they buy anywhere, for more. */
export interface AccountTakeover extends CampaignSpan {
  readonly kind: 'account-takeover';
  /** The share of all transactions that the thieves make. */
  readonly share: number;
  /** How many accounts. Default 200. */
  readonly customers?: number;
  /** By what the usual amount is multiplied. Default 3. */
  readonly amountFactor?: number;
}

/** A campaign. */
export type Campaign = TerminalCompromise | CardTesting | AccountTakeover;

/** A transaction while it is made up. */
export interface Draft {
  customer: number;
  terminal: number;
  cents: number;
  scenario: number;
}

/** A campaign at work: it may turn a transaction of its time into one of its own. */
export interface CampaignAtWork {
  readonly fromMs: number;
  readonly untilMs: number;
  act(draft: Draft, timeMs: number): void;
}

/** What campaigns choose their victims from. */
export interface Victims {
  readonly customers: number;
  readonly terminals: number;
}

/** Chooses the victims of a campaign; what it does is drawn from its own stream. */
export function campaignAtWork(campaign: Campaign, there: Victims, random: Random): CampaignAtWork {
  const { fromMs, untilMs } = campaign;
  switch (campaign.kind) {
    case 'terminal-compromise':
      return { fromMs, untilMs, act: terminalCompromise(campaign, there, random) };
    case 'card-testing':
      return { fromMs, untilMs, act: cardTesting(campaign, there, random) };
    case 'account-takeover':
      return { fromMs, untilMs, act: accountTakeover(campaign, there, random) };
  }
}

type Act = CampaignAtWork['act'];

function terminalCompromise(campaign: TerminalCompromise, there: Victims, random: Random): Act {
  const terminals = new Set(some(campaign.terminals, there.terminals, random));
  const { share = 1 } = campaign;
  return draft => {
    if (!terminals.has(draft.terminal) || random.float() >= share) return;
    draft.scenario = scenarios.terminalCompromise;
  };
}

const minuteMs = 60_000;

function cardTesting(campaign: CardTesting, there: Victims, random: Random): Act {
  const { fromMs, share, burstMs = 5 * minuteMs, everyMs = 15 * minuteMs } = campaign;
  const cards = some(campaign.cards ?? 500, there.customers, random);
  const terminals = some(campaign.terminals ?? 3, there.terminals, random);
  return (draft, timeMs) => {
    if ((timeMs - fromMs) % everyMs >= burstMs || random.float() >= share) return;
    draft.customer = random.pick(cards);
    draft.terminal = random.pick(terminals);
    draft.cents = testingCents(random);
    draft.scenario = scenarios.cardTesting;
  };
}

/** The amount with which a card is tried out: 0.50 to 2.00, in cents. */
export const testingCents = (random: Random): number => 50 + random.integer(151);

function accountTakeover(campaign: AccountTakeover, there: Victims, random: Random): Act {
  const { share, amountFactor = 3 } = campaign;
  const accounts = some(campaign.customers ?? 200, there.customers, random);
  return draft => {
    if (random.float() >= share) return;
    draft.customer = random.pick(accounts);
    draft.terminal = random.integer(there.terminals);
    draft.cents = Math.round(draft.cents * amountFactor);
    draft.scenario = scenarios.accountTakeover;
  };
}

/** So many different numbers below a bound, or all of them when there are no more. */
function some(count: number, bound: number, random: Random): number[] {
  if (count * 2 >= bound) {
    return random.shuffle(Array.from({ length: bound }, (_, index) => index)).slice(0, count);
  }
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(random.integer(bound));
  return [...chosen];
}
