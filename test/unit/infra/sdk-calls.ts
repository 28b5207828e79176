import { globSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Names that make calls of AWS, by package: commands, and functions and classes that send some by themselves. */
const SDK = /[\\/]node_modules[\\/]@(aws-sdk|aws-lambda-powertools)[\\/]/;
const OPENSEARCH = /[\\/]node_modules[\\/]@opensearch-project[\\/]/;
const OF_TABLES = /[\\/]dynamodb-[\w-]+[.]ts$/;
const fileOf = (node: ts.Node): string => node.getSourceFile().fileName;
/** The writes of a transaction, which need the permission of each. */
const WRITES = ['ConditionCheck', 'Delete', 'Put', 'Update'];

/** Parses and type-checks all programs, once. */
let parsed: { program: ts.Program; checker: ts.TypeChecker } | undefined;
function sources() {
  if (parsed) return parsed;
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, ROOT);
  const { tsBuildInfoFile: _, ...rest } = options;
  const entries = globSync(['functions/*/*/handler.ts', 'gpu-worker/main.ts'], { cwd: ROOT });
  const program = ts.createProgram(
    entries.map((entry) => join(ROOT, entry)),
    { ...rest, incremental: false },
  );
  parsed = { program, checker: program.getTypeChecker() };
  return parsed;
}

/**
 * Returns the SDK's commands that a program can send, as its types tell: what is reachable from its first statement, where
 * a method of an adapter counts only if something reachable calls it, by itself or through the port that it implements.
 * @param entry from the repository's root
 */
export function sdkCalls(entry: string): Set<string> {
  const { program, checker } = sources();
  const file = program.getSourceFile(join(ROOT, entry));
  if (!file) throw new Error(`There is no program ${entry}.`);
  const calls = new Set<string>();
  const visited = new Set<ts.Node>();
  /** Declarations of properties that reachable code reads. */
  const read = new Set<ts.Node>();
  /** Members of objects whose property nothing has read yet, by the declarations that would read it. */
  const waiting = new Map<ts.Node, ts.Node[]>();
  const queue: ts.Node[] = [...file.statements];

  const isOurs = (node: ts.Node): boolean => !/[\\/]node_modules[\\/]/.test(fileOf(node));

  function readProperty(symbol: ts.Symbol | undefined): void {
    for (const declaration of symbol?.declarations ?? []) {
      if (read.has(declaration)) continue;
      read.add(declaration);
      queue.push(...(waiting.get(declaration) ?? []));
    }
  }

  /** Visits a member of an object now if something reads it already, or code that is not ours may. */
  function member(node: ts.ObjectLiteralElementLike, body: ts.Node): void {
    const own = node.name && checker.getSymbolAtLocation(node.name);
    const name = own?.getName() ?? '';
    const expected = checker.getContextualType(node.parent as ts.ObjectLiteralExpression)?.getProperty(name);
    const readers = [...(expected?.declarations ?? []), ...(own?.declarations ?? [])];
    if (expected?.declarations?.some((each) => !isOurs(each)) || readers.some((each) => read.has(each)))
      queue.push(body);
    else for (const each of readers) waiting.set(each, [...(waiting.get(each) ?? []), body]);
  }

  function reference(node: ts.Identifier): void {
    const found = ts.isShorthandPropertyAssignment(node.parent)
      ? checker.getShorthandAssignmentValueSymbol(node.parent)
      : checker.getSymbolAtLocation(node);
    const symbol = found && found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found;
    for (const declaration of symbol?.declarations ?? []) {
      if (!isOurs(declaration)) {
        if (SDK.test(fileOf(declaration)) && !ts.isTypeNode(node.parent)) calls.add(node.text);
      } else if (isCode(declaration)) queue.push(declaration);
      else if (ts.isBindingElement(declaration)) queue.push(declaredBy(declaration));
    }
  }

  function visit(node: ts.Node): void {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node)) return;
    const body = memberBody(node, checker);
    if (body) member(body.of, body.value);
    else if (ts.isIdentifier(node) && !isName(node)) reference(node);
    else {
      recordCall(node);
      if (ts.isPropertyAccessExpression(node)) readProperty(checker.getSymbolAtLocation(node.name));
      if (ts.isObjectBindingPattern(node))
        for (const { propertyName, name } of node.elements)
          readProperty(checker.getTypeAtLocation(node).getProperty((propertyName ?? name).getText()));
      ts.forEachChild(node, (child) => {
        if (!isDeclaredFunction(child)) visit(child);
      });
    }
  }

  /** Records the writes of transactions, and calls of OpenSearch's client such as `indices.create`. */
  function recordCall(node: ts.Node): void {
    if (ts.isPropertyAssignment(node) && WRITES.includes(node.name.getText()) && OF_TABLES.test(fileOf(node)))
      calls.add(`Transact${node.name.getText()}`);
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return;
    const [declaration] = checker.getSymbolAtLocation(node.expression.name)?.declarations ?? [];
    if (declaration && OPENSEARCH.test(fileOf(declaration)))
      calls.add(
        node.expression.getText().replace(/^.*?((indices\.|cluster\.|nodes\.)?\w+)$/, 'OpenSearch $1'),
      );
  }

  for (let node = queue.pop(); node; node = queue.pop()) {
    if (visited.has(node)) continue;
    visited.add(node);
    if (ts.isIdentifier(node)) reference(node);
    else if (ts.isFunctionDeclaration(node)) ts.forEachChild(node, visit);
    else if (ts.isVariableDeclaration(node)) ts.forEachChild(node, visit);
    else visit(node);
  }
  return calls;
}

