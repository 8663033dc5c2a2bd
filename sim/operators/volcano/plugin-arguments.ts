/** The plug-ins of jobs, and how their arguments are read. @upstream volcano v1.15.1 pkg/controllers/job/plugins */

/** All plug-ins that a job may name. */
export const jobPlugins: readonly string[] = [
  ...['ssh', 'env', 'svc', 'tensorflow', 'mpi', 'pytorch', 'hcclrank', 'ray'],
];

/** The value of a flag, as Go's flag package reads it: `--name=value` or `--name value`. */
export function argumentOf(given: readonly string[], name: string, otherwise: string): string {
  for (const [index, text] of given.entries()) {
    const [flag = '', ...rest] = text.split('=');
    if (flag !== `-${name}` && flag !== `--${name}`) continue;
    return rest.length > 0 ? rest.join('=') : (given[index + 1] ?? otherwise);
  }
  return otherwise;
}

/** Whether a flag is set: `--name`, or `--name=true`. */
export function isArgumentSet(given: readonly string[], name: string): boolean {
  return given.some(text => {
    const [flag = '', value = 'true'] = text.split('=');
    return (flag === `-${name}` || flag === `--${name}`) && ['true', '1', 't'].includes(value);
  });
}
