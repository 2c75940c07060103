/** The command of the mail server's policy process. */
import type { Command } from 'commander';

export function addMailPolicyCommand(program: Command): void {
  program
    .command('mail-policy')
    .description(
      'Limit what accounts send and guess, and rewrite senders; what etc/service/mail-policy runs.',
    )
    .requiredOption('--config <path>')
    .requiredOption('--state-folder <folder>')
    .requiredOption('--sending-socket <path>')
    .requiredOption('--srs-socket <path>')
    .requiredOption('--host <address>')
    .requiredOption('--port <number>')
    .action(async ({ port, ...options }: Record<MailPolicyOption, string>) => {
      const { runMailPolicy } = await import('../daemons/mail-policy/run.ts');
      await runMailPolicy({ ...options, port: Number(port) });
    });
}

type MailPolicyOption = 'config' | 'stateFolder' | 'sendingSocket' | 'srsSocket' | 'host' | 'port';
