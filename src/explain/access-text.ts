/** An answer about access as text: the verdict first, then by what, or what comes close and what would give it. */
import type { Account } from './account.js';
import { resourceText, type AccessAnswer, type AccessQuestion } from './access.js';

/** The answer in lines. */
export function accessText(
  account: Account,
  question: AccessQuestion,
  answer: AccessAnswer,
): string {
  const { isAllowed, reason, close, bindings, errors } = answer;
  const lines = [`${account.title} ${isAllowed ? 'may' : 'may not'} ${questionText(question)}`];
  for (const note of account.notes) lines.push(`  note     ${note}`);
  if (isAllowed) lines.push(`  by       ${reason.replace(/^RBAC: allowed by /, '')}`);
  else if (bindings === 0) lines.push('  why      no binding gives it anything here');
  else
    lines.push(
      `  why      ${bindings === 1 ? 'one binding reaches' : `${bindings} bindings reach`} it here, and none gives that`,
    );
  for (const error of errors)
    lines.push(`  missing  a binding names a role that is not there: ${error}`);
  for (const one of close) lines.push(`  close    ${one}`);
  if (!isAllowed) for (const one of remedy(account, question)) lines.push(`  fix      ${one}`);
  return `${lines.join('\n')}\n`;
}

/** `create jobs.batch in namespace ml`. */
export function questionText(question: AccessQuestion): string {
  const { verb, namespace, name, path } = question;
  if (path !== '') return `${verb} ${path}`;
  const what = `${resourceText(question)}${name === '' ? '' : ` "${name}"`}`;
  return `${verb} ${what}${namespace === '' ? '' : ` in namespace ${namespace}`}`;
}

/** The least that would give it. */
function remedy({ flag }: Account, question: AccessQuestion): string[] {
  const { verb, namespace, name, path } = question;
  const of = path === '' ? ` --resource=${resourceText(question)}` : ` --non-resource-url=${path}`;
  const only = name === '' || path !== '' ? '' : ` --resource-name=${name}`;
  const role = `${verb}-${question.resource || 'path'}`.replaceAll('*', 'all');
  const rights = `--verb=${verb}${of}${only}`;
  if (namespace === '') {
    return [
      `kubectl create clusterrole ${role} ${rights}`,
      `kubectl create clusterrolebinding ${role} --clusterrole=${role} ${flag}`,
    ];
  }
  return [
    `kubectl create role ${role} ${rights} -n ${namespace}`,
    `kubectl create rolebinding ${role} --role=${role} ${flag} -n ${namespace}`,
  ];
}
