import type { HttpRoute } from '../../template/deployment.ts';

export interface RouteMatch {
  route: HttpRoute;
  /** Decoded values by parameter name; undefined when the route has none. */
  pathParameters: Record<string, string> | undefined;
}

interface Pattern {
  route: HttpRoute;
  method: string;
  segments: string[];
  isGreedy: boolean;
}

/**
 * Chooses a route as API Gateway does: the most specific path first (a literal part before `{parameter}`, both before
 * `{proxy+}`, which takes one part or more), then the method itself before ANY, then `$default`.
 * Throws RangeError for a route key of another form.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export function routeTable(routes: readonly HttpRoute[]): (method: string, path: string) => RouteMatch | undefined {
  const fallback = routes.find(({ routeKey }) => routeKey === '$default');
  const patterns = routes.filter(({ routeKey }) => routeKey !== '$default').map(parsePattern).sort(bySpecificity);
  return (method, path) => {
    const parts = path.split('/').slice(1);
    for (const pattern of patterns) {
      if (pattern.method !== 'ANY' && pattern.method !== method) continue;
      const pathParameters = matchParts(pattern, parts);
      if (pathParameters) return { route: pattern.route, pathParameters: Object.keys(pathParameters).length > 0 ? pathParameters : undefined };
    }
    return fallback && { route: fallback, pathParameters: undefined };
  };
}

function parsePattern(route: HttpRoute): Pattern {
  const match = /^(ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT) \/(.*)$/.exec(route.routeKey);
  const segments = match?.[2]?.split('/');
  const isGreedy = /^\{[\w.:-]+\+\}$/.test(segments?.at(-1) ?? '');
  const areWellFormed = segments?.every((segment, index) => !/[{}]/.test(segment) || /^\{[\w.:-]+\}$/.test(segment) || (isGreedy && index === segments.length - 1));
  if (!match?.[1] || !segments || !areWellFormed) {
    throw new RangeError(`route ${route.routeKey}: expected "METHOD /path", "ANY /path/{proxy+}" or "$default"`);
  }
  return { route, method: match[1], segments, isGreedy };
}

function bySpecificity(left: Pattern, right: Pattern): number {
  for (let index = 0; index < Math.max(left.segments.length, right.segments.length); index++) {
    const difference = rank(left.segments[index]) - rank(right.segments[index]);
    if (difference !== 0) return difference;
  }
  return Number(left.method === 'ANY') - Number(right.method === 'ANY');
}

function rank(segment: string | undefined): number {
  if (segment === undefined) return 3;
  if (!segment.startsWith('{')) return 0;
  return segment.endsWith('+}') ? 2 : 1;
}

function matchParts({ segments, isGreedy }: Pattern, parts: string[]): Record<string, string> | undefined {
  if (isGreedy ? parts.length < segments.length : parts.length !== segments.length) return undefined;
  const values: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const isRest = isGreedy && index === segments.length - 1;
    const value = isRest ? parts.slice(index).join('/') : (parts[index] as string);
    if (!segment.startsWith('{')) {
      if (segment !== value) return undefined;
    } else if (value === '') {
      return undefined;
    } else {
      values[segment.slice(1, isRest ? -2 : -1)] = value;
    }
  }
  return values;
}
