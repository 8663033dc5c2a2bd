/** Checks of priority levels of requests. @upstream pkg/apis/flowcontrol/validation/validation.go ValidatePriorityLevelConfiguration */
import { deepEqual } from '../../../api/equality.js';
import type {
  ExemptPriorityLevelConfiguration,
  LimitedPriorityLevelConfiguration,
  LimitResponse,
  PriorityLevelConfiguration,
  PriorityLevelConfigurationSpec,
  QueuingConfiguration,
} from '../../../api/kinds/flowcontrol.js';
import { forbidden, invalid, notSupported, required, type FieldError } from '../field-error.js';
import { without } from '../defaults/fill.js';
import type { Errors } from './checks.js';
import { checkFlowConditions } from './flow-control.js';
import { goValue } from './go-value.js';

const types = ['Exempt', 'Limited'];
const zeroKey = 'flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares';

/** What is wrong with a priority level. */
export function validatePriorityLevel(
  level: PriorityLevelConfiguration,
  old?: PriorityLevelConfiguration,
): readonly FieldError[] {
  const errors: Errors = [];
  const { metadata, spec, status } = level;
  if (metadata.annotations?.[zeroKey] !== undefined) {
    errors.push(forbidden('metadata.annotations', `annotation '${zeroKey}' is forbidden`));
  }
  checkSpec(spec, metadata.name ?? '', errors);
  if (old !== undefined) checkMandatory(level, old, errors);
  checkFlowConditions(status?.conditions, errors);
  return errors;
}

function checkMandatory(
  { metadata, spec }: PriorityLevelConfiguration,
  old: PriorityLevelConfiguration,
  errors: Errors,
): void {
  const { name } = metadata;
  const value = () => goValue('flowcontrol/v1.PriorityLevelConfigurationSpec', spec);
  if (name === 'exempt') {
    if (deepEqual(without(spec ?? noSpec, 'exempt'), without(old.spec ?? noSpec, 'exempt'))) return;
    const text = "spec of 'exempt' except the 'spec.exempt' field must equal the fixed value";
    errors.push(invalid('spec', value(), text));
  } else if (name === 'catch-all' && !deepEqual(spec, old.spec)) {
    errors.push(invalid('spec', value(), `spec of '${name}' must equal the fixed value`));
  }
}

const noSpec: PriorityLevelConfigurationSpec = { type: '' };

function checkSpec(
  { type = '', limited, exempt }: PriorityLevelConfigurationSpec = noSpec,
  name: string,
  errors: Errors,
): void {
  if ((name === 'exempt') !== (type === 'Exempt')) {
    errors.push(invalid('spec.type', type, "must be 'Exempt' if and only if `name` is 'exempt'"));
  }
  if (type === 'Exempt') {
    if (limited !== undefined) {
      errors.push(forbidden('spec.limited', 'must be nil if the type is not Limited'));
    }
    if (exempt !== undefined) checkShares(exempt, 'spec.exempt', errors);
  } else if (type === 'Limited') {
    if (exempt !== undefined) {
      errors.push(forbidden('spec.exempt', 'must be nil if the type is Limited'));
    }
    if (limited === undefined) {
      errors.push(required('spec.limited', 'must not be empty when type is Limited'));
    } else checkLimited(limited, errors);
  } else errors.push(notSupported('spec.type', type, types));
}

function checkShares(
  {
    nominalConcurrencyShares: shares = 0,
    lendablePercent: percent = 0,
  }: ExemptPriorityLevelConfiguration | LimitedPriorityLevelConfiguration,
  path: string,
  errors: Errors,
  between?: () => void,
): void {
  if (shares < 0) {
    const text = 'must be a non-negative integer';
    errors.push(invalid(`${path}.nominalConcurrencyShares`, shares, text));
  }
  between?.();
  if (percent >= 0 && percent <= 100) return;
  const text = 'must be between 0 and 100, inclusive';
  errors.push(invalid(`${path}.lendablePercent`, percent, text));
}

function checkLimited(limited: LimitedPriorityLevelConfiguration, errors: Errors): void {
  const path = 'spec.limited';
  checkShares(limited, path, errors, () => {
    checkResponse(limited.limitResponse, `${path}.limitResponse`, errors);
  });
  const percent = limited.borrowingLimitPercent ?? 0;
  if (percent >= 0) return;
  const text = 'if specified, must be a non-negative integer';
  errors.push(invalid(`${path}.borrowingLimitPercent`, percent, text));
}

const responses = ['Queue', 'Reject'];

function checkResponse(
  { type, queuing }: LimitResponse = { type: '' },
  path: string,
  errors: Errors,
): void {
  const at = `${path}.queuing`;
  if (type === 'Reject') {
    const text = 'must be nil if limited.limitResponse.type is not Limited';
    if (queuing !== undefined) errors.push(forbidden(at, text));
  } else if (type === 'Queue') {
    const text = 'must not be empty if limited.limitResponse.type is Limited';
    if (queuing === undefined) errors.push(required(at, text));
    else checkQueues(queuing, at, errors);
  } else errors.push(notSupported(`${path}.type`, type ?? '', responses));
}

const queuesMax = 10_000_000;
const hashBitsMax = 60;

function checkQueues(
  { queueLengthLimit: limit = 0, queues = 0, handSize: hand = 0 }: QueuingConfiguration,
  path: string,
  errors: Errors,
): void {
  const positive = 'must be positive';
  if (limit <= 0) errors.push(invalid(`${path}.queueLengthLimit`, limit, positive));
  if (queues <= 0) errors.push(invalid(`${path}.queues`, queues, positive));
  else if (queues > queuesMax) {
    errors.push(invalid(`${path}.queues`, queues, `must not be greater than ${queuesMax}`));
  }
  const at = `${path}.handSize`;
  if (hand <= 0) errors.push(invalid(at, hand, positive));
  else if (hand > queues) {
    errors.push(invalid(at, hand, `should not be greater than queues (${queues})`));
  } else if (entropyBits(queues, hand) > hashBitsMax) {
    const text =
      `required entropy bits of deckSize ${queues} and handSize ${hand} should not be greater ` +
      `than ${hashBitsMax}`;
    errors.push(invalid(at, hand, text));
  }
}

/** @upstream apiserver/pkg/util/shufflesharding RequiredEntropyBits */
function entropyBits(deck: number, hand: number): number {
  return Math.ceil(Math.log2(deck) * hand);
}
