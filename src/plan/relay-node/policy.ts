/** The policy service of both Postfix: who may send as what, what mail servers would take, and how often log-ins may fail. Pure. */
import { serialiseRelayPolicyConfig } from '../../daemons/relay-policy/config.ts';
import type { RelayNode } from '../../model/relay-node/model.ts';
import { logInConfig, logInSockets } from '../log-ins.ts';
import { noticeSocket } from '../delay-notices.ts';
import type { Part, Service } from '../part.ts';
import { speaksFromOwnAddress } from '../postfix-service.ts';
import { pidFileOf, startGenerator } from '../start-script.ts';
import { certificate } from './certificates.ts';
import { postmasterAddresses } from './postmaster.ts';
import { saslUsers } from './sasl.ts';
import { planTenants } from './tenants.ts';

/** Asked by Postfix about senders (outbound) and recipients (inbound). */
export const policySocket = 'var/run/policy.sock';

/** Where the inbound Postfix looks up which way a bounce takes. */
export const bounceWaysSocket = 'var/run/bounce-ways.sock';

const stateFolder = 'var/lib/relay-policy';
const configFile = 'etc/relay-policy.json';

/** A mail server's program has the right password or asks again all day long: the same as a mail server's own limits unless it is told others. */
const logInLimits = { failures: 20, minutes: 10 };

const policy: Service = {
  name: 'policy',
  programs: ['node'],
  ports: {},
  sockets: {
    policy: policySocket,
    'bounce-ways': bounceWaysSocket,
    'delay-notices': noticeSocket,
    ...logInSockets,
  },
  pidFile: pidFileOf('policy'),
  signals: { reload: 'SIGHUP', stop: 'SIGTERM' },
  log: 'var/log/policy.log',
  logRotation: [{ path: 'var/log/policy.log', method: 'copytruncate' }],
};

export const policyPart: Part<RelayNode> = {
  services: [policy],
  contribute(node) {
    const { partition } = node.place;
    return {
      folders: [{ path: stateFolder, mode: 0o700 }],
      files: [
        {
          path: configFile,
          mode: 0o600,
          body: {
            text: serialiseRelayPolicyConfig({
              socket: `${partition}/${policySocket}`,
              bounceWaysSocket: `${partition}/${bounceWaysSocket}`,
              noticeSocket: `${partition}/${noticeSocket}`,
              knownDomains: `${partition}/${stateFolder}/domains.json`,
              asker: {
                hostName: node.mailName,
                address: speaksFromOwnAddress(node.place) ? node.place.ipv6 : null,
                bundle: `${partition}/${certificate.bundle}`,
              },
              tenants: planTenants(node),
              postmaster:
                node.postmaster === null
                  ? null
                  : { addresses: postmasterAddresses(node), to: node.postmaster },
              exchangers: node.exchangers,
              ...logInConfig(node.place, {
                limits: logInLimits,
                users: `${partition}/${saslUsers}`,
              }),
            }),
          },
        },
        startGenerator(
          node.place,
          policy.name,
          `relay-policy --config ${partition}/${configFile} >> ${partition}/${policy.log} 2>&1`,
        ),
      ],
    };
  },
};
