/** Commands that run until they are told to stop, and what their start scripts need. */
import type { Command } from 'commander';

interface DaemonCommand {
  description: string;
  /** Imports the daemon, whose code only its own process needs, and runs it with its configuration file. */
  run: (configFile: string) => Promise<unknown>;
}

/** The generator's daemons by the name of their command: `slapos-mail <name> --config PATH`. */
const daemons: Readonly<Record<string, DaemonCommand>> = {
  portal: {
    description: 'Run the account portal and the monitor.',
    run: async (configFile) => (await import('../daemons/portal/run.ts')).runPortal(configFile),
  },
  crond: {
    description: 'Run the commands of crontab files.',
    run: async (configFile) => (await import('../daemons/crond/run.ts')).runCrond(configFile),
  },
  'mail-policy': {
    description: 'Limit what accounts send and guess, and rewrite senders.',
    run: async (configFile) => (await import('../daemons/mail-policy/run.ts')).runMailPolicy(configFile),
  },
  'relay-policy': {
    description: 'Answer who may send as what through a relay.',
    run: async (configFile) => (await import('../daemons/relay-policy/run.ts')).runRelayPolicy(configFile),
  },
};

export function addServiceCommands(program: Command): void {
  for (const [name, { description, run }] of Object.entries(daemons))
    program
      .command(name)
      .description(`${description} Runs until SIGTERM, as a service of a partition.`)
      .requiredOption('--config <path>', 'its configuration file, JSON')
      .action(async ({ config }: { config: string }) => {
        await run(config);
      });

  program
    .command('check-ports')
    .description('Wait until nobody listens on [address]:port, or say who must go.')
    .argument('<endpoints...>', 'such as [::1]:10025')
    .action(async (endpoints: string[]) => {
      const { checkPorts } = await import('../converge/survey/check-ports.ts');
      await checkPorts(endpoints);
    });
}
