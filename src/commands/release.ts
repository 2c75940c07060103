/** The command that makes a release. */
import type { Command } from 'commander';

export function addReleaseCommand(program: Command): void {
  program
    .command('release')
    .description('Make the folder that a node fetches the software releases from.')
    .option('-o, --output <folder>', 'folder to write', 'dist')
    .option(
      '--base-url <url>',
      'URL at which the folder will be served; by default the profile finds the tarball relative to itself',
    )
    .action(async ({ output, baseUrl }: { output: string; baseUrl?: string }) => {
      const { buildRelease } = await import('../packaging/build-release.ts');
      const release = await buildRelease({
        outputDirectory: output,
        ...(baseUrl === undefined ? {} : { baseUrl }),
      });
      console.log(`${release.tarball}\nsha256 ${release.sha256}`);
      for (const profile of release.profiles) console.log(profile);
    });
}
