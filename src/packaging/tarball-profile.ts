import { OperatorError } from '../errors.ts';

/**
 * The URL of the tarball `name`: `<baseUrl>/<name>`, or without `baseUrl` a path relative to the profile that names it,
 * so that the folder works in any place. Throws OperatorError if `baseUrl` is not a URL that nodes can fetch from.
 */
export function tarballUrl(name: string, baseUrl?: string): string {
  return baseUrl === undefined ? `../${name}` : `${checkedBase(baseUrl)}/${name}`;
}

/** The content of `stack/tarball.cfg`, which names the tarball for the profiles. */
export function tarballProfile(version: string, url: string, checksum: string): Buffer {
  return Buffer.from(
    [
      '# Written by `slapos-mail release`: the tarball that these profiles belong to.',
      '[slapos-mail]',
      `version = ${version}`,
      `url = ${url}`,
      `sha256 = ${checksum}`,
      '',
    ].join('\n'),
  );
}

/** `baseUrl` without slashes at its end. `$` and blanks are refused, because they have a meaning in Buildout's syntax. */
function checkedBase(baseUrl: string): string {
  const isUrl = URL.canParse(baseUrl) && /^(?:https?|file):\/\/[^\s$#?]+$/.test(baseUrl);
  if (!isUrl) {
    throw new OperatorError(
      `--base-url: "${baseUrl}" is no URL that a node can fetch from; write one such as https://example.com/slapos-mail`,
    );
  }
  return baseUrl.replace(/\/+$/, '');
}
