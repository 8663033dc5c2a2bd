/** What expressions of Workflows may call besides the functions of the language. @upstream util/expr/env/env.go GetFuncMap */
import { parsed, plain, toFloat, toInt } from '../../../expr/functions.js';
import { Fault, type Fields } from '../../../expr/value.js';
import { queried } from './json-path.js';
import { sprig } from './sprig.js';

/** By their names. */
export const expressionFunctions: Fields = {
  asInt: ([value]) => toInt(value),
  asFloat: ([value]) => toFloat(value),
  toJson: ([value]) => JSON.stringify(plain(value)),
  jsonpath: ([text, path]) => {
    if (typeof text !== 'string' || typeof path !== 'string') {
      throw new Fault('cannot use a value that is no string as argument to call jsonpath');
    }
    return queried(parsed(text), path);
  },
  sprig,
};
