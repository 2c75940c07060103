/** Commands that run until they are told to stop, and what their start scripts need. */
import type { Command } from 'commander';

export function addServiceCommands(program: Command): void {
  program
    .command('portal')
    .description('Run the account portal; what etc/service/portal runs.')
    .requiredOption('--config <path>')
    .action(async ({ config }: { config: string }) => {
      const { readPortalConfig } = await import('../daemons/portal/config.ts');
      const { startPortal } = await import('../daemons/portal/run.ts');
      await startPortal(await readPortalConfig(config));
    });

  program
    .command('crond')
    .description('Run the commands of crontab files; what etc/service/crond runs.')
    .requiredOption('--directory <folder>')
    .option('--log <path>')
    .action(async ({ directory, log }: { directory: string; log?: string }) => {
      const { crond } = await import('../daemons/crond/run.ts');
      await crond({ directory, ...(log === undefined ? {} : { logFile: log }) });
    });

  program
    .command('policy')
    .description('Answer who may send as what through a relay; what etc/service/policy runs.')
    .requiredOption('--tenants <path>')
    .requiredOption('--socket <path>')
    .action(async (options: { tenants: string; socket: string }) => {
      const { servePolicy } = await import('../daemons/relay-policy/server.ts');
      await servePolicy(options);
    });

  program
    .command('check-ports')
    .description('Wait until nobody listens on [address]:port, or say who must go.')
    .argument('<endpoints...>')
    .action(async (endpoints: string[]) => {
      const { checkPorts } = await import('../converge/survey/check-ports.ts');
      await checkPorts(endpoints);
    });
}
