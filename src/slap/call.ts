import type { Dispatcher } from 'undici';

/** One question to the master. */
export interface Call {
  readonly method: 'GET' | 'POST';
  /** Name of the remote method. */
  readonly path: string;
  /** What is asked, in words: "publish the connection parameters". */
  readonly what: string;
  /** The arguments, in the query of a GET and the form of a POST. */
  readonly fields: Readonly<Record<string, string>>;
  /** Asking twice does no harm: a failed connection is tried again. */
  readonly idempotent: boolean;
  /** The answer may repeat secrets that were sent: it is never quoted. */
  readonly secret: boolean;
  /** Statuses other than 200 that mean something to the caller. */
  readonly expected?: readonly number[];
}

export interface Reply {
  readonly status: number;
  readonly body: string;
}

/** Where calls go: base URL with a slash at its end, the connections, and the headers of each call. */
export interface Route {
  readonly baseUrl: URL;
  readonly dispatcher: Dispatcher;
  readonly headers: Readonly<Record<string, string>>;
}