const isFunction = (node: ts.Node | undefined): boolean =>
  node !== undefined && (ts.isArrowFunction(node) || ts.isFunctionExpression(node));
/** True for a function with a name: it is visited when something refers to it. */
const isDeclaredFunction = (node: ts.Node): boolean =>
  ts.isFunctionDeclaration(node) ||
  (ts.isVariableStatement(node) &&
    node.declarationList.declarations.every(({ initializer }) => isFunction(initializer)));
const isCode = (node: ts.Node): boolean =>
  ts.isFunctionDeclaration(node) || ts.isVariableDeclaration(node) || ts.isClassDeclaration(node);
/** True for an identifier that names its parent, and refers to nothing. */
const isName = (node: ts.Identifier): boolean =>
  (ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) ||
  ('name' in node.parent && node.parent.name === node && !ts.isShorthandPropertyAssignment(node.parent)) ||
  (ts.isBindingElement(node.parent) && node.parent.propertyName === node);

/** Returns the member of an object that a node is, if it runs nothing before it is called. */
function memberBody(
  node: ts.Node,
  checker: ts.TypeChecker,
): { of: ts.ObjectLiteralElementLike; value: ts.Node } | undefined {
  if (ts.isMethodDeclaration(node) && ts.isObjectLiteralExpression(node.parent))
    return { of: node, value: node.body ?? node };
  if (ts.isPropertyAssignment(node) && isDeferred(node.initializer, checker))
    return { of: node, value: node.initializer };
  if (ts.isShorthandPropertyAssignment(node)) return { of: node, value: node.name };
  return undefined;
}

/** True for a function, a reference to one, and what a function beside the object returns: `fail: failFrom('indexed')`. */
function isDeferred(node: ts.Node, checker: ts.TypeChecker): boolean {
  if (isFunction(node) || ts.isIdentifier(node)) return true;
  if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return false;
  const [declaration] = checker.getSymbolAtLocation(node.expression)?.declarations ?? [];
  return declaration !== undefined && ts.isVariableDeclaration(declaration) && !isTopLevel(declaration);
}

const isTopLevel = (node: ts.VariableDeclaration): boolean => ts.isSourceFile(node.parent.parent.parent);

/** Returns the declaration whose value a pattern takes apart; the pattern itself for a parameter. */
function declaredBy(element: ts.BindingElement): ts.Node {
  let node: ts.Node = element;
  while (ts.isBindingElement(node) || ts.isObjectBindingPattern(node) || ts.isArrayBindingPattern(node))
    node = node.parent;
  return ts.isVariableDeclaration(node) ? node : element;
}
