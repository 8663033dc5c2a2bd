/** Questions to the authorizer: the values that answer them belong to the API server. @upstream apiserver/pkg/cel/library/authz.go */
import { Opaque, noOverload, type CelValue } from '../values.js';
import type { CelFunctions } from './function.js';

const names =
  'path group serviceAccount resource subresource namespace name fieldSelector labelSelector check errored error allowed reason';

function ofObject(name: string) {
  return (value?: CelValue, ...args: readonly CelValue[]): CelValue =>
    (value instanceof Opaque ? value.invoke(name, args) : undefined) ?? noOverload();
}

/** The functions. */
export const authorization: CelFunctions = Object.fromEntries(
  names.split(' ').map(name => [name, ofObject(name)]),
);
