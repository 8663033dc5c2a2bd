/** The webhook that refuses LeaderWorkerSets. @upstream lws v0.10.0 pkg/webhooks/leaderworkerset_webhook.go */
import { invalid, printedError, type FieldError } from '../../api/field-error.js';
import { scaledOr0, scaledValue, type IntOrString } from '../../api/int-or-string.js';
import { dns1035LabelErrors, percentErrors } from '../../api/labels.js';
import type { Webhook, WebhookVerdict } from '../admission/webhook.js';
import { keys } from './keys.js';
import { filledOf, type LeaderWorkerSet } from './types.js';

const int32Max = 2_147_483_647;
const groupsMax = 1_000_000;
const sizePath = 'spec.leaderWorkerTemplate.SubGroupPolicy.subGroupSize';

/** Judges creations and updates. */
export const validateLeaderWorkerSet: Webhook = function* ({ object, oldObject }) {
  if (object === undefined) return { isAllowed: true };
  const set = object as unknown as LeaderWorkerSet;
  const panic = panicOf(set);
  if (panic !== undefined) return { isAllowed: false, code: 500, message: panic };
  const old = oldObject as unknown as LeaderWorkerSet | undefined;
  return verdict([...errorsOf(set), ...(old === undefined ? [] : changeErrors(set, old))]);
};

/** Upstream reads the size of subgroups without asking whether there is one, and divides by it. */
function panicOf({ spec }: LeaderWorkerSet): string | undefined {
  const { subGroupPolicy } = spec.leaderWorkerTemplate;
  if (subGroupPolicy === undefined || (subGroupPolicy.subGroupSize ?? 0) !== 0) return undefined;
  const why =
    subGroupPolicy.subGroupSize === undefined
      ? 'invalid memory address or nil pointer dereference'
      : 'integer divide by zero';
  return `panic: runtime error: ${why} [recovered]`;
}

function verdict(errors: readonly FieldError[]): WebhookVerdict {
  const texts = [...new Set(errors.map(printedError))];
  const [first] = texts;
  if (first === undefined) return { isAllowed: true };
  return { isAllowed: false, message: texts.length === 1 ? first : `[${texts.join(', ')}]` };
}

function errorsOf(set: LeaderWorkerSet): readonly FieldError[] {
  const { name = '' } = set.metadata;
  const { replicas, size } = filledOf(set);
  const sizes = 'spec.leaderWorkerTemplate.size';
  const product = `the product of replicas and worker replicas must not exceed ${int32Max}`;
  const refused = (isWrong: boolean, path: string, value: unknown, why: string) =>
    isWrong ? [invalid(path, value, why)] : [];
  return [
    ...dns1035LabelErrors(name).map(why => invalid('metadata.name', name, why)),
    ...refused(replicas < 0, 'spec.replicas', replicas, 'replicas must be equal or greater than 0'),
    ...refused(
      replicas > groupsMax,
      'spec.replicas',
      replicas,
      `replicas must be equal or less than ${groupsMax}`,
    ),
    ...refused(size < 1, sizes, size, 'size must be equal or greater than 1'),
    ...refused(replicas * size > int32Max, 'spec.replicas', replicas, product),
    ...rolloutErrors(set),
    ...subGroupErrors(set),
  ];
}

function rolloutErrors(set: LeaderWorkerSet): readonly FieldError[] {
  const { replicas, maxSurge, maxUnavailable, partition } = filledOf(set);
  const path = 'spec.rolloutStrategy.rollingUpdateConfiguration';
  const unscaled = [
    [maxUnavailable, `${path}.maxUnavailable`] as const,
    [maxSurge, `${path}.maxSurge`] as const,
  ].filter(([value]) => !scaledValue(value, replicas, 'down').isOk);
  const none =
    scaledOr0(maxUnavailable, replicas, 'down') === 0 && scaledOr0(maxSurge, replicas, 'up') === 0;
  return [
    ...amountErrors(maxUnavailable, `${path}.maxUnavailable`),
    ...amountErrors(maxSurge, `${path}.maxSurge`),
    ...(partition < 0
      ? [invalid(`${path}.partition`, partition, 'must be greater than or equal to 0')]
      : []),
    ...unscaled.map(([value, where]) => invalid(where, value, 'invalid value')),
    ...(none && replicas !== 0
      ? [invalid(`${path}.maxUnavailable`, maxUnavailable, 'must not be 0 when `maxSurge` is 0')]
      : []),
  ];
}

function amountErrors(value: IntOrString, path: string): readonly FieldError[] {
  if (typeof value === 'number') {
    return value < 0 ? [invalid(path, value, 'must be greater than or equal to 0')] : [];
  }
  const malformed = percentErrors(value);
  if (malformed.length > 0) return malformed.map(why => invalid(path, value, why));
  return Number(value.slice(0, -1)) > 100
    ? [invalid(path, value, 'must not be greater than 100%')]
    : [];
}

function subGroupErrors(set: LeaderWorkerSet): readonly FieldError[] {
  const { subGroupPolicy } = set.spec.leaderWorkerTemplate;
  const topology = set.metadata.annotations?.[keys.subGroupExclusive];
  if (subGroupPolicy === undefined) {
    const why = 'cannot have subgroup-exclusive-topology without subGroupSize set';
    const path = `metadata.annotations.${keys.subGroupExclusive}`;
    return topology === undefined ? [] : [invalid(path, topology, why)];
  }
  const { size } = filledOf(set);
  const { subGroupSize = 1, subGroupPolicyType } = subGroupPolicy;
  const isEven = size % subGroupSize === 0;
  const isEvenWithoutLeader = (size - 1) % subGroupSize === 0;
  const problems = [
    ...(subGroupSize < 1 ? ['subGroupSize must be equal or greater than 1'] : []),
    ...(isEven || isEvenWithoutLeader
      ? []
      : ['size or size - 1 must be divisible by subGroupSize']),
    ...(size < subGroupSize ? ['subGroupSize cannot be larger than size'] : []),
    ...(subGroupPolicyType === 'LeaderExcluded' && !isEvenWithoutLeader
      ? ['size-1 must be divisible by subGroupSize when using LeaderExcluded']
      : []),
  ];
  return problems.map(why => invalid(sizePath, subGroupSize, why));
}

function changeErrors(set: LeaderWorkerSet, old: LeaderWorkerSet): readonly FieldError[] {
  const before = old.spec.leaderWorkerTemplate.subGroupPolicy;
  const after = set.spec.leaderWorkerTemplate.subGroupPolicy;
  if (after !== undefined && before !== undefined) {
    return after.subGroupSize === before.subGroupSize
      ? []
      : [invalid(sizePath, after.subGroupSize, 'field is immutable')];
  }
  if (after !== undefined) {
    const why = 'cannot enable subGroupSize after the lws is already created';
    return [invalid(sizePath, after.subGroupSize, why)];
  }
  return before === undefined
    ? []
    : [invalid(sizePath, before.subGroupSize, 'cannot remove subGroupSize after enabled')];
}
