import { OperatorError } from '../errors.ts';

/**
 * Where nodes fetch the tarball `name` from: `<baseUrl>/<name>`, or without `baseUrl` relative to the profile that says it,
 * so that the folder works wherever it is put. Raises OperatorError when `baseUrl` is none.
 */
export function tarballUrl(name: string, baseUrl?: string): string {
  return baseUrl === undefined ? `../${name}` : `${checkedBase(baseUrl)}/${name}`;
}

/** `stack/tarball.cfg`: which tarball the profiles belong to. */
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

/** Without its last slash. Buildout would take `$` and blanks for its own syntax. */
function checkedBase(baseUrl: string): string {
  const isUrl = URL.canParse(baseUrl) && /^(?:https?|file):\/\/[^\s$#?]+$/.test(baseUrl);
  if (!isUrl) {
    throw new OperatorError(
      `--base-url: "${baseUrl}" is no URL that a node can fetch from; write one such as https://example.com/slapos-mail`,
    );
  }
  return baseUrl.replace(/\/+$/, '');
}
