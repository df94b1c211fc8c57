// What no route is for: 405 where there is one for other methods, 404 otherwise.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { basePath } from './operation.ts';
import { RequestProblem } from './problem.ts';

function patternOf(url: string): RegExp {
  return new RegExp(`^${url.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`);
}

/** Of all routes that are added from now on. */
export function elsewhere(server: FastifyInstance): (request: FastifyRequest) => never {
  const routes = new Map<string, { readonly path: RegExp; readonly methods: string[] }>();
  server.addHook('onRoute', ({ url, method }) => {
    const route = routes.get(url) ?? { path: patternOf(url), methods: [] };
    route.methods.push(...[method].flat());
    routes.set(url, route);
  });
  return (request) => {
    const [path = ''] = request.url.split('?', 1);
    const methods = [...routes.values()].filter((route) => route.path.test(path)).flatMap((route) => route.methods);
    if (methods.length === 0) {
      throw new RequestProblem(404, 'not_found', `there is nothing here; ${basePath} tells what there is`);
    }
    const allow = [...new Set(methods)].sort().join(', ');
    throw new RequestProblem(
      405,
      'method_not_allowed',
      `${request.method} is not possible here; allowed are ${allow}`,
      {
        headers: { allow },
      },
    );
  };
}
