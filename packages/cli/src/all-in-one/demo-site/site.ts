// The demonstration: a small website in which everything that a monitor should notice goes wrong on purpose.

import { createServer, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface DemoSiteOptions {
  /** From 0 to 1, for each request to the flaky page. */
  readonly random?: () => number;
  readonly slowMs?: number;
}

type Page = (response: ServerResponse) => void | Promise<void>;

/** A server that is not listening yet. */
export function createDemoSite({ random = Math.random, slowMs = 800 }: DemoSiteOptions = {}): Server {
  const pages: Readonly<Record<string, Page>> = {
    '/fast': (response) => page(response, 200, 'Fast', 'All is well.'),
    '/slow': async (response) => {
      await delay(slowMs);
      page(response, 200, 'Slow', 'All is well, after a while.');
    },
    '/flaky': (response) => {
      if (random() < 1 / 3) page(response, 503, 'Flaky', 'Not just now.');
      else page(response, 200, 'Flaky', 'All is well this time.');
    },
    '/wrong-content': (response) => page(response, 200, 'Shop', 'We are closed for renovation.'),
    '/server-error': (response) => page(response, 500, 'Error', 'Something broke.'),
    '/redirect': (response) => {
      response.writeHead(302, { location: '/fast' }).end();
    },
  };
  return createServer((request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const show = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (show === undefined)
      page(response, path === '/' ? 200 : 404, 'Everytick demonstration', Object.keys(pages).join(' '));
    else void show(response);
  });
}

function page(response: ServerResponse, status: number, title: string, text: string): void {
  response
    .writeHead(status, { 'content-type': 'text/html; charset=utf-8' })
    .end(`<!doctype html>\n<title>${title}</title>\n<h1>${title}</h1>\n<p>${text}</p>\n`);
}
