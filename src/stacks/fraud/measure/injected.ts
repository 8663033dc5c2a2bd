/** What the ledger injects, as it is told. */
import type { DriftEntry, DriftLedger } from '../../../traffic/drift/ledger.js';
import type { InjectedDrift } from './recovery.js';

/** The entries that change something, in the order of time. */
export function injectedDrifts(ledger: DriftLedger): readonly InjectedDrift[] {
  return ledger
    .filter(({ kind }) => kind !== 'none')
    .map(entry => ({
      kind: entry.kind,
      description: descriptionOf(entry),
      injectedMs: entry.atMs,
    }))
    .sort((a, b) => a.injectedMs - b.injectedMs);
}

function descriptionOf(entry: DriftEntry): string {
  const how = entry.ramp.kind === 'sudden' ? '' : `, ${entry.ramp.kind}`;
  const name = entry.name === undefined ? '' : `${entry.name}: `;
  return `${name}${whatOf(entry)}${how}`;
}

function whatOf(entry: DriftEntry): string {
  switch (entry.kind) {
    case 'covariate':
      return `all amounts times ${entry.amountFactor}`;
    case 'stealth':
      return `thieves multiply amounts by ${entry.toFactor} instead of ${entry.fromFactor}`;
    case 'card-testing':
      return `${(entry.share * 100).toFixed(1)} % of the payments are tiny tries of stolen cards`;
    case 'prior':
      return `${entry.fraudFactor} times the usual frauds`;
    case 'broken-pipeline':
      return entry.fault.kind === 'time-zone'
        ? `the pipeline reads the clock ${entry.fault.hours} h ahead`
        : `the pipeline delivers ${entry.fault.features.join(', ')} wrongly (${entry.fault.kind})`;
    case 'label-delay':
      return `labels come ${entry.delayFactor} times later`;
    case 'none':
      return 'nothing';
  }
}
