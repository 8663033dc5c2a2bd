/** The rules of the house as functions from sources to violations. */
import { dirname, join } from 'node:path';
import ts from 'typescript';
import {
  ambientExceptions,
  httpPackages,
  notPlugins,
  oldExceptions,
  pluginFolders,
  simImports,
  simPackages,
  sizeExceptions,
  sizes,
  srcLayers,
} from './rules.js';
import { isTest, lineOf, parse, type Source, type Violation } from './source.js';

/** A rule of the house. */
export type Check = (sources: readonly Source[]) => Violation[];

const isExcepted = (path: string, exceptions: Readonly<Record<string, string>>): boolean =>
  Object.keys(exceptions).some(prefix => path.startsWith(prefix));

/** Imports go down the map, never up, never round. */
export const importsGoDown: Check = sources =>
  sources
    .filter(source => !isTest(source.path))
    .flatMap(source =>
      importsOf(source).flatMap(({ specifier, line }) => {
        const what = refusal(source.path, specifier);
        return what === undefined ? [] : [{ path: source.path, line, what }];
      }),
    );

function refusal(path: string, specifier: string): string | undefined {
  const isSim = path.startsWith('sim/');
  const isHttp = path.startsWith('sim/http/');
  if (specifier.startsWith('node:')) {
    return isSim && !isHttp ? `${specifier} in sim/ outside sim/http` : undefined;
  }
  if (!specifier.startsWith('.')) {
    if (!isSim) return undefined;
    const allowed = isHttp ? [...simPackages, ...httpPackages] : simPackages;
    const isKnown = allowed.some(name => specifier === name || specifier.startsWith(`${name}/`));
    return isKnown ? undefined : `the package ${specifier} is not on the allow list of sim/`;
  }
  const target = join(dirname(path), specifier).replaceAll('\\', '/');
  if (isSim) return target.startsWith('sim/') ? simRefusal(path, target) : 'sim/ imports src/';
  return path.startsWith('src/') && target.startsWith('src/')
    ? srcRefusal(path, target)
    : undefined;
}

function simRefusal(path: string, target: string): string | undefined {
  const [, from = '', ...rest] = path.split('/');
  const [, to = ''] = target.split('/');
  if (rest.length === 0 || from === to) return undefined;
  if (!(simImports[from] ?? []).includes(to)) return `${from} may not import ${to}`;
  return undefined;
}

function srcRefusal(path: string, target: string): string | undefined {
  const layerOf = (file: string): number => {
    const room = (file.split('/')[1] ?? '').replace(/\.js$/, '.ts');
    return srcLayers.findIndex(layer => layer.includes(room));
  };
  const from = layerOf(path);
  const to = layerOf(target);
  if (from < 0 || to < 0) return undefined;
  const isSameRoom = path.split('/')[1] === target.split('/')[1];
  return to > from || isSameRoom ? undefined : 'imports go up or sideways';
}

