/** Every schema, by the path that `$ref`s and error messages know it by. One list, so that nothing reads the folder at run time. */
import countLimit from '../../schemas/common/count-limit.json' with { type: 'json' };
import mailDomain from '../../schemas/common/mail-domain.json' with { type: 'json' };
import oneLine from '../../schemas/common/one-line.json' with { type: 'json' };
import port from '../../schemas/common/port.json' with { type: 'json' };
import publishedPort from '../../schemas/common/published-port.json' with { type: 'json' };
import onOff from '../../schemas/common/switch.json' with { type: 'json' };
import accountInput from '../../schemas/mail-server/account-input.json' with { type: 'json' };
import accountOutput from '../../schemas/mail-server/account-output.json' with { type: 'json' };
import aliasInput from '../../schemas/mail-server/alias-input.json' with { type: 'json' };
import aliasOutput from '../../schemas/mail-server/alias-output.json' with { type: 'json' };
import defaultInput from '../../schemas/mail-server/default-input.json' with { type: 'json' };
import defaultOrsInput from '../../schemas/mail-server/default-ors-input.json' with { type: 'json' };
import defaultOutput from '../../schemas/mail-server/default-output.json' with { type: 'json' };
import deliveryService from '../../schemas/common/delivery-service.json' with { type: 'json' };
import relayConfig from '../../schemas/common/relay-config.json' with { type: 'json' };
import clusterInput from '../../schemas/mail-server-relay/cluster-input.json' with { type: 'json' };
import clusterOutput from '../../schemas/mail-server-relay/cluster-output.json' with { type: 'json' };
import domainInput from '../../schemas/mail-server-relay/domain-input.json' with { type: 'json' };
import domainOutput from '../../schemas/mail-server-relay/domain-output.json' with { type: 'json' };
import relayInput from '../../schemas/mail-server-relay/relay-input.json' with { type: 'json' };
import relayOutput from '../../schemas/mail-server-relay/relay-output.json' with { type: 'json' };

export type JsonSchema = Record<string, unknown>;

export const schemas: Readonly<Record<string, JsonSchema>> = {
  'common/count-limit.json': countLimit,
  'common/mail-domain.json': mailDomain,
  'common/one-line.json': oneLine,
  'common/port.json': port,
  'common/published-port.json': publishedPort,
  'common/switch.json': onOff,
  'mail-server/account-input.json': accountInput,
  'mail-server/account-output.json': accountOutput,
  'mail-server/alias-input.json': aliasInput,
  'mail-server/alias-output.json': aliasOutput,
  'mail-server/default-input.json': defaultInput,
  'mail-server/default-ors-input.json': defaultOrsInput,
  'mail-server/default-output.json': defaultOutput,
  'common/delivery-service.json': deliveryService,
  'common/relay-config.json': relayConfig,
  'mail-server-relay/cluster-input.json': clusterInput,
  'mail-server-relay/cluster-output.json': clusterOutput,
  'mail-server-relay/domain-input.json': domainInput,
  'mail-server-relay/domain-output.json': domainOutput,
  'mail-server-relay/relay-input.json': relayInput,
  'mail-server-relay/relay-output.json': relayOutput,
};
