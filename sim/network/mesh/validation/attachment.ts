/**
 * What is said of whom a policy is about.
 * @upstream pkg/config/validation/validation.go
 */
import { goQuote } from '../../../api/go-text.js';
import type { Attachment, TargetReference, WorkloadSelector } from '../kinds.js';

/** The errors of a policy's attachment. */
export function attachmentErrors(spec: Attachment): readonly string[] {
  const { selector, targetRef, targetRefs = [] } = spec;
  const ways = [selector !== undefined, targetRef !== undefined, targetRefs.length > 0];
  const one =
    ways.filter(Boolean).length > 1
      ? ['only one of targetRefs or workloadSelector can be set']
      : [];
  return [
    ...one,
    ...selectorErrors(selector),
    ...targetErrors(targetRef),
    ...targetRefs.flatMap(targetErrors),
  ];
}

/** The errors of a selector. */
export function selectorErrors(selector: WorkloadSelector | undefined): readonly string[] {
  return Object.entries(selector?.matchLabels ?? {}).flatMap(([key, value]) => {
    const pair = goQuote(`${key}=${value}`);
    return [
      ...(key === '' ? [`empty key is not supported in selector: ${pair}`] : []),
      ...(`${key}${value}`.includes('*') ? [`wildcard is not supported in selector: ${pair}`] : []),
    ];
  });
}

/** A selector without labels selects everything, which few mean. */
export function selectorWarnings(selector: WorkloadSelector | undefined): readonly string[] {
  if (selector === undefined || Object.keys(selector.matchLabels ?? {}).length > 0) return [];
  return ['workload selector specified without labels'];
}

const targets = [
  'core/Service',
  'networking.istio.io/ServiceEntry',
  'gateway.networking.k8s.io/Gateway',
  'gateway.networking.k8s.io/GatewayClass',
];

/** As Go prints the list of them. */
const printedTargets =
  '[core/v1/Service networking.istio.io/v1/ServiceEntry ' +
  'gateway.networking.k8s.io/v1/Gateway gateway.networking.k8s.io/v1/GatewayClass]';

function targetErrors(target: TargetReference | undefined): readonly string[] {
  if (target === undefined) return [];
  const { group = '', kind = '', name = '', namespace = '' } = target;
  const isAllowed = targets.includes(`${group === '' ? 'core' : group}/${kind}`);
  const errors = [
    [name === '', 'targetRef name must be set'],
    [
      namespace !== '',
      'targetRef namespace must not be set; cross namespace referencing is not supported',
    ],
    [!isAllowed, `targetRef must be to one of ${printedTargets} but was ${group}/${kind}`],
  ] as const;
  return errors.filter(([isWrong]) => isWrong).map(([, error]) => error);
}