function importsOf(source: Source): { readonly specifier: string; readonly line: number }[] {
  const file = parse(source);
  const found: { specifier: string; line: number }[] = [];
  const visit = (node: ts.Node): void => {
    const specifier =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
          ? node.arguments[0]
          : undefined;
    if (specifier !== undefined && ts.isStringLiteral(specifier)) {
      found.push({ specifier: specifier.text, line: lineOf(file, node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

const ambientNames = new Set([
  'performance',
  'process',
  'crypto',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
]);

/** Time and chance are arguments: only src/host.ts and sim/http touch the ambient ones. */
export const nothingAmbient: Check = sources =>
  eachNode(
    sources.filter(
      ({ path }) =>
        /^(sim|src)\//.test(path) &&
        !isTest(path) &&
        !path.startsWith('sim/http/') &&
        !isExcepted(path, ambientExceptions),
    ),
    node => {
      if (ts.isPropertyAccessExpression(node)) {
        const text = `${node.expression.getText()}.${node.name.text}`;
        if (text === 'Date.now' || text === 'Math.random') return text;
      }
      const isBareDate =
        ts.isNewExpression(node) &&
        node.expression.getText() === 'Date' &&
        (node.arguments?.length ?? 0) === 0;
      if (isBareDate) return 'new Date()';
      if (!ts.isIdentifier(node) || !ambientNames.has(node.text)) return undefined;
      return isFreeName(node) ? node.text : undefined;
    },
  );

/** Whether an identifier stands for a global: not a property's name, a declaration's or a parameter's. */
function isFreeName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node && !isDeclared(node);
  if (ts.isCallExpression(parent)) return parent.expression === node && !isDeclared(node);
  return false;
}

function isDeclared(node: ts.Identifier): boolean {
  const text = node.getSourceFile().text;
  return new RegExp(
    `(const|let|function|import[^;]*|[({,]\\s*(readonly |private )*)\\s*\\b${node.text}\\b\\s*[:,=)}]`,
  ).test(text);
}

/** Everything under sim/ but sim/http runs to completion. */
export const nothingAsync: Check = sources =>
  eachNode(
    sources.filter(
      ({ path }) => path.startsWith('sim/') && !path.startsWith('sim/http/') && !isTest(path),
    ),
    node => {
      if (node.kind === ts.SyntaxKind.AsyncKeyword) return 'async';
      if (node.kind === ts.SyntaxKind.AwaitExpression) return 'await';
      if (ts.isIdentifier(node) && node.text === 'Promise') return 'Promise';
      return undefined;
    },
  );

/**
 * What a simulation makes while it runs is allocated young. V8 puts some functions, and what it needs for
 * them, into its old space, where they keep the whole of a dead simulation until all garbage is collected.
 */
export const nothingBornOld: Check = sources =>
  eachNode(
    sources.filter(
      ({ path }) => path.startsWith('sim/') && !isTest(path) && !isExcepted(path, oldExceptions),
    ),
    node => {
      if (ts.isBinaryExpression(node)) return oldByAssignment(node);
      if (!isInFunction(node)) return undefined;
      if (ts.isAccessor(node) && ts.isObjectLiteralExpression(node.parent))
        return 'an accessor in an object literal: write a class';
      if (ts.isClassLike(node)) return 'a class made in a function: write it at the top';
      const isGenerator = ts.isFunctionLike(node) && 'asteriskToken' in node && node.asteriskToken;
      if (isGenerator && !ts.isClassLike(node.parent))
        return 'a generator function made in a function: write it at the top, or a method';
      return undefined;
    },
  );

function oldByAssignment({ left, operatorToken, right }: ts.BinaryExpression): string | undefined {
  const isFunction = ts.isArrowFunction(right) || ts.isFunctionExpression(right);
  const isPlace = ts.isPropertyAccessExpression(left) || ts.isElementAccessExpression(left);
  if (operatorToken.kind !== ts.SyntaxKind.EqualsToken || !isFunction || !isPlace) return undefined;
  return 'a function written where it is assigned to a property: give it a name first';
}

function isInFunction(node: ts.Node): boolean {
  return ts.findAncestor(node.parent, ts.isFunctionLike) !== undefined;
}

/** Files, functions and lines stay small. */
export const sizesHold: Check = sources =>
  sources
    .filter(({ path }) => !isExcepted(path, sizeExceptions))
    .flatMap(source => {
      const { path, text } = source;
      const lines = text.trimEnd().split('\n');
      const found: Violation[] = [];
      if (lines.length > sizes.linesMax) {
        found.push({ path, line: lines.length, what: `${lines.length} lines` });
      }
      lines.forEach((line, index) => {
        const isLong = line.length > sizes.columnsMax && !/['"`*/]/.test(line);
        if (isLong) found.push({ path, line: index + 1, what: `${line.length} columns` });
      });
      return [...found, ...(isTest(path) ? [] : longFunctions(source))];
    });

function longFunctions(source: Source): Violation[] {
  return eachNode([source], node => {
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return undefined;
    const file = node.getSourceFile();
    const { line: first } = file.getLineAndCharacterOfPosition(node.getStart(file));
    const { line: last } = file.getLineAndCharacterOfPosition(node.end);
    const length = last - first + 1;
    return length > sizes.functionLinesMax ? `a function of ${length} lines` : undefined;
  });
}

/** Every export has its sentence of TSDoc. */
export const exportsAreDocumented: Check = sources =>
  sources
    .filter(({ path }) => !isTest(path) && !path.startsWith('sim/api/kinds/'))
    .flatMap(source => {
      const file = parse(source);
      return file.statements.filter(isExported).flatMap(statement => {
        const comments = ts.getJSDocCommentsAndTags(statement);
        const has = comments.length > 0;
        if (has || ts.isExportDeclaration(statement) || isOverload(statement)) return [];
        const what = `an export without a sentence: ${statement.getText(file).slice(0, 60).split('\n')[0] ?? ''}`;
        return [{ path: source.path, line: lineOf(file, statement), what }];
      });
    });

function isExported(statement: ts.Statement): boolean {
  if (!ts.canHaveModifiers(statement)) return false;
  return (ts.getModifiers(statement) ?? []).some(
    modifier => modifier.kind === ts.SyntaxKind.ExportKeyword,
  );
}

function isOverload(statement: ts.Statement): boolean {
  return ts.isFunctionDeclaration(statement) && statement.body === undefined;
}

/** Every plug-in has its line in the index of its folder. */
export const pluginsAreListed: Check = sources =>
  pluginFolders.flatMap(folder => {
    const index = sources.find(({ path }) => path === `${folder}/index.ts`);
    const plugins = sources.filter(
      ({ path }) =>
        dirname(path) === folder &&
        path !== `${folder}/index.ts` &&
        !/\.(test|bench)\.ts$/.test(path) &&
        !(path in notPlugins),
    );
    return plugins
      .filter(
        ({ path }) => !(index?.text ?? '').includes(`./${path.slice(folder.length + 1, -3)}.js`),
      )
      .map(({ path }) => ({ path, line: 1, what: `no line in ${folder}/index.ts` }));
  });

function eachNode(
  sources: readonly Source[],
  judge: (node: ts.Node) => string | undefined,
): Violation[] {
  return sources.flatMap(source => {
    const file = parse(source);
    const found: Violation[] = [];
    const visit = (node: ts.Node): void => {
      const what = judge(node);
      if (what !== undefined) found.push({ path: source.path, line: lineOf(file, node), what });
      node.getChildren(file).forEach(visit);
    };
    visit(file);
    return found;
  });
}
