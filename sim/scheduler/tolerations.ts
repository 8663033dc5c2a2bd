/** Which taints a pod puts up with. @upstream staging/src/k8s.io/api/core/v1/toleration.go */
import type { Taint, Toleration } from '../api/kinds/core.js';
import { isInt64 } from '../api/selectors.js';

/** How tolerations are read. */
export interface TolerationOptions {
  /** Whether `Gt` and `Lt` are understood: the gate TaintTolerationComparisonOperators. */
  readonly comparesNumbers: boolean;
}

/** Whether one of the tolerations covers the taint. */
export function tolerates(
  tolerations: readonly Toleration[],
  taint: Taint,
  options: TolerationOptions,
): boolean {
  for (const toleration of tolerations) {
    if (covers(toleration, taint, options)) return true;
  }
  return false;
}

/** Whether a taint that keeps pods off the node (NoSchedule, NoExecute) is not tolerated. */
export function hasUntoleratedTaint(
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[],
  options: TolerationOptions,
): boolean {
  if (taints === undefined) return false;
  for (const taint of taints) {
    if (taint.effect !== 'NoSchedule' && taint.effect !== 'NoExecute') continue;
    if (!tolerates(tolerations, taint, options)) return true;
  }
  return false;
}

function covers(toleration: Toleration, taint: Taint, options: TolerationOptions): boolean {
  const { effect = '', key = '', operator = '', value = '' } = toleration;
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  switch (operator) {
    case '':
    case 'Equal':
      return value === (taint.value ?? '');
    case 'Exists':
      return true;
    case 'Gt':
    case 'Lt':
      return options.comparesNumbers && compares(operator, taint.value ?? '', value);
    default:
      return false;
  }
}

const decimalInteger = /^(0|-?[1-9]\d*)$/;

function compares(operator: 'Gt' | 'Lt', taintValue: string, bound: string): boolean {
  const areNumbers = [taintValue, bound].every(text => decimalInteger.test(text) && isInt64(text));
  if (!areNumbers) return false;
  const [left, right] = [BigInt(taintValue), BigInt(bound)];
  return operator === 'Gt' ? left > right : left < right;
}
