/** The monitor's two documents: an OPML list of feeds, and the RSS feed of promise results that it lists. */
import { createHash } from 'node:crypto';

import { XMLBuilder } from 'fast-xml-parser';

import type { PromiseResult } from './facts/promise-results.ts';

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: '#',
  format: true,
});
const declaration = { '@version': '1.0', '@encoding': 'UTF-8' };

/** OPML with one feed. `baseUrl` is the monitor's, without a slash at the end. */
export function feedList(title: string, baseUrl: string): string {
  const feed = `${baseUrl}/public/promises.rss`;
  const outline = {
    '@text': clean(title),
    '@title': clean(title),
    '@type': 'rss',
    '@version': 'RSS',
    '@htmlUrl': `${baseUrl}/`,
  };
  return builder.build({
    '?xml': declaration,
    opml: {
      '@version': '1.1',
      head: { title: clean(title) },
      body: {
        outline: {
          '@text': 'Monitoring RSS feeds',
          outline: { ...outline, '@xmlUrl': feed, '@url': `${baseUrl}/` },
        },
      },
    },
  });
}

/** RSS 2.0, one item a promise; the category is `OK` or `ERROR`, as SlapOS's monitoring application expects. */
export function promiseFeed(
  title: string,
  baseUrl: string,
  results: readonly PromiseResult[],
  now: Date,
): string {
  return builder.build({
    '?xml': declaration,
    rss: {
      '@version': '2.0',
      channel: {
        title: clean(title),
        link: `${baseUrl}/public/promises.rss`,
        description: clean(`Promises of ${title}`),
        lastBuildDate: now.toUTCString(),
        item: results.map((result) => item(title, baseUrl, result)),
      },
    },
  });
}

function item(
  title: string,
  baseUrl: string,
  { title: promise, failed, message, date }: PromiseResult,
): object {
  const status = failed ? 'ERROR' : 'OK';
  // Readers show items with a new guid as new: it changes with the result, not with each run.
  const guid = createHash('sha256').update([title, promise, status, message].join('\0')).digest('hex');
  return {
    title: clean(`[${status}] ${promise}`),
    link: `${baseUrl}/`,
    description: clean(message),
    category: status,
    source: { '@url': `${baseUrl}/public/promises.rss`, '#': clean(promise) },
    guid: { '@isPermaLink': 'false', '#': guid },
    ...(date && { pubDate: date.toUTCString() }),
  };
}

/** XML 1.0 has no way to write control characters or half characters; a promise's message may hold some. */
function clean(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what this removes
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '');
}
