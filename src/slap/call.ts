import type { Dispatcher } from 'undici';

/** One call of a remote method of the master. */
export interface Call {
  readonly method: 'GET' | 'POST';
  /** Name of the remote method. */
  readonly path: string;
  /** What the master is asked to do, in words for errors: "publish the connection parameters". */
  readonly purpose: string;
  /** The arguments: the query of a GET, the form of a POST. */
  readonly fields: Readonly<Record<string, string>>;
  /** Safe to repeat: after a failed connection the call is tried again. */
  readonly idempotent: boolean;
  /** The reply may contain secrets of the request, so errors never quote it. */
  readonly secret: boolean;
  /** Statuses other than 200 that the caller handles. */
  readonly expected?: readonly number[];
}

export interface Reply {
  readonly status: number;
  readonly body: string;
}

/** How calls reach the master: base URL (with a slash at its end), connection pool, and headers of each call. */
export interface Route {
  readonly baseUrl: URL;
  readonly dispatcher: Dispatcher;
  readonly headers: Readonly<Record<string, string>>;
}
