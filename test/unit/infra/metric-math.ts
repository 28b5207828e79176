type Value = number | null;
type Series = readonly Value[];
/** Returns the value of an expression at a period. */
type Term = (at: number) => Value;

const TOKEN = /\s*([A-Za-z_]\w*|\d+(?:\.\d+)?|[<>]=?|[-+*/(),[\]])/y;
/** Operators from the loosest to the tightest. */
const LEVELS: readonly Readonly<Record<string, (one: number, other: number) => number>>[] = [
  { OR: (one, other) => Number(one !== 0 || other !== 0) },
  { AND: (one, other) => Number(one !== 0 && other !== 0) },
  {
    '<': (one, other) => Number(one < other),
    '>': (one, other) => Number(one > other),
    '<=': (one, other) => Number(one <= other),
    '>=': (one, other) => Number(one >= other),
  },
  { '+': (one, other) => one + other, '-': (one, other) => one - other },
  { '*': (one, other) => one * other, '/': (one, other) => one / other },
];

/**
 * Evaluates the part of CloudWatch's metric math that our alarms use, on a value of each metric for each period. As there, a
 * missing value makes the result missing, unless FILL replaces it.
 */
export function evaluate(expression: string, metrics: Readonly<Record<string, Series>>): Value[] {
  const tokens = tokensOf(expression);
  const term = level(0);
  if (tokens.length > 0) throw new Error(`${expression} has more: ${tokens.join(' ')}`);
  const periods = Math.max(...Object.values(metrics).map(({ length }) => length));
  return Array.from({ length: periods }, (_, at) => term(at));

  function level(height: number): Term {
    const operators = LEVELS[height];
    if (!operators) return atom();
    let left = level(height + 1);
    for (let apply = operators[tokens[0] ?? '']; apply; apply = operators[tokens[0] ?? '']) {
      tokens.shift();
      left = both(apply, left, level(height + 1));
    }
    return left;
  }

  function atom(): Term {
    const token = tokens.shift() ?? '';
    if (token === '(') return until(level(0), ')');
    if (/^\d/.test(token)) return () => Number(token);
    if (tokens[0] === '(') return call(token);
    const series = metrics[token];
    if (!series) throw new Error(`${expression} needs the metric ${token}`);
    return (at) => series[at] ?? null;
  }

  function call(name: string): Term {
    expect('(');
    const list = tokens[0] === '[';
    if (list) tokens.shift();
    const terms = [level(0)];
    while (tokens[0] === ',') {
      tokens.shift();
      terms.push(level(0));
    }
    if (list) expect(']');
    expect(')');
    const [first = () => null, second = () => null, third = () => null] = terms;
    if (name === 'IF') return (at) => ((first(at) ?? 0) !== 0 ? second(at) : third(at));
    if (name === 'FILL') return (at) => first(at) ?? second(at);
    if (name === 'DIFF')
      return (at) =>
        at === 0
          ? null
          : both(
              (one, other) => one - other,
              first,
              () => first(at - 1),
            )(at);
    if (name === 'MAX') return (at) => Math.max(...terms.map((each) => each(at) ?? Number.NEGATIVE_INFINITY));
    throw new Error(`${name} is not known here`);
  }

  function until(term: Term, end: string): Term {
    expect(end);
    return term;
  }
  function expect(token: string): void {
    const found = tokens.shift();
    if (found !== token) throw new Error(`${expression}: ${token} expected, not ${found}`);
  }
}

const both =
  (apply: (one: number, other: number) => number, left: Term, right: Term): Term =>
  (at) => {
    const [one, other] = [left(at), right(at)];
    return one === null || other === null ? null : apply(one, other);
  };

function tokensOf(expression: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < expression.trimEnd().length) {
    const start = TOKEN.lastIndex;
    const token = TOKEN.exec(expression)?.[1];
    if (!token) throw new Error(`${expression} cannot be read at ${start}`);
    tokens.push(token);
  }
  return tokens;
}
