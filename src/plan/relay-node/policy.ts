/** The policy service of outbound mail: who may send as what. Pure. */
import { serialiseRelayPolicyConfig } from '../../daemons/relay-policy/config.ts';
import type { RelayNode } from '../../model/relay-node/model.ts';
import type { Part, Service } from '../part.ts';
import { pidFileOf, startGenerator } from '../start-script.ts';
import { planTenants } from './tenants.ts';

/** Asked by the outbound Postfix. */
export const policySocket = 'var/run/policy.sock';

const configFile = 'etc/relay-policy.json';

const policy: Service = {
  name: 'policy',
  programs: ['node'],
  ports: {},
  sockets: { policy: policySocket },
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
      files: [
        {
          path: configFile,
          mode: 0o600,
          body: {
            text: serialiseRelayPolicyConfig({
              socket: `${partition}/${policySocket}`,
              tenants: planTenants(node),
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
