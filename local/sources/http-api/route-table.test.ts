import { describe, expect, test } from '@jest/globals';

import { routeTable } from './route-table.ts';

const routes = (...routeKeys: string[]) => routeTable(routeKeys.map((routeKey) => ({ routeKey, functionLogicalId: 'F', timeoutMs: 30_000 })));

describe("the precedence of AWS's own example", () => {
  const find = routes('ANY /{proxy+}', '$default', 'GET /pets/{proxy+}', 'GET /pets/dog/{id}', 'GET /pets/dog/1');
  test.each([
    ['GET', '/pets/dog/1', 'GET /pets/dog/1', undefined],
    ['GET', '/pets/dog/2', 'GET /pets/dog/{id}', { id: '2' }],
    ['GET', '/pets/cat/1', 'GET /pets/{proxy+}', { proxy: 'cat/1' }],
    ['POST', '/test/5', 'ANY /{proxy+}', { proxy: 'test/5' }],
    ['GET', '/', '$default', undefined],
  ])('%s %s goes to %s', (method, path, routeKey, pathParameters) => {
    const match = find(method, path);
    expect([match?.route.routeKey, match?.pathParameters]).toEqual([routeKey, pathParameters]);
  });
});

test.each([
  ['a method goes before ANY', ['ANY /events', 'POST /events'], 'POST', '/events', 'POST /events'],
  ['a literal path of ANY goes before a greedy path of the method', ['GET /{proxy+}', 'ANY /events'], 'GET', '/events', 'ANY /events'],
  ['another method goes to ANY', ['ANY /events', 'POST /events'], 'PUT', '/events', 'ANY /events'],
  ['no route of the method is no match', ['POST /events'], 'GET', '/events', undefined],
  ['a slash at the end is another path', ['POST /events'], 'POST', '/events/', undefined],
  ['a parameter is never empty', ['GET /events/{id}'], 'GET', '/events/', undefined],
  ['a greedy parameter keeps its slashes', ['GET /a/{rest+}'], 'GET', '/a/b/c', 'GET /a/{rest+}'],
])('%s', (_name, keys, method, path, routeKey) => {
  expect(routes(...keys)(method, path)?.route.routeKey).toBe(routeKey);
});

test.each(['/events', 'FETCH /events', 'GET events', 'GET /{a+}/b', 'GET /x{id}'])('route key %p is refused', (routeKey) => {
  expect(() => routes(routeKey)).toThrow(`route ${routeKey}: expected`);
});
