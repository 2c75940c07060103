/** The services around the node in its namespace: name server, stand-in delivery service, entrance of forwards. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { startNameServer } from '../namespace/name-server.ts';
import { existingMachine } from '../setup/prepare-machine.ts';
import { type Received, startStandInSmtpServer } from '../stand-ins/smtp-server.ts';
import { becomeUser } from './child-process.ts';
import { openEntrance } from './forwarding.ts';
import { deliveryService, demonstrationFiles, records } from './world.ts';

/** Starts them, as the node's user. They run until this process gets a signal. */
export async function startSurroundings(directory: string): Promise<void> {
  const { layout, user } = await existingMachine(directory);
  becomeUser(user);
  const files = demonstrationFiles(layout);
  await mkdir(dirname(files.names), { recursive: true });
  await rm(files.delivered, { recursive: true, force: true });
  await mkdir(files.delivered);
  let count = 0;
  const keep = async ({ source }: Received) => {
    count += 1;
    await writeFile(join(files.delivered, `${count}.eml`), source, { mode: 0o640 });
  };

  const names = await startNameServer({ folder: files.names, records });
  const { name, host, port, user: login, password } = deliveryService;
  const delivery = await startStandInSmtpServer({
    ...{ name, host, port, passwords: { [login]: password } },
    onReceived: keep,
  });
  await openEntrance(files.entrance);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      void Promise.all([names.stop(), rm(files.entrance, { force: true }), delivery.stop()]).finally(() =>
        process.exit(),
      );
    });
  }
}
