/** Programs of expressions of admission, compiled once: their types were checked when they were written. */
import { compileCel, type Compiled } from '../../api/cel/compile.js';
import { dynType } from '../../api/cel/types.js';
import { admissionScope } from '../../api/cel/admission-scope.js';

/** Variables of policies may have any name. */
class AnyVariable extends Map<string, typeof dynType> {
  override get(): typeof dynType {
    return dynType;
  }
}

const scope = admissionScope({
  hasParams: true,
  hasAuthorizer: true,
  makesObjects: true,
  variables: new AnyVariable(),
});

const programsMax = 4096;
const programs = new Map<string, Compiled>();

/** The program of the text; the same text gives the same program. */
export function admissionProgram(text: string): Compiled {
  const known = programs.get(text);
  if (known !== undefined) return known;
  if (programs.size >= programsMax) programs.clear();
  const program = compileCel(text, scope);
  programs.set(text, program);
  return program;
}
