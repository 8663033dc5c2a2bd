/** What the flavour assigner finds for a workload, and how it is told. @upstream kueue v0.19.2 pkg/scheduler/flavorassigner */
import { compareText } from '../../api/go-text.js';
import { flavorResource, type FlavorAmounts, type FlavorResource } from './quota-node.js';
import { resourceList, type Requests } from './requests.js';
import type { PodSetAssignment } from './types.js';

/** Whether quota is there: the worst first. */
export const modes = ['NoFit', 'Preempt', 'Fit'] as const;
/** One of the modes. */
export type Mode = (typeof modes)[number];

/** What preemption could do for a flavour: the worst first. */
export const preemptionModes = ['noFit', 'NoCandidates', 'Preempt', 'Reclaim', 'fit'] as const;
/** One of them. */
export type PreemptionMode = (typeof preemptionModes)[number];

/** The mode that is told of it. */
export function modeOf(mode: PreemptionMode): Mode {
  return mode === 'noFit' ? 'NoFit' : mode === 'fit' ? 'Fit' : 'Preempt';
}

/** The flavour that a resource of a set of pods gets. */
export interface FlavorChoice {
  readonly flavor: string;
  readonly mode: Mode;
  /** How far quota comes from: 0 is the queue itself. */
  readonly borrow: number;
  /** The last flavour that was tried; -1 when that was the last of all. */
  readonly triedIndex: number;
}

/** One flavour that was tried, and its worst outcome. */
export interface Attempt {
  readonly flavor: string;
  readonly mode: PreemptionMode;
  readonly borrow: number;
  readonly reasons: readonly string[];
}

/** What a set of pods gets. */
export interface SetAssignment {
  readonly name: string;
  readonly count: number;
  readonly requests: Requests;
  readonly flavors: ReadonlyMap<string, FlavorChoice>;
  readonly reasons: readonly string[];
  readonly attempts: readonly Attempt[];
}

/** What a workload gets. */
export interface Assignment {
  readonly sets: readonly SetAssignment[];
  readonly usage: FlavorAmounts;
  readonly borrowing: number;
}

/** The worst mode of all sets. */
export function modeOfAll({ sets }: Assignment): Mode {
  const all = sets.map(modeOfSet);
  return modes.find(mode => all.includes(mode)) ?? 'NoFit';
}

function modeOfSet({ reasons, flavors }: SetAssignment): Mode {
  if (reasons.length === 0) return 'Fit';
  if (flavors.size === 0) return 'NoFit';
  const all = [...flavors.values()].map(({ mode }) => mode);
  return modes.find(mode => all.includes(mode)) ?? 'Fit';
}

/** Why it does not fit, as the condition says it; empty when it does. */
export function messageOf({ sets }: Assignment): string {
  return sets
    .filter(({ reasons }) => reasons.length > 0)
    .map(({ name, reasons }) => {
      const all = [...reasons].sort(compareText).join(', ');
      return `couldn't assign flavors to pod set ${name}: ${all}`;
    })
    .join('; ');
}

/** The flavours of which there is too little now. */
export function scarceOf({ sets }: Assignment): ReadonlySet<FlavorResource> {
  const scarce = new Set<FlavorResource>();
  for (const { flavors } of sets) {
    for (const [resource, { flavor, mode }] of flavors) {
      if (mode === 'Preempt') scarce.add(flavorResource(flavor, resource));
    }
  }
  return scarce;
}

/** The assignment as the workload's status has it. */
export function podSetAssignments({ sets }: Assignment): readonly PodSetAssignment[] {
  return sets.map(({ name, count, requests, flavors }) => {
    const names = [...flavors].sort(([a], [b]) => compareText(a, b));
    const used = new Map(names.map(([resource]) => [resource, requests.get(resource) ?? 0]));
    return {
      name,
      flavors: Object.fromEntries(names.map(([resource, { flavor }]) => [resource, flavor])),
      resourceUsage: resourceList(used),
      count,
    };
  });
}

/** Whether another look may try flavours that this one did not come to. */
export function hasUntriedFlavors({ sets }: Assignment): boolean {
  return sets.some(({ flavors }) =>
    [...flavors.values()].some(({ triedIndex }) => triedIndex !== -1),
  );
}

/** The flavours that were not simply there, as events tell them. @upstream FormatFlavorAssignmentAttemptsForEvents */
export function consideredText({ sets }: Assignment): string {
  return sets
    .map(({ name, attempts }) => {
      const told = [...attempts]
        .sort((a, b) => compareText(a.flavor, b.flavor))
        .filter(({ mode, borrow }) => mode !== 'fit' || borrow > 0)
        .map(attemptText);
      return told.length === 0 ? '' : `${name}: ${told.join(', ')}`;
    })
    .filter(text => text !== '')
    .join(' | ');
}

function attemptText({ flavor, mode, borrow, reasons }: Attempt): string {
  const isPlain = mode === 'noFit' || mode === 'fit';
  const parts = [isPlain ? modeOf(mode) : `preemptionMode=${mode}`];
  if (borrow > 0) parts.push(`borrow=${borrow}`);
  parts.push(...reasons);
  return `${flavor}(${parts.join(';')})`;
}
