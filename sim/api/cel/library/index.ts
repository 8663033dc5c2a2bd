/** All functions that expressions may call, by their full names. */
import { amounts } from './amounts.js';
import { authorization } from './authorization.js';
import { conversions } from './conversions.js';
import { formats } from './formats.js';
import type { CelFunction } from './function.js';
import { lists } from './lists.js';
import { network } from './network.js';
import { operators } from './operators.js';
import { strings } from './strings.js';
import { times } from './times.js';

/** The functions by their names. */
export const celLibrary: ReadonlyMap<string, CelFunction> = new Map(
  [operators, conversions, times, strings, lists, network, amounts, formats, authorization].flatMap(
    functions => Object.entries(functions),
  ),
);
